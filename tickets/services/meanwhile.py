"""What others have done to a ticket after the position of its log that a writer saw; the log's rows count upwards."""

from collections.abc import Collection
from dataclasses import dataclass

from accounts.actors import Actor
from tickets.enums import EventKind
from tickets.errors import Overtaken
from tickets.models import Ticket, TicketEvent
from tickets.services.events import standing

# What whoever answers, resolves or closes should have read.
PUBLIC = frozenset(
    {
        EventKind.MESSAGE,
        EventKind.REPLY,
        EventKind.SOLUTION,
        EventKind.CONFIRMED,
        EventKind.REJECTED,
        EventKind.MERGED_FROM,
    }
)
STATUS = frozenset({EventKind.STATUS})
HANDS = frozenset({EventKind.ASSIGNED, EventKind.MOVED})


@dataclass(frozen=True, slots=True)
class Change:
    """A fact that somebody else has changed: who was last, and what it was before all of it, as the log has it."""

    by: str
    before: str


def later(ticket: Ticket, seen: int | None, kinds: Collection[EventKind], *, by: Actor) -> list[TicketEvent]:
    """What others did of these kinds since, oldest first, without what was taken back; nothing without a position."""
    if seen is None:
        return []
    events = ticket.events.filter(pk__gt=seen, kind__in=[*kinds, EventKind.UNDONE]).order_by("pk")
    return [event for event in standing(events) if event.kind in kinds and event.member_id != by.membership_id]


def refuse_if_overtaken(ticket: Ticket, seen: int | None, kinds: Collection[EventKind], *, by: Actor) -> None:
    """Raise Overtaken where there is anything of that; the caller holds the ticket's lock."""
    if seen is not None and later(ticket, seen, kinds, by=by):
        raise Overtaken(seen)


def changes(ticket: Ticket, seen: int | None, *, by: Actor) -> dict[str, Change]:
    """By name the facts that others have changed since; the caller holds the ticket's lock."""
    found: dict[str, Change] = {}
    for event in later(ticket, seen, {EventKind.CHANGED}, by=by):
        for name, (before, _after) in event.data["fields"].items():
            found[name] = Change(event.actor_name, found[name].before if name in found else before)
    return found
