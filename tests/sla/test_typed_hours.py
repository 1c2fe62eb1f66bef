"""Hours and durations as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.business_time import CalendarVersion
from sla.typed_hours import read_hours, read_minutes, read_time, show_hours, show_minutes


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("7", 420), ("07", 420), ("7.30", 450), ("7:30", 450), ("0730", 450), ("730", 450), ("24", 1440), ("0", 0)],
)
def test_times_of_day(text: str, minutes: int) -> None:
    assert read_time(text) == minutes


@pytest.mark.parametrize(
    "text", ["", "25", "7.5", "7:60", "2401", "24.30", "-1", "seven", "\N{ARABIC-INDIC DIGIT SEVEN}"]
)
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the field words it
        read_time(text)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("8-12, 13-16", [["08:00", "12:00"], ["13:00", "16:00"]]),
        ("13-16; 8-12", [["08:00", "12:00"], ["13:00", "16:00"]]),
        ("7.30 to 16", [["07:30", "16:00"]]),
        ("8\N{EN DASH}16", [["08:00", "16:00"]]),
        ("22-6", [["22:00", "06:00"]]),
        ("22-0", [["22:00", "24:00"]]),
        ("22-24", [["22:00", "24:00"]]),
        ("24/7", [["00:00", "24:00"]]),
        ("", []),
        ("closed", []),
    ],
)
def test_hours_of_a_day(text: str, rows: list[list[str]]) -> None:
    assert read_hours(text) == rows


@pytest.mark.parametrize("text", ["8", "8-8", "8-12-16", "8-12, 11-13", "24-6", "22-6, 23-1", "8-", "8-16 maybe"])
def test_hours_that_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_hours(text)


@given(st.lists(st.integers(0, 1440), min_size=2, max_size=8, unique=True).map(sorted))
def test_what_is_shown_can_be_typed_again(minutes: list[int]) -> None:
    edges = [f"{minute // 60:02}:{minute % 60:02}" for minute in minutes[: len(minutes) // 2 * 2]]
    rows = [list(pair) for pair in zip(edges[::2], edges[1::2], strict=True)]
    assert read_hours(show_hours(rows)) == rows
    assert CalendarVersion.from_json({"tz": "UTC", "weekly": {"0": rows}}).weekly


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("4 h", 240), ("30 min", 30), ("1 h 30 min", 90), ("1.5 h", 90), ("1,25 t", 75), ("2 tuntia", 120), ("90m", 90)],
)
def test_durations(text: str, minutes: int) -> None:
    assert read_minutes(text) == minutes


@pytest.mark.parametrize("text", ["90", "", "0 h", "1 d", "1.333 h", "-4 h", "soon", "4 h maybe", "99999 h"])
def test_durations_that_are_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        read_minutes(text)


@given(st.integers(1, 100_000))
def test_durations_can_be_typed_again(minutes: int) -> None:
    assert read_minutes(show_minutes(minutes)) == minutes
