"""Open time: worked examples, then every claim against a walk over the minutes."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.business_time import CalendarVersion, Clock, Interval, NextBusinessDay, clock_of, minute_of_day
from tests.sla import oracle
from tests.sla.drawn import EXAMPLES, STEP, calendars, instants, targets

NINE_TO_FIVE = Interval(9 * 60, 17 * 60)
NIGHT = Interval(22 * 60, 6 * 60)
ALL_DAY = Interval(0, 1440)
SECOND = timedelta(seconds=1)


def at(text):
    return datetime.fromisoformat(text)


def office(tz="Europe/Helsinki", **exceptions):
    return CalendarVersion(tz, dict.fromkeys(range(5), (NINE_TO_FIVE,)), exceptions.get("exceptions", {}))


def nights(exceptions=None):
    return CalendarVersion("Europe/Berlin", dict.fromkeys(range(7), (NIGHT,)), exceptions or {})


def test_a_weekend_holds_no_open_time():
    clock = Clock(office())
    assert clock.open_seconds(at("2026-11-20T16:00+02:00"), at("2026-11-23T10:00+02:00")) == 2 * 3600
    assert clock.add(at("2026-11-20T16:00+02:00"), 2 * 3600) == at("2026-11-23T10:00+02:00")


def test_used_up_exactly_at_closing_is_due_at_closing():
    assert Clock(office()).add(at("2026-11-20T09:00+02:00"), 8 * 3600) == at("2026-11-20T17:00+02:00")


def test_nothing_to_add_is_due_at_once_even_when_closed():
    assert Clock(office()).add(at("2026-11-21T03:00+02:00"), 0) == at("2026-11-21T03:00+02:00")


def test_opening_is_open_and_closing_is_closed():
    clock = Clock(office())
    opening, closing = at("2026-11-20T09:00+02:00"), at("2026-11-20T17:00+02:00")
    assert [clock.is_open(t) for t in (opening - SECOND, opening, closing - SECOND, closing)] == [0, 1, 1, 0]


def test_a_holiday_cuts_the_tail_of_the_night_before_and_leaves_the_morning_after():
    clock = Clock(nights({date(2026, 12, 25): ()}))
    assert list(clock.intervals(at("2026-12-24T12:00+01:00"), at("2026-12-26T12:00+01:00"))) == [
        (at("2026-12-24T22:00+01:00"), at("2026-12-25T00:00+01:00")),
        (at("2026-12-26T00:00+01:00"), at("2026-12-26T06:00+01:00")),
    ]


def test_an_exceptional_night_runs_into_the_next_day():
    clock = Clock(CalendarVersion("UTC", {}, {date(2026, 1, 1): (NIGHT,)}))
    assert clock.open_seconds(at("2026-01-01T00:00Z"), at("2026-01-03T00:00Z")) == 8 * 3600


@pytest.mark.parametrize(
    ("tz", "day", "hours"),
    [("Europe/Helsinki", "2026-10-25", 25), ("Europe/Helsinki", "2027-03-28", 23), ("Asia/Kolkata", "2026-10-25", 24),
     ("America/New_York", "2026-11-01", 25), ("Australia/Lord_Howe", "2027-04-04", 24.5),
     ("Pacific/Apia", "2011-12-30", 0)],
)  # fmt: skip
def test_a_civil_day_is_as_long_as_its_zone_makes_it(tz, day, hours):
    """Samoa skipped 30 December 2011 altogether."""
    clock = Clock(CalendarVersion(tz, {}, {date.fromisoformat(day): (ALL_DAY,)}))
    noon = at(f"{day}T12:00Z")
    assert clock.open_seconds(noon - timedelta(days=2), noon + timedelta(days=2)) == hours * 3600


def test_an_opening_inside_the_repeated_hour_opens_twice():
    clock = Clock(CalendarVersion("Europe/Madrid", {6: (Interval(150, 600),)}))
    assert list(clock.intervals(at("2026-10-25T00:00+02:00"), at("2026-10-25T12:00+01:00"))) == [
        (at("2026-10-25T02:30+02:00"), at("2026-10-25T03:00+02:00")),
        (at("2026-10-25T02:30+01:00"), at("2026-10-25T10:00+01:00")),
    ]


def test_an_opening_inside_the_gap_opens_at_its_end():
    clock = Clock(CalendarVersion("Europe/Helsinki", {6: (Interval(180, 660),)}))
    assert list(clock.intervals(at("2027-03-28T00:00+02:00"), at("2027-03-28T23:00+03:00"))) == [
        (at("2027-03-28T04:00+03:00"), at("2027-03-28T11:00+03:00"))
    ]


def test_round_the_clock_is_one_interval():
    clock = Clock(CalendarVersion("UTC", dict.fromkeys(range(7), (ALL_DAY,))))
    start, end = at("2026-01-01T00:00Z"), at("2026-12-31T00:00Z")
    assert list(clock.intervals(start, end)) == [(start, end)]


def test_a_calendar_that_never_opens_has_no_deadline():
    assert Clock(CalendarVersion("UTC", {})).add(at("2026-01-01T00:00Z"), 1) is None
    once = Clock(CalendarVersion("UTC", {}, {date(2026, 3, 1): (NINE_TO_FIVE,)}))
    assert once.add(at("2026-01-01T00:00Z"), 8 * 3600) == at("2026-03-01T17:00Z")
    assert once.add(at("2026-01-01T00:00Z"), 8 * 3600 + 1) is None
    assert once.add(at("2026-04-01T00:00Z"), 1) is None


def test_a_deadline_beyond_fifty_years_is_none_whatever_was_asked_before():
    weekly = CalendarVersion("UTC", {0: (Interval(0, 1),)})
    clock, start = Clock(weekly), at("2026-01-01T00:00Z")
    assert clock.add(start, 60 * 3000) is None
    assert clock.open_seconds(start, at("2090-01-01T00:00Z")) > 60 * 3000
    assert clock.add(start, 60 * 3000) is None
    assert clock.add(start, 60 * 52) == at("2026-12-28T00:01Z")


def test_calendars_travel_as_json():
    data = {
        "tz": "Europe/Helsinki",
        "weekly": {"0": [["08:00", "12:00"], ["13:00", "24:00"]], "5": [["22:00", "06:00"]]},
        "exceptions": {"2026-12-24": [["08:00", "12:00"]], "2026-12-25": []},
    }
    calendar = CalendarVersion.from_json(data)
    assert calendar.to_json() == data
    assert CalendarVersion.from_json(calendar.to_json()) == calendar
    assert clock_of(CalendarVersion.from_json(data)) is clock_of(calendar)


def test_a_named_exception_is_read():
    named = {"tz": "UTC", "weekly": {}, "exceptions": {"2026-12-24": {"name": "Eve", "open": [["08:00", "12:00"]]}}}
    assert CalendarVersion.from_json(named).exceptions == {date(2026, 12, 24): (Interval(480, 720),)}


@pytest.mark.parametrize(
    "data",
    [{}, {"tz": "Europe/Nowhere", "weekly": {}}, {"tz": "UTC", "weekly": {"7": [["08:00", "16:00"]]}},
     {"tz": "UTC", "weekly": {"0": [["8", "16:00"]]}}, {"tz": "UTC", "weekly": {"0": [["24:00", "06:00"]]}},
     {"tz": "UTC", "weekly": {"0": [["08:60", "16:00"]]}}, {"tz": "UTC", "weekly": {"0": [["08:00"]]}},
     {"tz": "UTC", "weekly": []}, {"tz": "UTC", "weekly": {}, "exceptions": {"24.12.2026": []}},
     {"tz": "UTC", "weekly": {"0": 8}}, {"tz": "../etc/passwd", "weekly": {}}, {"tz": "", "weekly": {}}],
)  # fmt: skip
def test_what_is_no_calendar_is_refused(data):
    with pytest.raises(ValueError, match="not a calendar"):
        CalendarVersion.from_json(data)


def test_a_version_cannot_be_changed():
    calendar = office()
    with pytest.raises(TypeError):
        calendar.weekly[5] = (NINE_TO_FIVE,)
    with pytest.raises(AttributeError):
        calendar.tz = "UTC"


def test_naive_instants_are_refused():
    with pytest.raises(ValueError, match="needs a zone"):
        Clock(office()).open_seconds(at("2026-01-01T09:00"), at("2026-01-02T09:00"))


@pytest.mark.parametrize(
    ("received", "due"),
    [("2026-11-19T14:59+02:00", "2026-11-20T12:00+02:00"), ("2026-11-19T15:00+02:00", "2026-11-20T12:00+02:00"),
     ("2026-11-19T15:01+02:00", "2026-11-23T12:00+02:00"), ("2026-11-21T10:00+02:00", "2026-11-24T12:00+02:00"),
     ("2026-11-20T16:00+02:00", "2026-11-24T12:00+02:00"), ("2026-11-22T23:30-05:00", "2026-11-24T12:00+02:00")],
)  # fmt: skip
def test_next_business_day(received, due):
    """A business day late, and the days that are not business days, count from the next one."""
    rule = NextBusinessDay(days=1, by=minute_of_day("12:00"), cutoff=minute_of_day("15:00"))
    assert rule.due(office(), at(received)) == at(due)


def test_next_business_day_of_a_closed_calendar_is_none():
    assert NextBusinessDay(1, 720, 900).due(CalendarVersion("UTC", {}), at("2026-01-01T00:00Z")) is None


def test_next_business_day_may_end_at_midnight():
    assert NextBusinessDay(1, 1440, 900).due(office("UTC"), at("2026-11-19T10:00Z")) == at("2026-11-21T00:00Z")


@EXAMPLES
@given(calendars(), instants())
def test_open_time_grows_on_exactly_the_open_minutes(data, start):
    clock, walk = Clock(CalendarVersion.from_json(data)), oracle.calendar(data)
    grid = [start + timedelta(minutes=STEP * number) for number in range(2 * 288)]
    grown = [clock.open_seconds(one, other) // 60 // STEP for one, other in pairwise(grid)]
    assert grown == [walk.opened(instant) for instant in grid[:-1]]
    assert [clock.is_open(instant) for instant in grid] == [walk.opened(instant) for instant in grid]


@EXAMPLES
@given(calendars(), instants(), targets)
def test_due_is_where_a_walk_over_the_minutes_ends(data, start, target):
    clock = Clock(CalendarVersion.from_json(data))
    due = clock.add(start, target * 60)
    assert due == oracle.add(data, start, target, STEP)
    assert clock.open_seconds(start, due) == target * 60
    if target:
        assert clock.open_seconds(start, due - SECOND) == target * 60 - 1


@EXAMPLES
@given(calendars(), instants(), targets, targets)
def test_more_to_do_is_never_due_earlier(data, start, one, other):
    clock = Clock(CalendarVersion.from_json(data))
    assert clock.add(start, min(one, other)) <= clock.add(start, max(one, other))


@EXAMPLES
@given(calendars(), instants(), targets, st.integers(-1, 9))
def test_another_holiday_never_makes_due_earlier(data, start, target, number):
    clock = Clock(CalendarVersion.from_json(data))
    holiday = oracle.on_holiday(data, start.date() + timedelta(days=number))
    assert Clock(CalendarVersion.from_json(holiday)).add(start, target * 60) >= clock.add(start, target * 60)


@EXAMPLES
@given(calendars(), st.lists(st.tuples(instants(), targets), min_size=2, max_size=5))
def test_no_answer_depends_on_what_was_asked_before(data, questions):
    used = Clock(CalendarVersion.from_json(data))
    answers = [used.add(start, target * 60) for start, target in questions]
    assert answers == [Clock(CalendarVersion.from_json(data)).add(start, target * 60) for start, target in questions]
    start, end = questions[0][0], questions[-1][0]
    fresh = Clock(CalendarVersion.from_json(data))
    assert used.open_seconds(start, end) == fresh.open_seconds(start, end)
