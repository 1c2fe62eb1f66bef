"""What the frame of an admin's pages says of the calendars: whether one runs out of holidays."""

from datetime import date, datetime, time

from django.urls import reverse
from django.utils import timezone

from core.alarms import ALARM_SECONDS, Alarm
from core.cache import for_seconds
from sla.models import Calendar

WARNS_FROM = 11  # November: promises given then reach into the next year


def holiday_alarm(tenant_id: int) -> Alarm | None:
    """The first calendar that has special days in this year and none in the next; some seconds old."""
    today = timezone.localdate()
    if today.month < WARNS_FROM:
        return None
    return for_seconds(f"alarm:holidays:{tenant_id}", ALARM_SECONDS, lambda: _running_out(today))


def _running_out(today: date) -> Alarm | None:
    out = [row for row in Calendar.objects.exclude(current=None).select_related("current") if _ends(row, today.year)]
    if not out:
        return None
    since = timezone.make_aware(datetime.combine(date(today.year, WARNS_FROM, 1), time.min))
    url = reverse("sla:special_days", args=[out[0].pk, today.year + 1])
    return Alarm("holidays", since, f"{out[0].name} {today.year + 1}", url, len(out) - 1)


def _ends(calendar: Calendar, year: int) -> bool:
    years = {day[:4] for day in calendar.current.exceptions}
    return str(year) in years and str(year + 1) not in years
