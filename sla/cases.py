"""Worked cases in a file: calendars, a log, an instant, and what must come out.

A file is one JSON object {"format": 1, "calendars": {ref: calendar}, "cases": [...]}. A case has "id", "title",
"events", "now", "metrics" and "expected", perhaps "options" and "ladder". Each event has "type" and "at"; a policy
is {"calendar": ref, metric: minutes, "nbd": {"days", "by", "cutoff"}} and keeps the calendar before it if it names
none. Expected is one dictionary for a metric's last cycle or a list for all of them; only keys given are compared.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from core.cases import CaseError, Difference, checked
from sla.business_time import CalendarVersion, NextBusinessDay, minute_of_day, whole_second
from sla.evaluation import LadderStep, Replay
from sla.log import (
    DEFAULT_PAUSES,
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
    SplitFrom,
    StatusChanged,
    StatusClass,
    WorkStarted,
)
from sla.meter import Cycle

FORMAT = 1
LADDER = "ladder"
INSTANTS = frozenset({"start", "due", "fulfilled_at", "breach_known_at"})

# The files call a requester a customer.
_STATUS_ALIASES = {"waiting_customer": StatusClass.WAITING_REQUESTER}


@dataclass(frozen=True, slots=True)
class Case:
    """A log as of an instant, and what must come out of it."""

    id: str
    title: str
    log: tuple[Event, ...]
    now: datetime
    expected: Mapping[str, Any]
    ladder: tuple[LadderStep, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class CaseFile:
    calendars: Mapping[str, CalendarVersion]
    cases: tuple[Case, ...]


def read(data: Mapping[str, Any]) -> CaseFile:
    """Read the decoded object of such a file. Raises CaseError."""
    data = checked(data, FORMAT)
    try:
        calendars = {ref: CalendarVersion.from_json(calendar) for ref, calendar in data["calendars"].items()}
        return CaseFile(calendars, tuple(_case(case) for case in data["cases"]))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise CaseError(f"not readable: {error!r}") from error


def differences(case: Case, calendars: Mapping[str, CalendarVersion]) -> list[Difference]:
    """Evaluate a case; an empty list means that it holds. Raises CaseError for a calendar that is not in the file."""
    try:
        replay = Replay(case.log, calendars, case.now)
        found = replay.cycles()
        rungs = replay.ladder(Metric.RESOLUTION, case.ladder) if case.ladder else {}
    except LookupError as error:
        raise CaseError(f"{case.id}: no calendar {error}") from error
    result: list[Difference] = []
    for name, expected in case.expected.items():
        if name == LADDER:
            result += _ladder_differences(expected, rungs)
        else:
            result += _metric_differences(name, expected, found.get(Metric(name), []))
    return result


def _metric_differences(name: str, expected: Any, cycles: Sequence[Cycle]) -> Iterator[Difference]:
    if isinstance(expected, Mapping):
        if not cycles:
            yield Difference(name, "a cycle", None)
        else:
            yield from _cycle_differences(name, expected, cycles[-1])
        return
    if len(expected) != len(cycles):
        yield Difference(f"{name} cycles", len(expected), len(cycles))
    for number, (wanted, cycle) in enumerate(zip(expected, cycles, strict=False)):
        yield from _cycle_differences(f"{name}[{number}]", wanted, cycle)


def _cycle_differences(name: str, expected: Mapping[str, Any], cycle: Cycle) -> Iterator[Difference]:
    found: dict[str, object] = {
        "start": cycle.start,
        "due": cycle.due,
        "elapsed_min": _minutes(cycle.elapsed),
        "remaining_min": _minutes(cycle.remaining),
        "state": cycle.state.value,
        "fulfilled_at": cycle.fulfilled_at,
        "breach_known_at": cycle.breach_known_at,
    }
    for key, wanted in expected.items():
        if key not in found:
            raise CaseError(f"unknown key {key!r} in what is expected")
        value = _instant(wanted) if wanted and key in INSTANTS else wanted
        if found[key] != value:
            yield Difference(f"{name}.{key}", value, found[key])


def _ladder_differences(
    expected: Mapping[str, str | None], rungs: Mapping[LadderStep, datetime | None]
) -> Iterator[Difference]:
    found = {_label(step): instant for step, instant in rungs.items()}
    for label, text in expected.items():
        wanted = None if text is None else _instant(text)
        if label not in found or found[label] != wanted:
            yield Difference(f"{LADDER}.{label}", wanted, found.get(label))


def _label(step: LadderStep) -> str:
    return f"{step.percent}%" + (f"{step.minutes:+}min" if step.minutes else "")


def _minutes(seconds: int) -> int | float:
    return seconds // 60 if seconds % 60 == 0 else seconds / 60


def _case(data: Mapping[str, Any]) -> Case:
    rules = _rules(data.get("options") or {})
    log: list[Event] = []
    for event in data["events"]:
        log += _events(event, rules, log)
    return Case(
        id=str(data["id"]),
        title=str(data.get("title", "")),
        log=tuple(replace(event, seq=seq) for seq, event in enumerate(log)),
        now=_instant(data["now"]),
        expected={name: value for name, value in data["expected"].items() if name == LADDER or Metric(name)},
        ladder=tuple(LadderStep(step.get("percent", 100), step.get("minutes", 0)) for step in data.get(LADDER, ())),
    )


def _rules(options: Mapping[str, Any]) -> Policy:
    """A case's options as a policy that promises nothing yet and names no calendar."""
    known = {"pause_states", "reopen", "policy_change", "merge", "first_response_pauses", "phone_call_responds"}
    if unknown := set(options) - known:
        raise CaseError(f"unknown options: {sorted(unknown)}")
    pauses = options.get("pause_states")
    return Policy(
        calendar="",
        pauses=DEFAULT_PAUSES if pauses is None else frozenset(_status(name) for name in pauses),
        reopening=Reopening(options.get("reopen", Reopening.CONTINUE)),
        change=PolicyChange(options.get("policy_change", PolicyChange.CARRY)),
        merging=Merging(options.get("merge", Merging.EARLIEST)),
        first_response_pauses=bool(options.get("first_response_pauses", False)),
        phone_call_responds=bool(options.get("phone_call_responds", False)),
    )


