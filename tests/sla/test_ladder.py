"""The ladder: what is read is what was written, one step at a place, and priorities that only rise."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sla.business_time import CalendarVersion, Clock
from sla.evaluation import LadderStep
from sla.ladder import DEFAULT, PRIORITIES, RAISE, Step, Whom, raised, read, write
from tests.sla.drawn import EXAMPLES, calendars, instants

ids = st.none() | st.integers(1, 10**9)
places = st.tuples(st.integers(1, 1000), st.just(0)) | st.tuples(st.just(100), st.integers(-86_400, 86_400))


@st.composite
def steps(draw: st.DrawFn) -> Step:
    percent, minutes = draw(places)
    return Step(
        percent,
        minutes,
        whom=tuple(draw(st.lists(st.sampled_from(Whom), unique=True))),
        opening=draw(ids),
        priority=draw(st.sampled_from(("", RAISE, *PRIORITIES))),
        queue=draw(ids),
        member=draw(ids),
        webhook=draw(ids),
    )


ladders = st.lists(steps(), max_size=8, unique_by=lambda step: step.place)


@EXAMPLES
@given(ladders)
def test_what_is_read_is_what_was_written(ladder: list[Step]) -> None:
    stored = json.loads(json.dumps(write(ladder)))

    assert set(read(stored)) == set(ladder)
    assert write(read(stored)) == stored
    assert [step.at for step in read(stored)] == sorted(
        (step.at for step in ladder), key=lambda at: (at.percent, at.minutes)
    )


@EXAMPLES
@given(steps(), steps())
def test_a_place_is_a_point_on_the_way_and_nothing_else(one: Step, other: Step) -> None:
    assert (one.place == other.place) == (one.at == other.at)
    assert len(one.place) <= 16


def test_only_what_differs_is_stored() -> None:
    assert write(DEFAULT) == [
        {"percent": 50, "whom": ["assignee"]},
        {"percent": 75, "whom": ["assignee", "team"]},
        {"percent": 90, "whom": ["leads"]},
        {"whom": ["leads"]},
        {"percent": 150, "whom": ["leads"]},
    ]
    assert [Step(minutes=minutes).place for minutes in (-30, 0, 120)] == ["100-30", "100", "100+120"]
    assert Step(minutes=-30).at == LadderStep(100, -30)


@pytest.mark.parametrize(
    "row",
    [
        {"percent": 0},
        {"percent": 1001},
        {"percent": 75, "minutes": 5},
        {"minutes": 86_401},
        {"whom": ["boss"]},
        {"priority": "dire"},
        {"colour": "red"},
    ],
)
def test_what_a_step_cannot_be(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        read([row])


def test_no_two_steps_stand_at_one_place() -> None:
    with pytest.raises(ValueError, match="one place"):
        read([{"percent": 75}, {"percent": 75, "whom": ["team"]}])


@given(st.sampled_from(PRIORITIES), st.sampled_from(("", RAISE, *PRIORITIES)))
def test_a_priority_only_rises_and_ends_at_the_highest(priority: str, how: str) -> None:
    before, after = PRIORITIES.index(priority), PRIORITIES.index(raised(priority, how))

    assert before <= after <= before + 1 if how == RAISE else before <= after
    assert how in ("", RAISE) or after == max(before, PRIORITIES.index(how))


@EXAMPLES
@given(calendars(), instants())
def test_an_opening_is_the_first_open_second_from_there(calendar: dict[str, object], instant: datetime) -> None:
    clock = Clock(CalendarVersion.from_json(calendar))
    opening = clock.opening(instant)

    if opening is None:
        assert clock.open_seconds(instant, instant + timedelta(days=3 * 365)) == 0
        return
    assert clock.is_open(opening)
    assert clock.open_seconds(instant, opening) == 0
    assert opening >= instant.astimezone(UTC).replace(microsecond=0)
