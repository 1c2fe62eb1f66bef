"""Whose hours count where no ticket says so: an office's, or those of whoever has no contract."""

from sla.business_time import CalendarVersion
from sla.models import Calendar, Policy
from sla.services.immutable import hours


def default_hours() -> CalendarVersion | None:
    """The calendar of the promises for tickets without a contract; None where there are none."""
    current = "current__calendar__current"
    found = Policy.objects.filter(is_default=True).exclude(**{current: None}).values_list(current, flat=True).first()
    return hours(found) if found else None


def office_hours(office_id: int) -> CalendarVersion | None:
    """The hours of an office, by its first calendar; None where it has none."""
    calendars = Calendar.objects.filter(office=office_id).exclude(current=None).order_by("pk")
    found = calendars.values_list("current", flat=True).first()
    return hours(found) if found else None