def _events(data: Mapping[str, Any], rules: Policy, before: Sequence[Event]) -> list[Event]:
    """One entry of a case as events: a reception may bring its policy and its origin along."""
    stamp: dict[str, Any] = {"at": _instant(data["at"]), "recorded_at": _optional(data, "recorded_at")}
    events = [_event(data, stamp)] if data["type"] != "policy" else []
    if data["type"] == "received" and "split_from" in data:
        events.append(SplitFrom(**stamp, source=str(data["split_from"])))
    if "policy" in data:
        former = [event.policy.calendar for event in before if isinstance(event, PolicySet)]
        events.append(PolicySet(**stamp, policy=_policy(data["policy"], rules, former[-1] if former else "")))
    return events


def _event(data: Mapping[str, Any], stamp: Mapping[str, Any]) -> Event:
    read_event = _READERS.get(data["type"])
    if read_event is None:
        raise CaseError(f"unknown event type {data['type']!r}")
    return read_event(data, stamp)


def _received(data: Mapping[str, Any], stamp: Mapping[str, Any]) -> Event:
    return Received(**stamp, channel=str(data.get("channel", "")))


def _status_changed(data: Mapping[str, Any], stamp: Mapping[str, Any]) -> Event:
    return StatusChanged(**stamp, status=_status(data["state"]), until=_optional(data, "until"))


def _agent_reply(data: Mapping[str, Any], stamp: Mapping[str, Any]) -> Event:
    public, auto = bool(data.get("public", True)), bool(data.get("auto", False))
    return AgentReply(**stamp, public=public, auto=auto, written_at=_optional(data, "written_at"))


_READERS: Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Event]] = {
    "received": _received,
    "reception_corrected": lambda data, stamp: ReceptionCorrected(**stamp, received_at=_instant(data["received_at"])),
    "status": _status_changed,
    "agent_reply": _agent_reply,
    "customer_message": lambda _, stamp: CustomerMessage(**stamp),
    "work_started": lambda _, stamp: WorkStarted(**stamp),
    "restored": lambda _, stamp: Restored(**stamp),
    "merged_from": lambda data, stamp: MergedFrom(**stamp, received_at=_instant(data["received_at"])),
    "split_from": lambda data, stamp: SplitFrom(**stamp, source=str(data.get("source", ""))),
}


def _policy(data: Mapping[str, Any], rules: Policy, calendar: str) -> Policy:
    rest = {key: value for key, value in data.items() if key not in ("calendar", "nbd")}
    nbd = data.get("nbd")
    return replace(
        rules,
        calendar=data.get("calendar", calendar),
        targets={Metric(name): int(minutes) for name, minutes in rest.items()},
        nbd=NextBusinessDay(nbd["days"], minute_of_day(nbd["by"]), minute_of_day(nbd["cutoff"])) if nbd else None,
    )


def _status(name: str) -> StatusClass:
    return _STATUS_ALIASES.get(name) or StatusClass(name)


def _optional(data: Mapping[str, Any], key: str) -> datetime | None:
    return _instant(data[key]) if data.get(key) else None


def _instant(text: str) -> datetime:
    """Raises ValueError for one without an offset."""
    return whole_second(datetime.fromisoformat(text))
