"""From a ticket's log to its promises: a pure function, replayed whenever the log has grown.

Metrics are independent timers. What starts, stops and pauses each one is written in this module and nowhere else:

first_response       from reception to the first public reply of a person
investigation_start  from reception to the start of work
next_reply           from the earliest unanswered customer message to the next public reply; one cycle each
periodic_update      from each public reply to the next
restore              from reception until the service works again
resolution           from reception until resolved; closing later is administrative
nbd                  from reception to a date; kept by whatever keeps `restore`

An end brought by a status is taken back when the ticket is reopened; one brought by a reply, by work or by a
restoration stands.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sla.business_time import CalendarVersion, whole_second
from sla.log import (
    FINISHED,
    FROM_RECEPTION,
    AgentReply,
    CustomerMessage,
    Event,
    MergedFrom,
    Merging,
    Metric,
    Policy,
    PolicyChange,
    PolicySet,
    Received,
    ReceptionCorrected,
    Reopening,
    Restored,
    StatusChanged,
    StatusClass,
    WorkStarted,
)
from sla.meter import Cycle, Meter, State
from sla.timeline import Timeline

MET_BY_RESOLUTION = frozenset({Metric.INVESTIGATION_START, Metric.RESTORE, Metric.RESOLUTION, Metric.NBD})


@dataclass(frozen=True, slots=True)
class LadderStep:
    """A point on a promise's way: so many percent of the target, plus so many open minutes (before: negative)."""

    percent: int = 100
    minutes: int = 0

    def seconds(self, target: int) -> int:
        """Open seconds after the start, never before it."""
        return max(0, -(-target * self.percent // 100) + self.minutes * 60)


class Replay:
    """The promises of one ticket after its log up to `now`."""

    def __init__(self, log: Iterable[Event], calendars: Mapping[str, CalendarVersion], now: datetime) -> None:
        self.now = whole_second(now)
        self._timeline = Timeline(calendars)
        self._meters: dict[Metric, list[Meter]] = {metric: [] for metric in Metric}
        self._received: datetime | None = None
        self._called = False
        self._done: set[Metric] = set()
        self._unanswered: list[datetime] = []
        self._updated: datetime | None = None
        self._last: Event | None = None
        for event in sorted(log, key=_order):
            if whole_second(event.at) <= self.now:
                self.follow(event)

    def follow(self, event: Event) -> None:
        """Take in one more event and look from its instant on: the same as replaying the longer log, for less.

        Raises ValueError for an event earlier than one that was taken in: such a log has to be replayed.
        """
        if self._last is not None and _order(event) < _order(self._last):
            raise ValueError("an event of the past asks for a replay")
        self._apply(event)
        self.now = max(self.now, whole_second(event.at))

    def cycles(self) -> dict[Metric, list[Cycle]]:
        """The cycles of each metric ever promised, in the order they began."""
        return {
            metric: [meter.cycle(self.now) for meter in meters] for metric, meters in self._meters.items() if meters
        }

    def ladder(self, metric: Metric, steps: Sequence[LadderStep]) -> dict[LadderStep, datetime | None]:
        """When the steps of the metric's live cycle are reached; none without one. None: not foreseeable."""
        meter = self._live(metric)
        if meter is None:
            return {}
        target = meter.cycle(self.now).target
        return {step: meter.instant(step.seconds(target)) for step in steps}

    def meter(self, metric: Metric, number: int = -1) -> Meter | None:
        """A cycle's meter by its number, the last by default."""
        meters = self._meters[metric]
        return meters[number] if -len(meters) <= number < len(meters) else None

    def _live(self, metric: Metric) -> Meter | None:
        meters = self._meters[metric]
        return meters[-1] if meters and meters[-1].live else None

    def _all_live(self) -> Iterator[Meter]:
        return (meters[-1] for meters in self._meters.values() if meters and meters[-1].live)

    def _apply(self, event: Event) -> None:
        at, self._last = whole_second(event.at), event
        for meter in self._all_live():
            meter.note(at)
        match event:
            case Received():
                self._received, self._called = at, event.channel == "phone"
            case PolicySet():
                self._set_policy(event, at)
            case StatusChanged():
                self._set_status(event, at)
            case _ if self._received is not None:
                self._apply_to_received(event, at, self._received)
        self._begin_what_is_owed(at, event.known_at)

    def _apply_to_received(self, event: Event, at: datetime, received: datetime) -> None:
        match event:
            case AgentReply(public=True, auto=False):
                self._answer(at, whole_second(event.written_at or event.at))
            case CustomerMessage():
                self._unanswered.append(at)
            case WorkStarted():
                self._fulfil(Metric.INVESTIGATION_START, at)
            case Restored():
                self._fulfil(Metric.RESTORE, at)
                self._fulfil(Metric.NBD, at)
            case MergedFrom():
                policy, earlier = self._timeline.policy, whole_second(event.received_at)
                if earlier < received and (policy is None or policy.merging is Merging.EARLIEST):
                    self._move_reception(received, earlier, event, ended_too=False)
            case ReceptionCorrected():
                self._move_reception(received, whole_second(event.received_at), event, ended_too=True)

    def _set_policy(self, event: PolicySet, at: datetime) -> None:
        policy, first = event.policy, self._timeline.policy is None
        change = PolicyChange.CARRY if first else policy.change
        restarted = []
        for meter in self._all_live():
            if not policy.promises(meter.metric):
                meter.end(at, State.CANCELLED)
            elif change is PolicyChange.RESTART and meter.start < at:
                meter.end(at, State.SUPERSEDED)
                restarted.append(meter.metric)
        self._timeline.set_policy(at, policy, from_the_start=change is PolicyChange.RETROACTIVE)
        self._rules_changed(event, recount=change is PolicyChange.RETROACTIVE)
        for metric in restarted:
            self._begin(metric, at, event.known_at)

    def _set_status(self, event: StatusChanged, at: datetime) -> None:
        policy, before = self._timeline.policy, self._timeline.status_at(at)
        if event.status in FINISHED:
            self._stop(at, event.status)
        elif before in FINISHED:
            self._updated = self._updated and at
            if policy is not None and policy.reopening is Reopening.COUNT:
                self._timeline.count_finished()
        self._timeline.set_status(at, event.status, event.until and whole_second(event.until))
        self._rules_changed(event)

    def _rules_changed(self, event: Event, *, recount: bool = False) -> None:
        for meter in self._all_live():
            meter.known_at = max(meter.known_at, event.known_at)
            if recount:
                meter.recount()

    def _stop(self, at: datetime, status: StatusClass) -> None:
        self._unanswered.clear()
        for meter in self._all_live():
            outcome = _outcome(meter.metric, status)
            if outcome is not None:
                meter.end(at, outcome, by_status=True)
            if outcome is State.MET and meter.metric is Metric.INVESTIGATION_START:
                self._done.add(meter.metric)

    def _fulfil(self, metric: Metric, at: datetime) -> None:
        self._done.add(metric)
        if meter := self._live(metric):
            meter.end(at, State.MET)

    def _answer(self, at: datetime, written: datetime) -> None:
        """A public reply; messages that came in after it was written are still unanswered."""
        self._fulfil(Metric.FIRST_RESPONSE, at)
        self._fulfil(Metric.PERIODIC_UPDATE, at)
        if self._unanswered and self._unanswered[0] <= written:
            self._fulfil(Metric.NEXT_REPLY, at)
        self._unanswered = [message for message in self._unanswered if message > written]
        self._updated = at

    def _move_reception(self, received: datetime, to: datetime, event: Event, *, ended_too: bool) -> None:
        for metric in FROM_RECEPTION:
            for meter in self._meters[metric]:
                if meter.start == received and (meter.live or ended_too):
                    meter.known_at = max(meter.known_at, event.known_at)
                    meter.move(to)
        self._received = to

    def _begin_what_is_owed(self, at: datetime, known_at: datetime) -> None:
        policy = self._timeline.policy
        if policy is None or self._timeline.status_at(at) in FINISHED:
            return
        for metric in filter(policy.promises, Metric):
            start = self._owed_since(metric)
            if start is None or self._live(metric):
                continue
            stopped = self._stopped(metric)
            if stopped and policy.reopening is not Reopening.RESTART:
                stopped.revive()
                stopped.known_at = max(stopped.known_at, known_at)
            else:
                self._begin(metric, at if stopped else start, known_at)
                self._count_the_call(metric, policy)

    def _owed_since(self, metric: Metric) -> datetime | None:
        if metric is Metric.NEXT_REPLY:
            return self._unanswered[0] if self._unanswered else None
        if metric is Metric.PERIODIC_UPDATE:
            return self._updated
        return None if metric in self._done else self._received

    def _stopped(self, metric: Metric) -> Meter | None:
        meters = self._meters[metric]
        return meters[-1] if metric in FROM_RECEPTION and meters and meters[-1].stopped else None

    def _begin(self, metric: Metric, start: datetime, known_at: datetime) -> None:
        meters = self._meters[metric]
        meters.append(Meter(self._timeline, metric, number=len(meters), start=start, known_at=known_at))

    def _count_the_call(self, metric: Metric, policy: Policy) -> None:
        if metric is Metric.FIRST_RESPONSE and self._called and policy.phone_call_responds:
            self._fulfil(metric, self._meters[metric][-1].start)


def _order(event: Event) -> tuple[datetime, int]:
    return event.at, event.seq


def _outcome(metric: Metric, status: StatusClass) -> State | None:
    """What a finished status means to a live cycle; None leaves it live."""
    if status is StatusClass.MERGED:
        return State.SUPERSEDED
    if status is not StatusClass.CANCELLED and metric in MET_BY_RESOLUTION:
        return State.MET
    silent = metric is Metric.FIRST_RESPONSE and status is StatusClass.RESOLVED
    return None if silent else State.CANCELLED


def evaluate(
    log: Iterable[Event], calendars: Mapping[str, CalendarVersion], now: datetime
) -> dict[Metric, list[Cycle]]:
    """Every promise of a ticket as of `now`. Later events are left out; their order in `log` does not matter.

    Raises LookupError for a policy whose calendar is not among `calendars`, ValueError for a naive instant.
    """
    return Replay(log, calendars, now).cycles()


def ladder(
    log: Iterable[Event],
    calendars: Mapping[str, CalendarVersion],
    now: datetime,
    metric: Metric,
    steps: Sequence[LadderStep],
) -> dict[LadderStep, datetime | None]:
    """When the notices of a metric's live cycle fall due; see `Replay.ladder`."""
    return Replay(log, calendars, now).ladder(metric, steps)
