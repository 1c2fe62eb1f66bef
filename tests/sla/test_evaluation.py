"""Promises as a pure function of the log: against the oracle on drawn logs, and the laws every log obeys."""

from datetime import datetime, timedelta
from time import perf_counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sla.business_time import CalendarVersion, Interval, clock_of
from sla.cases import differences, read
from sla.evaluation import LadderStep, Replay, evaluate, ladder
from sla.log import (
    AgentReply,
    CustomerMessage,
    Metric,
    Policy,
    PolicySet,
    Received,
    ReceptionCorrected,
    StatusChanged,
    StatusClass,
)
from sla.meter import State
from tests.sla import oracle
from tests.sla.drawn import EXAMPLES, STEP, calendars, cases, instants, logs

OFFICE = CalendarVersion("Europe/Helsinki", {day: (Interval(480, 960),) for day in range(5)})
CALENDARS = {"office": OFFICE}


def at(text):
    return datetime.fromisoformat(text)


def received(text, **targets):
    policy = Policy("office", {Metric(name): minutes for name, minutes in targets.items()})
    return [Received(at=at(text), seq=0), PolicySet(at=at(text), seq=1, policy=policy)]


def opened(data, other, case):
    """A drawn case and its calendars A and B, read by the engine."""
    file = read({"format": 1, "calendars": {"A": data, "B": other}, "cases": [case]})
    return file.cases[0], file.calendars


def last(log, calendars, now):
    return evaluate(log, calendars, now)[Metric.RESOLUTION][-1]


@EXAMPLES
@given(calendars(), calendars(), cases())
def test_the_oracle_agrees(data, other, case):
    expected = oracle.resolution(case, {"A": data, "B": other}, STEP)
    texts = {key: value.isoformat() if isinstance(value, datetime) else value for key, value in expected.items()}
    drawn, known = opened(data, other, {**case, "expected": {"resolution": texts}})
    assert differences(drawn, known) == []


@EXAMPLES
@given(calendars(), calendars(), cases(), st.randoms(use_true_random=False))
def test_the_order_of_the_log_does_not_matter_and_nothing_is_changed(data, other, case, random):
    drawn, known = opened(data, other, case)
    shuffled = list(drawn.log)
    random.shuffle(shuffled)
    before = evaluate(drawn.log, known, drawn.now)
    assert evaluate(shuffled, known, drawn.now) == before
    assert evaluate(drawn.log, known, drawn.now) == before


@EXAMPLES
@given(calendars(), calendars(), cases(), st.integers(0, 6))
def test_what_happens_later_does_not_change_what_was(data, other, case, kept):
    drawn, known = opened(data, other, case)
    then = drawn.log[min(kept, len(drawn.log) - 1)].at
    earlier = [event for event in drawn.log if event.at <= then]
    assert evaluate(earlier, known, then) == evaluate(drawn.log, known, then)


@EXAMPLES
@given(calendars(), calendars(), logs(), st.lists(st.integers(0, 900), min_size=14, max_size=14))
def test_following_a_log_is_replaying_it(data, other, log, looks):
    """Event after event, with looks at any time between."""
    known = {"A": CalendarVersion.from_json(data), "B": CalendarVersion.from_json(other)}
    followed = Replay([], known, log[0].at)
    for number, (event, minutes) in enumerate(zip(log, looks, strict=False), start=1):
        followed.follow(event)
        assert followed.cycles() == evaluate(log[:number], known, event.at)
        until = log[number].at if number < len(log) else event.at + timedelta(days=5)
        followed.now = min(until, event.at + timedelta(minutes=minutes))
        assert followed.cycles() == evaluate(log[:number], known, followed.now)


@EXAMPLES
@given(calendars(), calendars(), logs(), st.randoms(use_true_random=False))
def test_nothing_that_can_happen_makes_the_order_of_the_rows_matter(data, other, log, random):
    known = {"A": CalendarVersion.from_json(data), "B": CalendarVersion.from_json(other)}
    now, rows = log[-1].at + timedelta(days=3), log.copy()
    random.shuffle(rows)
    assert evaluate(rows, known, now) == evaluate(log, known, now)


def test_an_event_of_the_past_is_not_followed():
    replay = Replay(received("2026-11-18T09:00+02:00", resolution=60), CALENDARS, at("2026-11-18T10:00+02:00"))
    replay.follow(CustomerMessage(at=at("2026-11-18T11:00+02:00"), seq=2))
    with pytest.raises(ValueError, match="past"):
        replay.follow(CustomerMessage(at=at("2026-11-18T10:59+02:00"), seq=3))


