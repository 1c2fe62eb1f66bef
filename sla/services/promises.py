"""Which promises hold for whom, and the stored timers that repeat what the log says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sla.business_time import CalendarVersion, NextBusinessDay, minute_of_day
from sla.enums import TimerState
from sla.evaluation import LadderStep, Replay
from sla.log import Event, Merging, Metric, PolicyChange, PolicySet, Reopening, StatusClass
from sla.log import Policy as Rules
from sla.meter import Cycle, State
from sla.models import PolicyVersion, Timer
from sla.services.immutable import hours, policy_version

# They grow by themselves while the promise is open, and are written with the next change.
GROWING = ("elapsed_seconds", "paused_seconds")
STATES = {
    State.RUNNING: TimerState.RUNNING,
    State.PAUSED: TimerState.PAUSED,
    State.MET: TimerState.MET,
    State.BREACHED: TimerState.BREACHED,
    State.CANCELLED: TimerState.CANCELLED,
    State.SUPERSEDED: TimerState.CANCELLED,
}
BREACH_STEP = 100


def rules_of(version_id: int, calendar_version_id: int, priority: str) -> Rules:
    """A policy version as the engine takes it, for tickets of one priority, on one version of its calendar."""
    version = policy_version(version_id)
    return Rules(
        calendar=str(calendar_version_id),
        targets={Metric(metric): minutes for metric, minutes in version.targets.get(priority, {}).items()},
        nbd=_next_day(version, priority),
        pauses=frozenset(StatusClass(name) for name in version.pauses),
        reopening=Reopening(version.reopening),
        change=PolicyChange(version.on_change),
        merging=Merging(version.merging),
        first_response_pauses=version.first_response_pauses,
        phone_call_responds=version.phone_responds,
        ref=str(version.pk),
    )


def nothing_on(calendar_version_id: int) -> Rules:
    """Rules that promise nothing, from a moment on at which nothing holds any more."""
    return Rules(calendar=str(calendar_version_id))


def _next_day(version: PolicyVersion, priority: str) -> NextBusinessDay | None:
    rule = version.next_day
    if priority not in rule.get("priorities", ()):
        return None
    return NextBusinessDay(rule["days"], minute_of_day(rule["by"]), minute_of_day(rule["cutoff"]))


def _rules(log: Sequence[Event]) -> list[Rules]:
    return [event.policy for event in log if isinstance(event, PolicySet)]


def calendars_of(log: Sequence[Event]) -> dict[str, CalendarVersion]:
    """The hours of every calendar version that the log names."""
    return {rule.calendar: hours(int(rule.calendar)) for rule in _rules(log)}


@dataclass(frozen=True, slots=True)
class Projection:
    """The stored timers of a subject after a replay, and those found late by it."""

    timers: list[Timer]
    newly_breached: list[Timer]


def project(
    subject: int, log: Sequence[Event], *, contract_id: int | None, now: datetime, is_new: bool = False
) -> Projection:
    """Replay the log and write what it says into the subject's timers.

    The caller holds the lock on the subject, so that no two projections meet; `is_new` says that it has no timers yet.
    """
    rules = [rule for rule in _rules(log) if rule.ref]
    replay = Replay(log, calendars_of(log), now)
    stored = (
        {} if is_new else {(each.metric, each.cycle): each for each in Timer.objects.of(subject).with_fired_steps()}
    )
    timers, breached = [], []
    for metric, cycles in replay.cycles().items():
        for cycle in cycles:
            timer = stored.get((metric, cycle.number)) or Timer(subject=subject, metric=metric, cycle=cycle.number)
            was_late, before = timer.breached_at is not None, _shown(timer)
            _copy(timer, cycle, rules[-1], contract_id)
            _plan(timer, replay, metric, policy_version(timer.policy_version_id).steps if cycle.live else [])
            if timer.pk is not None and _shown(timer) != before:
                timer.save()
            timers.append(timer)
            if timer.breached_at and not was_late:
                breached.append(timer)
    Timer.objects.bulk_create(timer for timer in timers if timer.pk is None)
    return Projection(timers, breached)


def _shown(timer: Timer) -> dict[str, Any]:
    """What of a timer is worth a write."""
    return {name: value for name, value in vars(timer).items() if name not in ("_state", *GROWING)}


def _copy(timer: Timer, cycle: Cycle, rules: Rules, contract_id: int | None) -> None:
    timer.state = STATES[cycle.state]
    timer.started_at, timer.due_at = cycle.start, cycle.due
    timer.target_seconds, timer.elapsed_seconds = cycle.target, cycle.elapsed
    timer.paused_seconds, timer.paused_at = cycle.paused, cycle.paused_since
    timer.fulfilled_at = cycle.fulfilled_at
    timer.breached_at = timer.breached_at or cycle.breach_known_at
    if cycle.live or timer.pk is None:
        timer.policy_version_id, timer.calendar_version_id = int(rules.ref), int(rules.calendar)
        timer.contract_id = contract_id


def _plan(timer: Timer, replay: Replay, metric: Metric, percents: list[int]) -> None:
    """When the sweep has to look at this timer next: its first step that has not been fired."""
    done = set(getattr(timer, "fired_steps", ()))
    open_steps = [LadderStep(percent) for percent in sorted({*percents, BREACH_STEP} - done)] if percents else []
    instants = replay.ladder(metric, open_steps) if open_steps else {}
    step = next((step for step in open_steps if instants.get(step)), None)
    timer.next_step = step.percent if step else None
    timer.next_action_at = _look_at(step, instants[step]) if step else None


def _look_at(step: LadderStep, instant: datetime | None) -> datetime | None:
    """A promise is broken when its deadline has passed, so the sweep looks one second later than the last step."""
    return instant + timedelta(seconds=1) if instant and step.percent >= BREACH_STEP else instant
