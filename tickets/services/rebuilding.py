"""Stored promises repeat what the log says; this finds where they do not, and writes them anew."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from sla.models import Timer
from sla.services.promises import GROWING
from tickets.models import Ticket
from tickets.services import clock
from tickets.services.events import locked

Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact of a ticket's promises as it was stored and as the log has it; None where there was or is no such row.

    `promise` is the metric and the number of its cycle, or "" for what lists show of them all.
    """

    ticket: int
    promise: str
    fact: str
    stored: Any
    replayed: Any

    def __str__(self) -> str:
        return f"{self.ticket} {self.promise or 'ticket'} {self.fact}: {self.stored} -> {self.replayed}"


def rebuild(ticket: Ticket, *, keep: bool) -> Iterator[Difference]:
    """Replay a ticket's log into its timers and tell what changed; without `keep` nothing is left changed.

    A promise that the sweep has yet to look at is late and not wrong, so nothing is told of it; nor of a scheduled
    ticket whose time has come and that is yet to be opened.
    """
    with transaction.atomic():
        ticket = locked(ticket, even_merged=True)
        before = _stored(ticket)
        now, until = timezone.now(), ticket.scheduled_until
        is_due = until is not None and until <= now
        late = {name for name, row in before.items() if is_due or ((at := row.get("next_action_at")) and at <= now)}
        clock.refresh(ticket)
        after = _stored(ticket.refreshed())
        if not keep:
            transaction.set_rollback(True)
    for name in sorted(before.keys() | after.keys()):
        if name not in late:
            yield from _differences(ticket.number, name, before.get(name, {}), after.get(name, {}))


def _differences(number: int, name: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    for fact in sorted((before | after).keys() - set(GROWING)):
        stored, replayed = before.get(fact), after.get(fact)
        if stored != replayed:
            yield Difference(number, name, fact, stored, replayed)


def _stored(ticket: Ticket) -> Rows:
    rows: Rows = {"": {name: getattr(ticket, name) for name in clock.SHOWN}}
    for timer in Timer.objects.of(ticket.pk):
        rows[f"{timer.metric} {timer.cycle}"] = {
            field.name: getattr(timer, field.attname) for field in Timer._meta.concrete_fields if not field.primary_key
        }
    return rows
