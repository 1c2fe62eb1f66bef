"""Why a deadline is what it is, as data: words and languages are put to it elsewhere."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from sla.business_time import CalendarVersion, clock_of
from sla.evaluation import Replay
from sla.log import Event, Metric, Policy
from sla.meter import Cycle
from sla.timeline import Flow, Span

CLOSED_HOURS = "closed_hours"


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch [start, end) of a cycle and why it counted or not.

    `reason` is "running", "closed_hours", "paused_<status class>" or "stopped_<status class>". `counted` and `open`
    are seconds; a pause counts nothing, and `open` says how much open time it swallowed. `policy` and `calendar`
    name what ruled. `projected` steps lie in the future and hold unless something happens.
    """

    start: datetime
    end: datetime
    reason: str
    counted: int
    open: int
    policy: str
    calendar: str
    projected: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """A cycle with its steps: contiguous from its start to its end or now, and on to the deadline if one is ahead.

    The counted seconds of the steps that are not projected add up to the cycle's `elapsed`.
    """

    cycle: Cycle
    steps: tuple[Step, ...]

    @property
    def paused_seconds(self) -> int:
        """Open time that pauses have swallowed so far."""
        return sum(step.open for step in self.steps if step.reason.startswith(Flow.PAUSED) and not step.projected)


def explain(
    log: Iterable[Event],
    calendars: Mapping[str, CalendarVersion],
    now: datetime,
    metric: Metric,
    number: int = -1,
) -> Explanation | None:
    """The explanation of a metric's cycle, the last by default; None where there is no such cycle."""
    return explain_replay(Replay(log, calendars, now), calendars, metric, number)


def explain_replay(
    replay: Replay, calendars: Mapping[str, CalendarVersion], metric: Metric, number: int = -1
) -> Explanation | None:
    """The same, where the log has been replayed already."""
    meter = replay.meter(metric, number)
    if meter is None:
        return None
    cycle = meter.cycle(replay.now)
    past = chain.from_iterable(_steps(span, calendars) for span in meter.past(replay.now))
    future: Iterator[Step] = iter(())
    if cycle.live and cycle.due is not None and cycle.due > replay.now:
        ahead = meter.between(max(replay.now, cycle.start), cycle.due)
        future = chain.from_iterable(_steps(span, calendars) for span in ahead)
    return Explanation(cycle, (*_joined(past), *(replace(step, projected=True) for step in _joined(future))))


def _steps(span: Span, calendars: Mapping[str, CalendarVersion]) -> Iterator[Step]:
    if span.end is None:
        raise ValueError("only a stretch with an end can be explained")
    clock, policy = clock_of(calendars[span.policy.calendar]), span.policy
    if span.flow is not Flow.RUNNING:
        swallowed = clock.open_seconds(span.start, span.end)
        yield _step(span.start, span.end, f"{span.flow}_{span.status}", policy, open_seconds=swallowed)
        return
    last = span.start
    for start, end in clock.intervals(span.start, span.end):
        if last < start:
            yield _step(last, start, CLOSED_HOURS, policy)
        seconds = int((end - start).total_seconds())
        yield _step(start, end, Flow.RUNNING, policy, counted=seconds, open_seconds=seconds)
        last = end
    if last < span.end:
        yield _step(last, span.end, CLOSED_HOURS, policy)


def _step(
    start: datetime, end: datetime, reason: str, policy: Policy, *, counted: int = 0, open_seconds: int = 0
) -> Step:
    return Step(start, end, str(reason), counted, open_seconds, policy.ref, policy.calendar)


def _joined(steps: Iterable[Step]) -> Iterator[Step]:
    """Neighbours that differ in nothing but their hours become one."""
    last: Step | None = None
    for step in steps:
        if last and (last.reason, last.policy, last.calendar) == (step.reason, step.policy, step.calendar):
            last = replace(last, end=step.end, counted=last.counted + step.counted, open=last.open + step.open)
            continue
        if last:
            yield last
        last = step
    if last:
        yield last
