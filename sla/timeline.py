"""Which rules held when: a ticket's statuses and policies laid out as stretches of time."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from operator import attrgetter

from sla.business_time import CalendarVersion, Clock, clock_of
from sla.log import FINISHED, Metric, Policy, StatusClass

ALWAYS = datetime.min.replace(tzinfo=UTC)

_AT = attrgetter("at")


class Flow(StrEnum):
    """Whether a clock runs; the status class says the rest."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch [start, end) under one status and one policy; the last one of a projection has no end."""

    start: datetime
    end: datetime | None
    flow: Flow
    status: StatusClass
    policy: Policy


@dataclass(frozen=True, slots=True)
class _Status:
    at: datetime
    status: StatusClass
    counts: bool = False


@dataclass(frozen=True, slots=True)
class _Rule:
    at: datetime
    policy: Policy


class Timeline:
    """The marks of one ticket, set in the order of time. The first policy also rules what came before it."""

    def __init__(self, calendars: Mapping[str, CalendarVersion]) -> None:
        self._calendars = calendars
        self._statuses = [_Status(ALWAYS, StatusClass.NEW)]
        self._rules: list[_Rule] = []

    @property
    def policy(self) -> Policy | None:
        """The policy set last."""
        return self._rules[-1].policy if self._rules else None

    def calendar(self, policy: Policy) -> CalendarVersion:
        return self._calendars[policy.calendar]

    def clock(self, policy: Policy) -> Clock:
        return clock_of(self._calendars[policy.calendar])

    def set_policy(self, at: datetime, policy: Policy, *, from_the_start: bool = False) -> None:
        if from_the_start:
            self._rules.clear()
        self._rules.append(_Rule(at if self._rules else ALWAYS, policy))

    def set_status(self, at: datetime, status: StatusClass, until: datetime | None = None) -> None:
        """Enter a status; with `until` the return to open is on the timeline at once, until something else happens."""
        while self._statuses[-1].at > at:
            self._statuses.pop()
        self._statuses.append(_Status(at, status))
        if until is not None and status not in FINISHED:
            self._statuses.append(_Status(max(at, until), StatusClass.OPEN))

    def count_finished(self) -> None:
        """Let the time since the ticket was finished count as if it had been open."""
        for index in range(len(self._statuses) - 1, 0, -1):
            if self._statuses[index].status not in FINISHED:
                return
            self._statuses[index] = replace(self._statuses[index], counts=True)

    def status_at(self, at: datetime) -> StatusClass:
        return self._statuses[self._status_index(at)].status

    def flow_at(self, metric: Metric, at: datetime) -> Flow:
        """Whether the metric's clock runs at this instant. Needs a policy."""
        return _flow(metric, self._statuses[self._status_index(at)], self._rules[self._rule_index(at)].policy)

    def spans(self, metric: Metric, start: datetime, end: datetime | None = None) -> Iterator[Span]:
        """[start, end) cut wherever status or policy changed."""
        status, rule = self._status_index(start), self._rule_index(start)
        while end is None or start < end:
            following = [marks[index + 1].at for marks, index in self._cursors(status, rule) if index + 1 < len(marks)]
            cut = min(following, default=end) if end is None else min([*following, end])
            mark, policy = self._statuses[status], self._rules[rule].policy
            yield Span(start, cut, _flow(metric, mark, policy), mark.status, policy)
            if cut is None:
                return
            start, status, rule = cut, self._status_index(cut, status), self._rule_index(cut, rule)

    def counted(self, metric: Metric, start: datetime, end: datetime) -> int:
        """Seconds the metric's clock ran in [start, end)."""
        return sum(self.counted_in(span, end) for span in self.spans(metric, start, end))

    def counted_in(self, span: Span, end: datetime) -> int:
        """Seconds the clock ran in a span, which ends at `end` if it has no end of its own."""
        return self.clock(span.policy).open_seconds(span.start, span.end or end) if span.flow is Flow.RUNNING else 0

    def reach(self, metric: Metric, start: datetime, seconds: int) -> datetime | None:
        """The earliest instant by which the clock has run so long since `start`.

        What is known of the future (a scheduled return) is used; None while paused without a known end, or where
        the calendar never opens that long.
        """
        for span in self.spans(metric, start):
            clock = self.clock(span.policy)
            if span.flow is not Flow.RUNNING:
                if seconds <= 0:
                    return span.start
                continue
            if span.end is None or (counted := clock.open_seconds(span.start, span.end)) >= seconds:
                return clock.add(span.start, seconds)
            seconds -= counted
        return None

    def _cursors(self, status: int, rule: int) -> tuple[tuple[list[_Status], int], tuple[list[_Rule], int]]:
        return (self._statuses, status), (self._rules, rule)

    def _status_index(self, at: datetime, known: int = 0) -> int:
        return bisect_right(self._statuses, at, lo=known, key=_AT) - 1

    def _rule_index(self, at: datetime, known: int = 0) -> int:
        return bisect_right(self._rules, at, lo=known, key=_AT) - 1


def _flow(metric: Metric, mark: _Status, policy: Policy) -> Flow:
    """The clock's state: finished stops it, a waiting status of the policy pauses it.

    A first response is owed until it is given: by default no waiting pauses it, nor does a silent resolution.
    A promise by date has no pause.
    """
    if mark.status in FINISHED:
        silent = metric is Metric.FIRST_RESPONSE and mark.status is StatusClass.RESOLVED
        return Flow.RUNNING if mark.counts or silent else Flow.STOPPED
    pausable = metric is not Metric.NBD and (metric is not Metric.FIRST_RESPONSE or policy.first_response_pauses)
    return Flow.PAUSED if pausable and mark.status in policy.pauses else Flow.RUNNING
