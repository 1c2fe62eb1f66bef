"""The facts of a ticket that people correct while they work."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from tickets.enums import EventKind
from tickets.errors import TransitionRefused
from tickets.models import Ticket
from tickets.services import clock
from tickets.services.events import append, locked, present

EDITABLE = ("title", "kind", "priority", "customer", "product", "module")
# What promises are chosen by.
DECIDING = {"kind", "priority", "customer", "product"}


@transaction.atomic
def change(ticket: Ticket, *, by: Actor, at: datetime | None = None, **values: Any) -> Ticket:
    """Set some of the editable facts; logs what was and what is, and chooses promises anew where they depend on it."""
    ticket = locked(ticket)
    at = at or present(ticket)
    before = {name: getattr(ticket, name) for name in values if name in EDITABLE}
    changed = {name: value for name, value in values.items() if name in before and before[name] != value}
    if not changed:
        return ticket
    for name, value in changed.items():
        setattr(ticket, name, value)
    ticket.last_activity_at = at
    ticket.save(update_fields=[*changed, "last_activity_at"])
    log = {name: [str(before[name] or ""), str(value or "")] for name, value in changed.items()}
    append(ticket, EventKind.CHANGED, by=by, at=at, fields=log)
    if DECIDING & set(changed):
        clock.choose_promises(ticket, at=at, by=by)
    clock.refresh(ticket)
    return ticket


@transaction.atomic
def correct_reception(ticket: Ticket, *, received_at: datetime, by: Actor) -> Ticket:
    """Set when the matter really reached the desk; a new event, with an audit entry. Never in the future."""
    ticket = locked(ticket)
    now = present(ticket)
    if received_at > now:
        raise TransitionRefused
    before, ticket.received_at = ticket.received_at, received_at
    if ticket.last_word_at == before:
        ticket.last_word_at = received_at
    ticket.save(update_fields=["received_at", "last_word_at"])
    append(ticket, EventKind.RECEPTION_CORRECTED, by=by, at=now, received_at=received_at.isoformat())
    audit.record(
        "ticket.reception_corrected",
        by=by,
        target=ticket.number,
        before=before.isoformat(),
        after=received_at.isoformat(),
    )
    clock.refresh(ticket)
    return ticket
