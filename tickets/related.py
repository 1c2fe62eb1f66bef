"""The tickets that one has to do with, as its pages show them."""

from dataclasses import dataclass

from django.urls import reverse

from accounts.models import Tenant
from tickets.enums import FINISHED
from tickets.models import Ticket
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


def related(ticket: Ticket, tenant: Tenant) -> list[Related]:
    """Those that the member may see for whom `get_ticket` has fetched the ticket."""
    found: list[dict[str, object]] = [*ticket.linked_to, *ticket.linked_from]  # type: ignore[attr-defined]  # annotated
    return [_one(facts, tenant) for facts in found]


def _one(facts: dict[str, object], tenant: Tenant) -> Related:
    number = int(str(facts["number"]))
    return Related(
        pk=int(str(facts["id"])),
        words=relation_words(str(facts["kind"]), forwards=bool(facts["forwards"])),
        number=tag(tenant, number),
        title=str(facts["title"]),
        url=reverse("tickets:detail", args=[number]),
        is_finished=facts["status_class"] in FINISHED,
    )