@EXAMPLES
@given(calendars(), calendars(), cases())
def test_the_past_is_never_longer_than_the_open_time(data, other, case):
    drawn, known = opened(data, other, case)
    cycle = last(drawn.log, known, drawn.now)
    assert 0 <= cycle.elapsed <= (drawn.now - cycle.start).total_seconds()
    assert cycle.remaining == max(0, cycle.target - cycle.elapsed)


@EXAMPLES
@given(calendars(), calendars(), cases())
def test_a_breach_once_known_stays_known(data, other, case):
    drawn, known = opened(data, other, case)
    first = None
    for instant in sorted({event.at for event in drawn.log} | {drawn.now}):
        for cycle in evaluate(drawn.log, known, instant)[Metric.RESOLUTION][:1]:
            assert first is None or cycle.breach_known_at == first
            first = cycle.breach_known_at
            assert cycle.state is not State.BREACHED or first is not None


def paused(case, start, end):
    """The same log with one more pause."""
    return [
        *case.log,
        StatusChanged(at=start, seq=98, status=StatusClass.WAITING_REQUESTER),
        StatusChanged(at=end, seq=99, status=StatusClass.OPEN),
    ]


def simple(data, start, minutes):
    """A case that was received and then left alone."""
    event = {"type": "received", "at": start.isoformat(), "policy": {"calendar": "A", "resolution": minutes}}
    now = (start + timedelta(days=30)).isoformat()
    return opened(data, data, {"id": "simple", "events": [event], "now": now, "expected": {}})


@EXAMPLES
@given(calendars(), instants(), st.integers(1, 200), st.integers(0, 20))
def test_a_pause_in_closed_hours_changes_nothing(data, start, minutes, number):
    drawn, known = simple(data, start, minutes * STEP)
    hours = [start, *(edge for pair in clock_of(known["A"]).intervals(start, drawn.now) for edge in pair)]
    closed = [(one, other) for one, other in zip(hours[::2], hours[1::2], strict=False) if one < other]
    assume(number < len(closed))
    begin, end = closed[number]
    assert last(paused(drawn, begin, end), known, drawn.now) == last(drawn.log, known, drawn.now)


@EXAMPLES
@given(calendars(), instants(), st.integers(1, 200), st.tuples(*[st.integers(0, 400)] * 3).map(sorted))
def test_a_pause_in_two_parts_is_one_pause(data, start, minutes, offsets):
    drawn, known = simple(data, start, minutes * STEP)
    begin, middle, end = (start + timedelta(minutes=STEP * offset) for offset in offsets)
    again = StatusChanged(at=middle, seq=97 if begin < middle else 98, status=StatusClass.WAITING_REQUESTER)
    whole = paused(drawn, begin, end)
    assert last([*whole, again], known, drawn.now) == last(whole, known, drawn.now)


@EXAMPLES
@given(calendars(), instants(), st.integers(1, 200), st.integers(0, 400), st.integers(0, 400))
def test_a_pause_never_makes_due_earlier(data, start, minutes, after, length):
    drawn, known = simple(data, start, minutes * STEP)
    begin = start + timedelta(minutes=STEP * after)
    longer = last(paused(drawn, begin, begin + timedelta(minutes=STEP * length)), known, drawn.now)
    assert longer.due >= last(drawn.log, known, drawn.now).due


@EXAMPLES
@given(calendars(), instants(), st.integers(1, 200))
def test_the_ladder_climbs_to_due(data, start, minutes):
    drawn, known = simple(data, start, minutes * STEP)
    steps = [LadderStep(percent) for percent in (0, 50, 75, 90, 100, 150)]
    found = ladder(drawn.log, known, start, Metric.RESOLUTION, steps)
    assert list(found.values()) == sorted(found.values())
    assert found[LadderStep(100)] == last(drawn.log, known, start).due


def test_a_step_is_never_early():
    """33 percent of seven minutes are 138.6 seconds."""
    assert LadderStep(33).seconds(420) == 139
    assert LadderStep(100, -5).seconds(420) == 120
    assert LadderStep(50, -30).seconds(420) == 0


def test_nothing_is_promised_before_reception_or_without_a_policy():
    log = received("2026-11-17T09:00+02:00", resolution=60)
    assert evaluate([], CALENDARS, at("2026-11-17T09:00+02:00")) == {}
    assert evaluate(log, CALENDARS, at("2026-11-17T08:59+02:00")) == {}
    assert evaluate(log[:1], CALENDARS, at("2026-11-17T10:00+02:00")) == {}


def test_an_unknown_calendar_is_an_error():
    with pytest.raises(LookupError):
        evaluate(received("2026-11-17T09:00+02:00", resolution=60), {}, at("2026-11-17T10:00+02:00"))


