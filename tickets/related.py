"""The tickets that one has to do with, as its pages show them."""

from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from accounts.models import Membership, Tenant
from tickets.enums import FINISHED
from tickets.models import Relation, Ticket
from tickets.stories import relation_words
from tickets.threads import tag


@dataclass(frozen=True, slots=True)
class Related:
    """Another ticket: what this one is to it, its tag and title; `pk` is the relation's."""

    pk: int
    words: str
    number: str
    title: str
    url: str
    is_finished: bool
    forwards: bool


def related(ticket: Ticket, member: Membership, tenant: Tenant) -> list[Related]:
    """Those that the member may see, the ones it names first."""
    seen = Ticket.objects.visible_to(member).values("pk")
    rows = Relation.objects.of(ticket).filter(Q(ticket=ticket, other__in=seen) | Q(other=ticket, ticket__in=seen))
    told = [_one(row, tenant, forwards=row.ticket_id == ticket.pk) for row in rows.order_by("kind", "pk")]
    return sorted(told, key=lambda each: not each.forwards)


def _one(row: Relation, tenant: Tenant, *, forwards: bool) -> Related:
    there = row.other if forwards else row.ticket
    return Related(
        pk=row.pk,
        words=relation_words(row.kind, forwards=forwards),
        number=tag(tenant, there.number),
        title=there.title,
        url=reverse("tickets:detail", args=[there.number]),
        is_finished=there.status_class in FINISHED,
        forwards=forwards,
    )
