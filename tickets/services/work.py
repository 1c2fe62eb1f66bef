"""Time worked."""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from tickets.enums import EventKind
from tickets.models import Ticket, WorkEntry, WorkType
from tickets.services.events import append, locked, present


@transaction.atomic
def log(
    ticket: Ticket,
    *,
    minutes: int,
    by: Actor,
    work_type: WorkType | None = None,
    text: str = "",
    at: datetime | None = None,
) -> WorkEntry:
    """Log minutes that ended `at`; without a type it is the tenant's first one.

    Raises ValueError for an actor who is no member.
    """
    if by.membership_id is None:
        raise ValueError("Only members log work.")
    ticket = locked(ticket)
    at = at or present(ticket)
    entry = WorkEntry.objects.create(
        ticket=ticket,
        member_id=by.membership_id,
        work_type=work_type or WorkType.objects.order_by("position", "pk")[0],
        minutes=minutes,
        ended_at=at,
        text=text,
    )
    append(ticket, EventKind.WORK_LOGGED, by=by, at=at, entry=entry.pk, minutes=minutes)
    return entry
