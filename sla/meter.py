"""One measurement of one metric: from its start to its end, what was used, what is due."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sla.log import Metric, Policy
from sla.timeline import Flow, Span, Timeline


class State(StrEnum):
    """Where a cycle stands. A cycle ended after its deadline is breached, whatever ended it."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Cycle:
    """A measurement as of one instant. Instants are UTC, durations open seconds.

    `due` is None while paused without a known end, where the calendar never opens that long, and where the cycle was
    taken off before its deadline. After fulfilment it is what it would have been had the clock run on.
    `paused` is the open time that pauses have swallowed so far, `paused_since` when the one began that still lasts.
    `breach_known_at` is when a breach could first be known; it stays although a later, milder policy moves `due`.
    """

    metric: Metric
    number: int
    start: datetime
    due: datetime | None
    target: int
    elapsed: int
    paused: int
    paused_since: datetime | None
    remaining: int
    state: State
    fulfilled_at: datetime | None
    ended_at: datetime | None
    breach_known_at: datetime | None

    @property
    def live(self) -> bool:
        """Whether the promise can still be fulfilled."""
        return self.ended_at is None


@dataclass(frozen=True, slots=True)
class _Ending:
    at: datetime
    outcome: State
    state: State
    by_status: bool
    policy: Policy
    due: datetime | None
    target: int
    elapsed: int
    spans: tuple[Span, ...]


class Meter:
    """A cycle in the making. Its timeline must have a policy that promises the metric as long as it is live."""

    def __init__(
        self, timeline: Timeline, metric: Metric, *, number: int, start: datetime, known_at: datetime
    ) -> None:
        self._timeline = timeline
        self.metric = metric
        self.number = number
        self.start = start
        self.known_at = known_at
        self._ending: _Ending | None = None
        self._breach_known_at: datetime | None = None
        self.recount()

    @property
    def live(self) -> bool:
        return self._ending is None

    @property
    def stopped(self) -> bool:
        """Ended by the ticket's status alone, so that reopening takes it up again."""
        return self._ending is not None and self._ending.by_status

    def recount(self) -> None:
        """Forget what was counted, because the rules of the past have changed."""
        self._upto, self._counted = self.start, 0

    def note(self, at: datetime, policy: Policy | None = None) -> None:
        """Remember a breach that happened before `at`; whatever comes later cannot undo it."""
        if self.live and self._breach_known_at is None:
            due = self._reached(at, policy or self._policy())
            if due is not None and due < at:
                self._breach_known_at = max(due, self.known_at)

    def end(self, at: datetime, outcome: State, *, by_status: bool = False, policy: Policy | None = None) -> None:
        """Freeze the cycle. `outcome` holds if the deadline was not before `at`."""
        policy = policy or self._policy()
        self.note(at, policy)
        target, elapsed = self._target(policy), self._elapsed(at)
        due = self._reached(at, policy)
        if due is None and outcome is State.MET:
            due = self._had_it_run_on(at, policy, target - elapsed)
        state = State.BREACHED if due is not None and due < at else outcome
        spans = tuple(self._timeline.spans(self.metric, self.start, at))
        self._ending = _Ending(at, outcome, state, by_status, policy, due, target, elapsed, spans)

    def revive(self) -> None:
        """Take the cycle up again, as if it had not been ended."""
        self._ending = None
        self.recount()

    def move(self, start: datetime) -> None:
        """Measure from another start; an end keeps its instant and the policy it was judged by.

        A call answered as it came in is a response at the start, wherever that is.
        """
        ending, before = self._ending, self.start
        self._ending, self.start = None, start
        self.recount()
        if ending is not None:
            at = start if self.metric is Metric.FIRST_RESPONSE and ending.at == before else ending.at
            self.end(at, ending.outcome, by_status=ending.by_status, policy=ending.policy)

    def cycle(self, now: datetime) -> Cycle:
        """The measurement as of `now`, which is not before the last event."""
        self.note(now)
        end = self._ending
        if end is None:
            policy = self._policy()
            due, target, elapsed = self._due(now, policy), self._target(policy), self._elapsed(now)
            state = self._live_state(now, due)
        else:
            due, target, elapsed, state = end.due, end.target, end.elapsed, end.state
        paused, paused_since = self._pauses(now)
        return Cycle(
            metric=self.metric,
            number=self.number,
            start=self.start,
            due=due,
            target=target,
            elapsed=elapsed,
            paused=paused,
            paused_since=paused_since,
            remaining=max(0, target - elapsed),
            state=state,
            fulfilled_at=end.at if end and end.outcome is State.MET else None,
            ended_at=end.at if end else None,
            breach_known_at=self._breach_known_at,
        )

    def past(self, now: datetime) -> Iterator[Span]:
        """The stretches measured until the end, or until `now`."""
        return iter(self._ending.spans) if self._ending else self._timeline.spans(self.metric, self.start, now)

    def between(self, start: datetime, end: datetime) -> Iterator[Span]:
        """The stretches of [start, end) by what is known now."""
        return self._timeline.spans(self.metric, start, end)

    def instant(self, seconds: int) -> datetime | None:
        """When so much of the target is, was or will be used up, by what is known now. None if that is open."""
        return self._timeline.reach(self.metric, self.start, seconds)

    def _policy(self) -> Policy:
        policy = self._timeline.policy
        if policy is None:
            raise LookupError("a clock cannot run without a policy")
        return policy

    def _live_state(self, now: datetime, due: datetime | None) -> State:
        if due is not None and due < now:
            return State.BREACHED
        return State.PAUSED if self._timeline.flow_at(self.metric, now) is Flow.PAUSED else State.RUNNING

    def _elapsed(self, at: datetime) -> int:
        if at > self._upto:
            self._counted += self._timeline.counted(self.metric, self._upto, at)
            self._upto = at
        return self._counted

    def _pauses(self, now: datetime) -> tuple[int, datetime | None]:
        """Open seconds of all pauses, and when the one began that still lasts."""
        seconds, since = 0, None
        for span in self.past(now):
            if span.flow is Flow.PAUSED:
                seconds += self._timeline.clock(span.policy).open_seconds(span.start, span.end or now)
                since = since or span.start
            else:
                since = None
        lasts = self.live and self._timeline.flow_at(self.metric, now) is Flow.PAUSED
        return seconds, (since or now) if lasts else None

    def _by_date(self, policy: Policy) -> datetime | None:
        return policy.nbd.due(self._timeline.calendar(policy), self.start) if policy.nbd else None

    def _target(self, policy: Policy) -> int:
        if self.metric is not Metric.NBD:
            return policy.targets[self.metric] * 60
        due = self._by_date(policy)
        return self._timeline.clock(policy).open_seconds(self.start, due) if due else 0

    def _reached(self, at: datetime, policy: Policy) -> datetime | None:
        """The deadline if it is not after `at`."""
        if self.metric is Metric.NBD:
            due = self._by_date(policy)
            return due if due is not None and due <= at else None
        target = self._target(policy)
        return self.instant(target) if self._elapsed(at) >= target else None

    def _due(self, at: datetime, policy: Policy) -> datetime | None:
        if self.metric is Metric.NBD:
            return self._by_date(policy)
        left = self._target(policy) - self._elapsed(at)
        return self.instant(self._target(policy)) if left <= 0 else self._timeline.reach(self.metric, at, left)

    def _had_it_run_on(self, at: datetime, policy: Policy, left: int) -> datetime | None:
        return self._by_date(policy) if self.metric is Metric.NBD else self._timeline.clock(policy).add(at, left)
