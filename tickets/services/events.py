"""The event log, and the lock under which it grows."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.actors import Actor
from core import live
from tickets.enums import EventKind, StatusClass
from tickets.errors import TicketClosed, TicketMerged
from tickets.models import Status, Ticket, TicketEvent
from tickets.threads import tag


def locked(ticket: Ticket, *, even_closed: bool = False, even_merged: bool = False) -> Ticket:
    """The ticket as it is now, locked to the end of the transaction.

    Raises TicketClosed for a closed ticket and TicketMerged for a merged one, unless the caller is made for those:
    `even_closed` is for what opens and closes, `even_merged` for what only records and takes either.
    """
    recorded = TicketEvent.objects.filter(ticket=OuterRef("pk")).order_by("-recorded_at").values("recorded_at")[:1]
    rows = Ticket.objects.select_for_update(of=("self",)).select_related("tenant", "queue", "requester", "customer")
    row = rows.annotate(latest=Subquery(recorded)).get(pk=ticket.pk)
    row.recorded_until = getattr(row, "latest", None)
    if even_merged:
        return row
    if row.is_merged:
        raise TicketMerged(tag(row.tenant, row.survivor.number))
    if row.is_closed and not even_closed:
        raise TicketClosed
    return row


def log_position(ticket: Ticket) -> int:
    """The id of the last row of the ticket's log; 0 of an empty one."""
    return max(ticket.events.values_list("pk", flat=True), default=0)


def present(ticket: Ticket) -> datetime:
    """The instant of an act that happens now, for a locked ticket: never before anything its log has recorded.

    A clock may be set back (docs/adr/0014), and what was done later must not come earlier in the log.
    """
    now, until = timezone.now(), ticket.recorded_until
    ticket.recorded_until = now if until is None or until <= now else until + timedelta(microseconds=1)
    return ticket.recorded_until


def append(ticket: Ticket, kind: EventKind, *, by: Actor, at: datetime | None = None, **data: Any) -> TicketEvent:
    """Add an event that took effect `at`, now by default; `data` holds plain JSON values."""
    event = entry(ticket, kind, by=by, at=at, **data)
    event.save()
    return event


def entry(ticket: Ticket, kind: EventKind, *, by: Actor, at: datetime | None = None, **data: Any) -> TicketEvent:
    """An event to be saved by the caller, together with others. Whoever looks at the ticket hears of it."""
    live.touch(ticket.tenant_id, str(ticket.number))
    now = timezone.now()
    recorded_at = max(now, ticket.recorded_until or now)
    return TicketEvent(
        ticket=ticket,
        kind=kind,
        at=at or recorded_at,
        recorded_at=recorded_at,
        actor_kind=by.kind,
        member_id=by.membership_id,
        requester_id=by.requester_id,
        actor_name=by.name,
        data=data | ({"by_rule": by.rule} if by.rule else {}),
    )


def standing(events: Iterable[TicketEvent]) -> list[TicketEvent]:
    """The events that count, in the order given: not those that were taken back."""
    known = list(events)
    undone = {pk for event in known if event.kind == EventKind.UNDONE for pk in event.data.get("events", ())}
    return [event for event in known if event.pk not in undone]


def status_of(status_class: StatusClass) -> Status:
    """The tenant's status for a class where no other was chosen."""
    return Status.objects.get(status_class=status_class, is_default=True)


def enter(
    ticket: Ticket,
    status_class: StatusClass,
    *,
    by: Actor,
    at: datetime,
    status: Status | None = None,
    until: datetime | None = None,
) -> None:
    """Set the status and log its class; saved by the caller with `STATUS_FIELDS`."""
    ticket.status = status or status_of(status_class)
    ticket.status_class = status_class
    ticket.closed_at = at if status_class == StatusClass.CLOSED else None
    ticket.scheduled_until = until
    ticket.last_activity_at = at
    data = {"class": str(status_class), "status": ticket.status.pk}
    if until:
        data["until"] = until.isoformat()
    append(ticket, EventKind.STATUS, by=by, at=at, **data)


STATUS_FIELDS = ["status", "status_class", "closed_at", "scheduled_until", "last_activity_at"]
