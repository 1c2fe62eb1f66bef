"""Reminders at a time of one's own: until then the member hears nothing else of the ticket but broken promises."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from accounts.models import Membership
from sla.services.opening import office_hours
from tickets.enums import NoticeEnd, NoticeKind
from tickets.errors import SnoozeRefused
from tickets.models import Notice, Ticket
from tickets.services.events import locked

A_DAY = timedelta(days=1)
LONGEST = timedelta(days=366)
MORNING = 8 * 60
# An office that opens earlier works through the night, and nobody's morning begins then.
EARLIEST = 5 * 60


@transaction.atomic
def snooze(ticket: Ticket, member: Membership, *, until: datetime, now: datetime | None = None) -> Notice:
    """Remind the member of the ticket at that time; a wish of theirs that stands is moved to it.

    Raises SnoozeRefused for a time that is past or more than a year ahead, TicketClosed on a closed ticket.
    """
    now = now or timezone.now()
    if not now < until <= now + LONGEST:
        raise SnoozeRefused
    ticket = locked(ticket)
    standing = Notice.objects.snoozes().select_for_update().filter(ticket=ticket, member=member).first()
    key = f"snooze:{ticket.pk}:{member.pk}:{now.isoformat()}"
    notice = standing or Notice(ticket=ticket, member=member, kind=NoticeKind.SNOOZED, key=key, made_at=now)
    notice.send_at = until
    notice.save()
    return notice


@transaction.atomic
def take_back(ticket: Ticket, member: Membership) -> None:
    """The member wants no reminder of the ticket any more. Idempotent."""
    standing = Notice.objects.snoozes().filter(ticket=ticket, member=member)
    standing.update(settled_at=timezone.now(), end=NoticeEnd.WITHDRAWN)


def tomorrow_morning(member: Membership, *, now: datetime) -> datetime:
    """When the member's office opens tomorrow; 8:00 on their clock where it does not."""
    return _morning(member, _today(member, now) + A_DAY)


def next_monday(member: Membership, *, now: datetime) -> datetime:
    """The morning of the Monday that comes next; on a Monday, of the one in a week."""
    today = _today(member, now)
    return _morning(member, today + A_DAY * (7 - today.weekday()))


def _today(member: Membership, now: datetime) -> date:
    return now.astimezone(ZoneInfo(member.office.time_zone)).date()


def _morning(member: Membership, day: date) -> datetime:
    calendar = office_hours(member.office_id)
    opens = [hours.opens for hours in calendar.hours_on(day) if hours.opens >= EARLIEST] if calendar else []
    zone = ZoneInfo(calendar.tz if calendar and opens else member.office.time_zone)
    minutes = min(opens, default=MORNING)
    return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone)
