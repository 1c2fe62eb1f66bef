"""Every deadline can say why: the steps of a cycle cover it without a gap and add up to what it used."""

from datetime import datetime
from itertools import pairwise

from hypothesis import given

from core.cases import load
from sla.cases import read
from sla.evaluation import Replay
from sla.log import Metric
from sla.trace import explain, explain_replay
from tests.sla.drawn import EXAMPLES, calendars, cases
from tests.sla.test_cases import OWN

OWN_FILE = read(load(OWN))


def at(text):
    return datetime.fromisoformat(text)


def november(day, time):
    return at(f"2026-11-{day}T{time}+02:00")


def explained(name, metric=Metric.RESOLUTION, number=-1):
    case = next(case for case in OWN_FILE.cases if case.id == name)
    return explain(case.log, OWN_FILE.calendars, case.now, metric, number)


def rows(explanation):
    return [(step.start, step.end, step.reason, step.counted // 60, step.projected) for step in explanation.steps]


def test_a_pause_over_a_weekend():
    found = explained("pause-weekend")
    assert rows(found) == [
        (november(20, "14:00"), november(20, "15:00"), "running", 60, False),
        (november(20, "15:00"), november(23, "09:00"), "paused_waiting_requester", 0, False),
        (november(23, "09:00"), november(23, "12:00"), "running", 180, True),
    ]
    assert found.paused_seconds == 2 * 3600


def test_closed_hours_and_a_scheduled_return():
    assert rows(explained("schedule-over")) == [
        (november(17, "14:00"), november(17, "15:00"), "running", 60, False),
        (november(17, "15:00"), november(18, "08:30"), "paused_scheduled", 0, False),
        (november(18, "08:30"), november(18, "09:00"), "running", 30, False),
        (november(18, "09:00"), november(18, "10:30"), "running", 90, True),
    ]
    assert [row[2] for row in rows(explained("tighter-late"))] == ["running"]


def test_the_hours_between_two_days_are_named():
    assert [(row[2], row[3]) for row in rows(explained("retroactive"))] == [("running", 19 * 60)]
    assert [(row[2], row[3], row[4]) for row in rows(explained("half-day"))] == [
        ("running", 60, True),
        ("closed_hours", 0, True),
        ("running", 240, True),
        ("closed_hours", 0, True),
        ("running", 60, True),
    ]


def test_a_finished_time_that_does_not_count_is_stopped():
    found = explained("restored")
    assert ("stopped_resolved", 0) in [(row[2], row[3]) for row in rows(found)]
    assert found.paused_seconds == 0


def test_a_change_of_calendar_is_named():
    case = next(case for case in OWN_FILE.cases if case.id == "promised-later")
    other = {**OWN_FILE.calendars, "OFFICE": OWN_FILE.calendars["ALWAYS"]}
    found = explain(case.log, other, case.now, Metric.RESTORE)
    assert {step.calendar for step in found.steps} == {"OFFICE"}
    assert found.cycle.elapsed == 90 * 60


def test_an_earlier_cycle_can_be_explained():
    first, second = explained("reopen-restart", number=0), explained("reopen-restart", number=1)
    assert (first.cycle.number, second.cycle.number) == (0, 1)
    assert first.steps[-1].end == first.cycle.fulfilled_at


def test_there_is_nothing_to_explain_where_nothing_is_promised():
    assert explained("late", Metric.RESTORE) is None
    assert explained("late", number=1) is None


@EXAMPLES
@given(calendars(), calendars(), cases())
def test_the_steps_cover_the_cycle_and_add_up(data, other, case):
    file = read({"format": 1, "calendars": {"A": data, "B": other}, "cases": [case]})
    drawn = file.cases[0]
    replay = Replay(drawn.log, file.calendars, drawn.now)
    for cycle in replay.cycles()[Metric.RESOLUTION]:
        found = explain_replay(replay, file.calendars, Metric.RESOLUTION, cycle.number)
        past = [step for step in found.steps if not step.projected]
        ahead = [step for step in found.steps if step.projected]
        assert found.cycle == cycle
        assert found.paused_seconds == cycle.paused
        if cycle.paused_since and cycle.paused_since < replay.now:
            assert cycle.live
            assert past[-1].reason.startswith("paused")
        assert sum(step.counted for step in past) == cycle.elapsed
        assert all(one.end == following.start for one, following in pairwise(found.steps))
        if past:
            assert (past[0].start, past[-1].end) == (cycle.start, cycle.ended_at or replay.now)
        if ahead:
            assert ahead[-1].end == cycle.due
            assert sum(step.counted for step in ahead) == cycle.remaining
