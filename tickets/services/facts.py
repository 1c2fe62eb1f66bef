"""The facts of a ticket that people correct while they work."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from tickets.enums import EventKind
from tickets.errors import FactsDiffer, TransitionRefused
from tickets.models import Ticket
from tickets.own_values import Given
from tickets.process import process
from tickets.services import clock, meanwhile, own_fields
from tickets.services.events import append, locked, present
from tickets.services.meanwhile import Change

EDITABLE = ("title", "kind", "priority", "customer", "product", "module")
# Facts that mean something only together: a module is one of its product.
TOGETHER = (("title",), ("kind",), ("priority",), ("customer",), ("product", "module"))
# What promises are chosen by.
DECIDING = {"kind", "priority", "customer", "product"}


@transaction.atomic
def change(
    ticket: Ticket,
    *,
    by: Actor,
    seen: int | None = None,
    at: datetime | None = None,
    own: Mapping[str, Given] | None = None,
    **values: Any,
) -> Ticket:
    """Set some of the editable facts; logs what was and what is, and chooses promises anew where they depend on it.

    `own` are values of the team's own fields, by their addresses.

    A fact that somebody else has changed after the log position `seen` stays as it is where `values` only repeat what
    it was before; raises FactsDiffer where they want a third value.
    """
    ticket = locked(ticket)
    at = at or present(ticket)
    now = {name: getattr(ticket, name) for name in EDITABLE}
    if own:
        now |= own_fields.given_in(ticket, list(own), process())
    values = _beside(now, values | dict(own or {}), meanwhile.changes(ticket, seen, by=by))
    changed = {name: value for name, value in values.items() if name in now and now[name] != value}
    if not changed:
        return ticket
    ticket.last_activity_at = at
    ticket.save(update_fields=[*_set(ticket, changed), "last_activity_at"])
    log = {name: [_text(now[name]), _text(value)] for name, value in changed.items()}
    append(ticket, EventKind.CHANGED, by=by, at=at, fields=log, **_named(changed))
    if DECIDING & set(changed):
        clock.choose_promises(ticket, at=at, by=by)
    clock.refresh(ticket)
    return ticket


def _set(ticket: Ticket, changed: Mapping[str, Any]) -> list[str]:
    """Set columns and own fields; returns the columns, to be saved by the caller."""
    columns = [name for name in changed if name in EDITABLE]
    for name in columns:
        setattr(ticket, name, changed[name])
    if own := {name: value for name, value in changed.items() if name not in columns}:
        own_fields.write(ticket, own, process())
    return columns


def _named(changed: Mapping[str, Any]) -> dict[str, dict[str, tuple[str, str]]]:
    """Names and types of own fields as they are now, because the log outlives them."""
    own = [name for name in changed if name not in EDITABLE]
    return {"own": {name: own_fields.type_of(process(), name) for name in own}} if own else {}


def _beside(now: Mapping[str, Any], values: dict[str, Any], theirs: Mapping[str, Change]) -> dict[str, Any]:
    """The values without those that only repeat what others have changed since."""
    wanted = dict(values)
    differ: dict[str, tuple[str, str, str]] = {}
    for names in (*TOGETHER, *((name,) for name in values if name not in EDITABLE)):
        changed = [name for name in names if name in theirs]
        if not changed or all(_same(now.get(name), values.get(name)) for name in names):
            continue
        by = theirs[changed[0]].by
        if all(_text(values.get(name)) == _before(now, name, theirs) for name in names):
            wanted = {name: value for name, value in wanted.items() if name not in names}
        else:
            differ |= {name: (by, _text(now.get(name)), _text(values.get(name))) for name in names}
    if differ:
        raise FactsDiffer({name: both for name, both in differ.items() if both[1] != both[2]})
    return wanted


def _same(one: object, other: object) -> bool:
    return (one or None) == (other or None)


def _before(now: Mapping[str, Any], name: str, theirs: Mapping[str, Change]) -> str:
    return theirs[name].before if name in theirs else _text(now.get(name))


def _text(value: object) -> str:
    """A fact as the log has it."""
    return str(value or "")


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
