"""What one ticket has to do with another."""

from typing import ClassVar

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q, Value
from django.db.models.functions import JSONObject

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantManager, TenantModel, TenantQuerySet
from tickets.enums import RelationKind
from tickets.models.tickets import Ticket


class RelationQuerySet(TenantQuerySet["Relation"]):
    def between(self, ticket: Ticket, other: Ticket) -> "RelationQuerySet":
        """That of two tickets, whichever way it was said."""
        return self.filter(Q(ticket=ticket, other=other) | Q(ticket=other, other=ticket))


RelationManager = TenantManager.from_queryset(RelationQuerySet)


class Relation(TenantModel):
    """The ticket is the other's duplicate, a part of it, caused by it, or has to do with it. Two have one at most."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="relations")
    other = TenantForeignKey(Ticket, models.CASCADE, related_name="related_from")
    kind = models.CharField(max_length=9, choices=RelationKind)

    objects: ClassVar[RelationManager["Relation"]] = RelationManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "ticket", "other"], name="relation_once"),
            models.CheckConstraint(condition=~Q(ticket=models.F("other")), name="relation_of_two"),
        ]
        indexes = [models.Index(fields=["tenant", "other"], name="relation_of_other")]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.kind} {self.other_id}"


def related_of(member: Membership, *, forwards: bool) -> ArraySubquery:
    """The tickets that each one names, or that name it, as an annotation; only those that the member may see."""
    here, there = ("ticket", "other") if forwards else ("other", "ticket")
    seen = Ticket.objects.visible_to(member).values("pk")
    rows = Relation.objects.filter(**{here: OuterRef("pk"), f"{there}__in": seen}).order_by("kind", f"{there}__number")
    facts = JSONObject(
        id="pk",
        kind="kind",
        forwards=Value(forwards),
        number=f"{there}__number",
        title=f"{there}__title",
        status_class=f"{there}__status_class",
    )
    return ArraySubquery(rows.values(fact=facts))
