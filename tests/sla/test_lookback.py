"""Since when something must have been silent, across nights, weekends and holidays; by hand and against the way on."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sla.business_time import CalendarVersion, clock_of
from sla.lookback import days_before, hours_before, next_opening

HELSINKI = ZoneInfo("Europe/Helsinki")
# Independence day, Tuesday 6 December 2022, is closed; 9 December is a half day.
OFFICE = CalendarVersion.from_json(
    {
        "tz": "Europe/Helsinki",
        "weekly": {str(day): [["08:00", "16:00"]] for day in range(5)},
        "exceptions": {"2022-12-06": [], "2022-12-09": [["08:00", "12:00"]]},
    }
)
NEVER = CalendarVersion.from_json({"tz": "Europe/Helsinki", "weekly": {}})


def at(text: str) -> datetime:
    """In Helsinki, of December 2022: "Thu 8. 10:30" as "8 10:30"."""
    day, _, reading = text.partition(" ")
    return datetime.strptime(f"2022-12-{int(day):02} {reading}", "%Y-%m-%d %H:%M").replace(tzinfo=HELSINKI)


@pytest.mark.parametrize(
    ("now", "hours", "start"),
    [
        ("8 12:00", 2, "8 10:00"),
        ("8 09:00", 2, "7 15:00"),
        ("8 03:00", 2, "7 14:00"),  # at night as at the closing before
        ("7 09:00", 2, "5 15:00"),  # over the holiday
        ("11 12:00", 5, "8 15:00"),  # on Sunday: four hours of the half Friday, one of Thursday
        ("12 10:00", 40, "1 14:00"),  # 2 + 4 + 8 + 8, no Tuesday, 8 + 8, and two of Thursday
    ],
)
def test_working_hours_back(now: str, hours: int, start: str) -> None:
    found = hours_before(OFFICE, at(now), hours)

    assert found == at(start)
    assert clock_of(OFFICE).open_seconds(found, at(now)) == hours * 3600


@pytest.mark.parametrize(
    ("now", "days", "start"),
    [
        ("8 10:00", 1, "7 10:00"),
        ("7 10:00", 1, "5 10:00"),  # over the holiday
        ("12 10:00", 3, "7 10:00"),  # over the weekend
        ("10 10:00", 1, "9 00:00"),  # on Saturday: Friday has passed
        ("11 23:59", 1, "9 00:00"),  # and on Sunday no more than that
        ("6 15:00", 2, "2 00:00"),  # on the holiday: Friday and Monday
    ],
)
def test_working_days_back(now: str, days: int, start: str) -> None:
    assert days_before(OFFICE, at(now), days) == at(start)


def test_what_is_silent_for_long_enough_stays_so() -> None:
    """Neither answer ever moves back while the clock goes on, also through the night of another offset."""
    first = datetime(2026, 10, 16, tzinfo=UTC)
    for look in (lambda now: hours_before(OFFICE, now, 10), lambda now: days_before(OFFICE, now, 2)):
        found = [look(first + timedelta(minutes=30 * step)) for step in range(20 * 48)]
        assert found == sorted(found)


def test_a_calendar_that_never_opens_ends_the_search() -> None:
    now = at("8 12:00")

    assert hours_before(NEVER, now, 1) < now - timedelta(days=3000)
    assert days_before(NEVER, now, 1) < now - timedelta(days=3000)
    assert next_opening(NEVER, now) == now


@pytest.mark.parametrize(
    ("now", "opening"),
    [("8 12:00", "8 12:00"), ("8 16:00", "9 08:00"), ("9 12:00", "12 08:00"), ("5 20:00", "7 08:00")],
)
def test_the_next_opening(now: str, opening: str) -> None:
    assert next_opening(OFFICE, at(now)) == at(opening)
