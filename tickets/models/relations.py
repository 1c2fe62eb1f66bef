"""What one ticket has to do with another."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from accounts.fields import TenantForeignKey
from accounts.models import TenantManager, TenantModel, TenantQuerySet
from tickets.enums import RelationKind
from tickets.models.tickets import Ticket


class RelationQuerySet(TenantQuerySet["Relation"]):
    def of(self, ticket: Ticket) -> "RelationQuerySet":
        """Those of a ticket, whichever way they were said."""
        return self.filter(Q(ticket=ticket) | Q(other=ticket)).select_related("ticket", "other")

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
