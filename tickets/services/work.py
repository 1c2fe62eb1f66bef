"""Time worked."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership
from core.templatetags.vaste import clock_time
from tickets.enums import Billing, EventKind
from tickets.errors import WorkRefused
from tickets.models import Ticket, WorkEntry, WorkType
from tickets.services.events import append, locked, present
from tickets.threads import tag

# Clocks of browsers run ahead of ours.
AHEAD = timedelta(minutes=5)
LONGEST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Details:
    """What more there is to say of work; `ended_at` only where somebody said from when to when it was done."""

    ended_at: datetime | None = None
    # What was done, as the invoice says it.
    text: str = ""
    billing: str = Billing.BILLABLE
    reason: str = ""
    approver: Membership | None = None
    kilometres: Decimal = Decimal(0)
    called_out: bool = False


PLAIN = Details()


@transaction.atomic
def log(  # noqa: PLR0913  # what most say of their work has names of its own, the rest is in the details
    ticket: Ticket,
    *,
    minutes: int,
    by: Actor,
    work_type: WorkType | None = None,
    text: str = "",
    at: datetime | None = None,
    details: Details = PLAIN,
) -> WorkEntry:
    """Log minutes that ended `at`, or when the details say; without a type it is the tenant's first one.

    Raises ValueError for an actor who is no member, and WorkRefused for times that cannot be.
    """
    if by.membership_id is None:
        raise ValueError("Only members log work.")
    ticket = locked(ticket)
    at = at or present(ticket)
    entry = WorkEntry(
        ticket=ticket,
        member_id=by.membership_id,
        work_type=work_type or WorkType.objects.order_by("position", "pk")[0],
        minutes=minutes,
        ended_at=details.ended_at or at,
        text=details.text or text,
    )
    _take(entry, details)
    entry.save()
    append(ticket, EventKind.WORK_LOGGED, by=by, at=at, entry=entry.pk, minutes=minutes)
    return entry


@transaction.atomic
def add(
    ticket: Ticket, member: Membership, *, minutes: int, work_type: WorkType, details: Details, by: Actor
) -> WorkEntry:
    """Log work that a member did and nobody wrote down, also on a closed ticket.

    Without times it is work of when the ticket was resolved. Raises WorkRefused for times that cannot be.
    """
    ticket = locked(ticket, even_closed=True)
    at = present(ticket)
    ended_at = details.ended_at or ticket.resolved_at or at
    entry = WorkEntry(
        ticket=ticket, member=member, minutes=minutes, work_type=work_type, ended_at=ended_at, text=details.text
    )
    _take(entry, details)
    entry.save()
    append(ticket, EventKind.WORK_LOGGED, by=by, at=at, entry=entry.pk, minutes=minutes)
    return entry


@transaction.atomic
def correct(entry: WorkEntry, *, minutes: int, work_type: WorkType, details: Details, by: Actor) -> WorkEntry:
    """Say anew what work it was, also on a closed ticket; the log keeps what was said before.

    Raises WorkRefused for times that cannot be.
    """
    ticket = locked(entry.ticket, even_closed=True, even_merged=True)
    entry = WorkEntry.objects.select_for_update().get(pk=entry.pk)
    before = entry.minutes
    entry.ticket, entry.minutes, entry.work_type, entry.text = ticket, minutes, work_type, details.text
    entry.ended_at = details.ended_at or entry.ended_at
    _take(entry, details)
    entry.save()
    append(ticket, EventKind.WORK_CORRECTED, by=by, entry=entry.pk, minutes=minutes, before=before)
    return entry


@transaction.atomic
def remove(entry: WorkEntry, *, by: Actor) -> None:
    """Take work off a ticket, also a closed one; the log keeps that it was there."""
    ticket = locked(entry.ticket, even_closed=True, even_merged=True)
    append(ticket, EventKind.WORK_CORRECTED, by=by, entry=entry.pk, minutes=0, before=entry.minutes)
    entry.delete()


def _take(entry: WorkEntry, details: Details) -> None:
    entry.billing, entry.reason, entry.approver = details.billing, details.reason, details.approver
    entry.kilometres, entry.called_out = details.kilometres, details.called_out
    entry.timed = entry.timed or details.ended_at is not None
    if entry.timed:
        _refuse_impossible(entry)


def _refuse_impossible(entry: WorkEntry) -> None:
    """Nobody works twice at once, nor in time to come. Who works is locked, so that two cannot pass here together."""
    if entry.ended_at > timezone.now() + AHEAD:
        raise WorkRefused(_("This time has not come yet."))
    Membership.objects.select_for_update(no_key=True).get(pk=entry.member_id)
    near = WorkEntry.objects.filter(member=entry.member_id, timed=True).exclude(pk=entry.pk).select_related("ticket")
    near = near.filter(ended_at__gt=entry.started_at, ended_at__lt=entry.ended_at + LONGEST)
    for other in near:
        if other.started_at < entry.ended_at:
            raise WorkRefused(
                _("There is other work from %(start)s to %(end)s, on %(number)s.")
                % {
                    "start": clock_time(other.started_at),
                    "end": clock_time(other.ended_at),
                    "number": tag(entry.ticket.tenant, other.ticket.number),
                }
            )
