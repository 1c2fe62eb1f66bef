"""What other products got wrong, by those who used them, where no case of ours said it in plain words."""

from datetime import datetime, timedelta

import pytest

from sla.business_time import CalendarVersion, clock_of
from sla.evaluation import LadderStep, evaluate, ladder
from sla.log import AgentReply, CustomerMessage, Event, Metric, Policy, PolicySet, Received, StatusChanged, StatusClass
from sla.meter import Cycle, State

OFFICE = CalendarVersion.from_json(
    {"tz": "Europe/Helsinki", "weekly": {str(day): [["08:00", "16:00"]] for day in range(5)}}
)
FEBRUARY = datetime.fromisoformat("2026-02-02T09:00+02:00")
HOUR = timedelta(hours=1)


def received(**targets: int) -> list[Event]:
    return [Received(at=FEBRUARY), _policy(FEBRUARY, **targets)]


def _policy(at: datetime, **targets: int) -> PolicySet:
    return PolicySet(at=at, policy=Policy("office", {Metric(name): minutes for name, minutes in targets.items()}))


def status(at: datetime, status: StatusClass) -> StatusChanged:
    return StatusChanged(at=at, status=status)


def cycles(log: list[Event], now: datetime) -> dict[Metric, list[Cycle]]:
    numbered = [type(event)(**{**_facts(event), "seq": seq}) for seq, event in enumerate(log)]
    return evaluate(numbered, {"office": OFFICE}, now)


def _facts(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__dataclass_fields__}


def resolution(log: list[Event], now: datetime) -> Cycle:
    return cycles(log, now)[Metric.RESOLUTION][-1]


def test_half_a_year_on_hold_and_resolved_in_one_save_is_no_half_year_of_work() -> None:
    august = FEBRUARY + timedelta(days=180)
    log = [
        *received(resolution=480),
        status(FEBRUARY + HOUR, StatusClass.WAITING_REQUESTER),
        status(august, StatusClass.RESOLVED),
    ]

    assert (resolution(log, august).elapsed, resolution(log, august).state) == (3600, State.MET)


def test_a_ticket_that_begins_waiting_has_no_clock_that_runs() -> None:
    found = resolution([*received(resolution=60), status(FEBRUARY, StatusClass.SCHEDULED)], FEBRUARY + 30 * HOUR)

    assert (found.elapsed, found.due, found.state) == (0, None, State.PAUSED)


def test_a_pause_outlasts_a_change_of_the_promises() -> None:
    log = [
        *received(resolution=480),
        status(FEBRUARY + HOUR, StatusClass.WAITING_REQUESTER),
        _policy(FEBRUARY + 2 * HOUR, resolution=240),
    ]
    waiting = resolution(log, FEBRUARY + 5 * HOUR)
    going_on = resolution([*log, status(FEBRUARY + 5 * HOUR, StatusClass.OPEN)], FEBRUARY + 5 * HOUR)

    assert (waiting.state, waiting.elapsed, waiting.due) == (State.PAUSED, 3600, None)
    assert (going_on.elapsed, going_on.due) == (3600, datetime.fromisoformat("2026-02-03T09:00+02:00"))


def test_a_short_promise_of_updates_does_not_shorten_the_first_response() -> None:
    log = [*received(first_response=240, periodic_update=60), AgentReply(at=FEBRUARY + HOUR / 2)]
    found = cycles(log, FEBRUARY + HOUR)

    assert found[Metric.FIRST_RESPONSE][0].due == FEBRUARY + 4 * HOUR
    assert found[Metric.FIRST_RESPONSE][0].state is State.MET
    assert found[Metric.PERIODIC_UPDATE][-1].due == FEBRUARY + HOUR * 1.5


def test_what_was_answered_is_not_late_afterwards() -> None:
    log = [*received(next_reply=60), CustomerMessage(at=FEBRUARY), AgentReply(at=FEBRUARY + HOUR / 2)]

    assert [cycle.state for cycle in cycles(log, FEBRUARY + 50 * HOUR)[Metric.NEXT_REPLY]] == [State.MET]


@pytest.mark.parametrize("through", [StatusClass.OPEN, StatusClass.WAITING_REQUESTER, StatusClass.SCHEDULED])
def test_reopening_knows_more_than_two_states(through: StatusClass) -> None:
    log = [
        *received(resolution=480),
        status(FEBRUARY + HOUR, through),
        status(FEBRUARY + 2 * HOUR, StatusClass.RESOLVED),
        status(FEBRUARY + 3 * HOUR, StatusClass.CLOSED),
        status(FEBRUARY + 4 * HOUR, StatusClass.OPEN),
    ]
    used = 2 if through is StatusClass.OPEN else 1

    assert resolution(log, FEBRUARY + 5 * HOUR).elapsed == (used + 1) * 3600


def test_one_closing_is_enough_to_know_what_was_used() -> None:
    once = [*received(resolution=60), status(FEBRUARY + 2 * HOUR, StatusClass.RESOLVED)]
    twice = [*once, status(FEBRUARY + 3 * HOUR, StatusClass.CLOSED)]
    found = resolution(once, FEBRUARY + 2 * HOUR)

    assert (found.elapsed, found.state) == (7200, State.BREACHED)
    assert resolution(twice, FEBRUARY + 9 * HOUR) == found


def test_no_step_of_an_office_promise_falls_into_the_night_or_the_weekend() -> None:
    friday = FEBRUARY + timedelta(days=4, hours=6)
    log: list[Event] = [Received(at=friday), _policy(friday, resolution=600)]
    steps = [LadderStep(percent) for percent in (10, 25, 50, 75, 90, 100, 150)]
    rungs = ladder(log, {"office": OFFICE}, friday, Metric.RESOLUTION, steps)
    instants = [instant for instant in rungs.values() if instant]

    assert len(instants) == len(steps)
    assert all(clock_of(OFFICE).is_open(instant - timedelta(seconds=1)) for instant in instants)
