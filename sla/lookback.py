"""From now back: since when something must have stood still to have done so for a span of working time.

Both answers grow with `now`, so that whatever was silent for long enough stays so until something happens.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sla.business_time import CalendarVersion, clock_of, whole_second

A_DAY = timedelta(days=1)
# How far back is looked for working time: beyond it, everything has been silent for long enough.
FURTHEST = timedelta(days=3660)


def hours_before(calendar: CalendarVersion, now: datetime, hours: int) -> datetime:
    """The last instant with so many open hours between it and `now`; in a calendar that hardly opens, FURTHEST ago."""
    left, clock = timedelta(hours=hours), clock_of(calendar)
    until = whole_second(now)
    reach, furthest = timedelta(hours=hours), until - FURTHEST
    while until > furthest:
        start = max(until - reach, furthest)
        for opens, closes in reversed(list(clock.intervals(start, until))):
            if closes - opens >= left:
                return closes - left
            left -= closes - opens
        until, reach = start, reach * 2
    return furthest


def days_before(calendar: CalendarVersion, now: datetime, days: int) -> datetime:
    """The last instant with so many working days, on which the calendar opens, between it and `now`.

    One day back from Friday at 10 is Thursday at 10; a day without hours counts as the end of the one before.
    """
    zone = ZoneInfo(calendar.tz)
    local = whole_second(now).astimezone(zone)
    today = _working_day(calendar, local.date())
    reading = local.time() if today == local.date() else None
    for _ in range(days):
        today = _working_day(calendar, today - A_DAY)
    on = today + A_DAY if reading is None else today
    return datetime.combine(on, reading or datetime.min.time(), zone).astimezone(UTC)


def _working_day(calendar: CalendarVersion, day: date) -> date:
    """The day, or the last one before it on which the calendar opens; a day long ago where it never does."""
    back = (day - timedelta(days=number) for number in range(FURTHEST.days))
    return next((found for found in back if calendar.hours_on(found)), day - FURTHEST)


def next_opening(calendar: CalendarVersion, now: datetime) -> datetime:
    """`now` while the calendar is open, else when it opens next; `now` where it never does again."""
    at = whole_second(now)
    clock = clock_of(calendar)
    if clock.is_open(at):
        return now
    # Half a year holds every opening of a calendar that anybody works by.
    return next((opens for opens, _closes in clock.intervals(at, at + timedelta(days=183))), now)