def test_events_at_the_same_instant_follow_their_sequence():
    log = received("2026-11-17T09:00+02:00", resolution=60)
    moment = at("2026-11-17T09:30+02:00")
    resolved = StatusChanged(at=moment, seq=3, status=StatusClass.RESOLVED)
    reopened = StatusChanged(at=moment, seq=4, status=StatusClass.OPEN)
    now = at("2026-11-17T09:40+02:00")
    assert last([reopened, *log, resolved], CALENDARS, now).state is State.RUNNING


def test_fractions_of_a_second_are_cut_off():
    cycle = last(
        received("2026-11-17T09:00:00.900+02:00", resolution=60), CALENDARS, at("2026-11-17T09:00:01.1+02:00")
    )
    assert (cycle.start, cycle.due, cycle.elapsed) == (at("2026-11-17T09:00+02:00"), at("2026-11-17T10:00+02:00"), 1)


def test_a_reopened_ticket_takes_up_the_first_response_it_still_owes():
    log = received("2026-11-17T09:00+02:00", first_response=120)
    log += [
        StatusChanged(at=at("2026-11-17T10:00+02:00"), seq=2, status=StatusClass.CLOSED),
        StatusChanged(at=at("2026-11-18T10:00+02:00"), seq=3, status=StatusClass.OPEN),
    ]
    closed, reopened = at("2026-11-17T12:00+02:00"), at("2026-11-18T10:30+02:00")
    assert [cycle.state for cycle in evaluate(log, CALENDARS, closed)[Metric.FIRST_RESPONSE]] == [State.CANCELLED]
    [cycle] = evaluate(log, CALENDARS, reopened)[Metric.FIRST_RESPONSE]
    assert (cycle.state, cycle.elapsed, cycle.due) == (State.RUNNING, 90 * 60, at("2026-11-18T11:00+02:00"))


def test_a_reply_given_before_a_response_was_promised_leaves_nothing_to_promise():
    log = received("2026-11-17T09:00+02:00", resolution=240)
    policy = Policy("office", {Metric.RESOLUTION: 240, Metric.FIRST_RESPONSE: 60})
    log += [
        AgentReply(at=at("2026-11-17T09:10+02:00"), seq=2),
        PolicySet(at=at("2026-11-17T09:20+02:00"), seq=3, policy=policy),
    ]
    assert set(evaluate(log, CALENDARS, at("2026-11-17T12:00+02:00"))) == {Metric.RESOLUTION}


def test_a_message_on_a_resolved_ticket_is_owed_an_answer_once_it_is_reopened():
    log = received("2026-11-17T09:00+02:00", next_reply=60)
    log += [
        StatusChanged(at=at("2026-11-17T10:00+02:00"), seq=2, status=StatusClass.RESOLVED),
        CustomerMessage(at=at("2026-11-17T11:00+02:00"), seq=3),
        StatusChanged(at=at("2026-11-17T13:00+02:00"), seq=4, status=StatusClass.OPEN),
    ]
    [cycle] = evaluate(log, CALENDARS, at("2026-11-17T13:30+02:00"))[Metric.NEXT_REPLY]
    assert (cycle.start, cycle.due) == (at("2026-11-17T11:00+02:00"), at("2026-11-17T14:00+02:00"))


def test_a_long_log_is_evaluated_quickly():
    """A ticket that changed hands for months; the bound is generous, work that grows with the square breaks it."""
    log = received("2026-01-05T09:00+02:00", resolution=60 * 8 * 500, next_reply=60)
    classes = (StatusClass.WAITING_REQUESTER, StatusClass.OPEN)
    for number in range(3000):
        moment = at("2026-01-05T09:00+02:00") + timedelta(minutes=30 * number)
        log.append(StatusChanged(at=moment, seq=10 + 2 * number, status=classes[number % 2]))
        log.append(CustomerMessage(at=moment, seq=11 + 2 * number))
    started = perf_counter()
    assert last(log, CALENDARS, log[-1].at).live
    assert perf_counter() - started < 2


def test_a_reception_is_corrected_after_its_promise_was_taken_back():
    """What was promised then is judged by the rules of then."""
    log = received("2026-11-18T09:00+02:00", first_response=60)
    log.append(PolicySet(at=at("2026-11-18T11:00+02:00"), seq=2, policy=Policy("office", {})))
    corrected = at("2026-11-18T08:00+02:00")
    log.append(ReceptionCorrected(at=at("2026-11-18T12:00+02:00"), seq=3, received_at=corrected))

    cycle = evaluate(log, CALENDARS, at("2026-11-18T13:00+02:00"))[Metric.FIRST_RESPONSE][0]

    assert (cycle.start, cycle.state, cycle.breach_known_at) == (
        corrected,
        State.BREACHED,
        at("2026-11-18T10:00+02:00"),
    )
