"""Which promises hold for whom, and the stored timers that repeat what the log says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sla.business_time import CalendarVersion, Clock, NextBusinessDay, clock_of, minute_of_day
from sla.enums import TimerState
from sla.evaluation import Replay
from sla.ladder import Ladder, Step
from sla.log import Event, Merging, Metric, PolicyChange, PolicySet, Reopening, StatusClass
from sla.log import Policy as Rules
from sla.meter import Cycle, State
from sla.models import Calendar, PolicyVersion, Timer
from sla.services.immutable import hours, ladder, policy_version

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
ONE_SECOND = timedelta(seconds=1)


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
    steps = ladder(int(rules[-1].ref)) if rules else ()
    openings = _openings(steps)
    timers, breached = [], []
    for metric, cycles in replay.cycles().items():
        for cycle in cycles:
            timer = stored.get((metric, cycle.number)) or Timer(subject=subject, metric=metric, cycle=cycle.number)
            was_late, before = timer.breached_at is not None, _shown(timer)
            _copy(timer, cycle, rules[-1], contract_id)
            timer.next_step = timer.next_action_at = None
            if cycle.live:
                _plan(timer, replay, steps, openings)
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


def _plan(timer: Timer, replay: Replay, steps: Ladder, openings: Mapping[int, Clock]) -> None:
    """When the sweep has to look at this timer next: for its next step, or without one because it is late by then."""
    done = set(getattr(timer, "fired_steps", ()))
    ahead = [step for step in steps if step.place not in done]
    instants = replay.ladder(Metric(timer.metric), [step.at for step in ahead])
    looks: list[tuple[datetime, str | None]] = [
        (_taken_at(step, at, timer.target_seconds, openings), step.place)
        for step in ahead
        if (at := instants[step.at])
    ]
    if timer.due_at and not timer.breached_at:
        looks.append((timer.due_at + ONE_SECOND, None))
    # Of what comes at the same instant a step is first: it is taken in the look that finds the promise late.
    first = min(looks, key=lambda look: (look[0], look[1] is None), default=(None, None))
    timer.next_action_at, timer.next_step = first


def _taken_at(step: Step, at: datetime, target: int, openings: Mapping[int, Clock]) -> datetime:
    """When a step is taken that stands at an instant of the promise's way.

    A promise is broken when its deadline has passed, so the steps from there on come a second later. One that waits
    for the opening of a calendar that never opens again does not wait: rather at night than never.
    """
    moment = at + ONE_SECOND if step.at.seconds(target) >= target else at
    clock = openings.get(step.opening) if step.opening else None
    return (clock.opening(moment) if clock else None) or moment


def _openings(steps: Ladder) -> dict[int, Clock]:
    """The clocks that steps wait for, by calendar: as it is today, because it says when people read their mail."""
    wanted = {step.opening for step in steps if step.opening}
    if not wanted:
        return {}
    rows = Calendar.objects.filter(pk__in=wanted).exclude(current=None).values_list("pk", "current_id")
    return {pk: clock_of(hours(version)) for pk, version in rows}
