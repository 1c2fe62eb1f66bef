"""From the ticket's log to its promises: the engine's events, the stored timers, and what lists show of them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.actors import SYSTEM, Actor
from sla.log import (
    AgentReply,
    CustomerMessage,
    Event,
    MergedFrom,
    Metric,
    PolicySet,
    Received,
    ReceptionCorrected,
    Restored,
    StatusChanged,
    StatusClass,
    WorkStarted,
)
from sla.models import Timer
from sla.services.promises import Projection, calendars_of, nothing_on, project, rules_of
from sla.trace import Explanation
from sla.trace import explain as explain_log
from tickets.enums import EventKind
from tickets.models import Ticket, TicketEvent
from tickets.services.choosing import Choice, choose, facts_of
from tickets.services.events import entry, standing

WARN_PERCENT = 75
SAYS_NOTHING_MORE: dict[str, type[Event]] = {
    EventKind.MESSAGE: CustomerMessage,
    EventKind.WORK_STARTED: WorkStarted,
    EventKind.RESTORED: Restored,
}
# How a choice is told; another wording is no other promise.
WORDS_OF_CHOICE = ("policy", "contract", "rule")
# What lists show of the timers, repeated in the ticket.
SHOWN = ("next_metric", "next_due_at", "next_warn_at", "clock_paused_at")


def choose_promises(ticket: Ticket, *, at: datetime, by: Actor = SYSTEM, applied: bool = False) -> bool:
    """Log which promises rule from `at` on, where others do than before; returns whether they do.

    The caller refreshes the clocks. `applied` says that somebody wanted just that, without another change.
    """
    choice = choose(facts_of(ticket))
    ticket.contract_id = choice.contract_id if choice else None
    ticket.save(update_fields=["contract"])
    before = ticket.events.in_order().filter(kind=EventKind.POLICY).last()
    if choice is None and before is None:
        return False
    rules = before.data if before else {}
    chosen = _chosen(ticket, choice, calendar=rules.get("calendar_version"))
    if all(rules.get(name) == value for name, value in chosen.items() if name not in WORDS_OF_CHOICE):
        return False
    entry(ticket, EventKind.POLICY, by=by, at=at, again=True, applied=applied, **chosen).save()
    return True


def first_promises(ticket: Ticket, choice: Choice, *, at: datetime) -> TicketEvent:
    """The entry that says which promises a ticket begins with, and why; not yet saved."""
    return entry(ticket, EventKind.POLICY, by=SYSTEM, at=at, **_chosen(ticket, choice))


def _chosen(ticket: Ticket, choice: Choice | None, *, calendar: int | None = None) -> dict[str, Any]:
    """A choice as the log keeps it; with none, the calendar of the one before goes on."""
    if choice is None:
        return {"policy_version": None, "calendar_version": calendar, "priority": "", "reason": ""}
    return {
        "policy": choice.policy,
        "policy_version": choice.policy_version,
        "calendar_version": choice.calendar_version,
        "priority": ticket.priority,
        "reason": choice.reason,
        "contract": choice.contract_number,
        "rule": choice.rule,
    }


def _as_recorded(now: datetime, events: Iterable[TicketEvent]) -> datetime:
    """The instant to look from: a clock that was set back does not make undone what is in the log."""
    return max([now, *(event.recorded_at for event in events)])


def _as_log(events: Iterable[TicketEvent]) -> list[Event]:
    """The ticket's events as the engine takes them, in their order."""
    made: list[Event | None] = []
    for seq, event in enumerate(events):
        if event.kind == EventKind.IMPORTED:
            made += _imported_events(event, seq)
        else:
            made.append(_policy_event(event, seq) if event.kind == EventKind.POLICY else _plain_event(event, seq))
    return [event for event in made if event is not None]


def _imported_events(event: TicketEvent, seq: int) -> list[Event]:
    """Where promises count for a ticket of another desk, it is received when it comes here; an answer stays given."""
    if not event.data.get("counts"):
        return []
    stamp: dict[str, Any] = {"at": event.at, "recorded_at": event.recorded_at, "seq": seq}
    answered = [AgentReply(**stamp, written_at=event.at)] if event.data.get("answered") else []
    return [Received(**stamp, channel=""), *answered]


def _events(ticket: Ticket) -> Iterable[TicketEvent]:
    # With the key to the ticket: the reverse manager reads it of each row, and would fetch it row by row.
    return standing(ticket.events.in_order().only("ticket", "kind", "at", "recorded_at", "data"))


def _policy_event(event: TicketEvent, seq: int) -> PolicySet | None:
    data = event.data
    if not data["calendar_version"]:
        return None
    calendar, version = data["calendar_version"], data["policy_version"]
    rules = rules_of(version, calendar, data["priority"]) if version else nothing_on(calendar)
    return PolicySet(at=event.at, recorded_at=event.recorded_at, seq=seq, policy=rules)


def _plain_event(event: TicketEvent, seq: int) -> Event | None:
    data = event.data
    stamp: dict[str, Any] = {"at": event.at, "recorded_at": event.recorded_at, "seq": seq}
    match event.kind:
        case EventKind.RECEIVED:
            # Elsewhere, so that no clock of ours began.
            return None if data.get("imported") else Received(**stamp, channel=data.get("channel", ""))
        case EventKind.RECEPTION_CORRECTED | EventKind.MERGED_FROM:
            kind = MergedFrom if event.kind == EventKind.MERGED_FROM else ReceptionCorrected
            return kind(**stamp, received_at=datetime.fromisoformat(data["received_at"]))
        case EventKind.STATUS:
            until = datetime.fromisoformat(data["until"]) if data.get("until") else None
            return StatusChanged(**stamp, status=StatusClass(data["class"]), until=until)
        case EventKind.DELIVERED:
            return AgentReply(**stamp, written_at=datetime.fromisoformat(data["written_at"]))
    bare = SAYS_NOTHING_MORE.get(event.kind)
    return bare(**stamp) if bare else None


def refresh(ticket: Ticket, *, now: datetime | None = None, changed: Sequence[str] = ()) -> list[Timer]:
    """Replay the locked ticket's log into its timers and into the ticket; returns the timers.

    A promise found broken is logged here, once, whoever finds it first: the sweep, or a late reply. `changed` names
    further fields of the ticket that the caller has set and wants saved with it.
    """
    events = _events(ticket)
    log = _as_log(events)
    projection = _project(ticket, log, _as_recorded(now or timezone.now(), events))
    for event in _breached(ticket, projection.newly_breached):
        event.save()
    _show(ticket, projection.timers, log)
    ticket.save(update_fields=[*SHOWN, *changed])
    return projection.timers


def explain(ticket: Ticket, metric: Metric, cycle: int, *, now: datetime) -> Explanation | None:
    """How a promise of the ticket came to its deadline; None where there is no such cycle."""
    events = _events(ticket)
    log = _as_log(events)
    return explain_log(log, calendars_of(log), _as_recorded(now, events), metric, cycle)


def begin(ticket: Ticket, events: Sequence[TicketEvent]) -> list[Timer]:
    """The timers of a ticket that is about to be written, from the events it is opened with, in their order.

    What lists show of them is set in the ticket. A promise that is broken from the start, as by old mail, is an event
    of `breaches`.
    """
    log = _as_log(events)
    timers = _project(ticket, log, timezone.now(), is_new=True).timers
    _show(ticket, timers, log)
    return timers


def breaches(ticket: Ticket, timers: Iterable[Timer]) -> list[TicketEvent]:
    """The entries that tell which of the timers are broken; not yet saved."""
    return _breached(ticket, [timer for timer in timers if timer.breached_at])


def _project(ticket: Ticket, log: list[Event], now: datetime, *, is_new: bool = False) -> Projection:
    if not any(isinstance(event, PolicySet) for event in log):
        return Projection([], [])
    return project(ticket.pk, log, contract_id=ticket.contract_id, now=now, is_new=is_new)


def _breached(ticket: Ticket, timers: Iterable[Timer]) -> list[TicketEvent]:
    return [
        entry(
            ticket,
            EventKind.BREACHED,
            by=SYSTEM,
            at=timer.breached_at,
            metric=timer.metric,
            due_at=timer.due_at.isoformat() if timer.due_at else "",
        )
        for timer in timers
    ]


def _show(ticket: Ticket, timers: list[Timer], log: list[Event]) -> None:
    live = [timer for timer in timers if timer.fulfilled_at is None and timer.state not in ("cancelled", "met")]
    due = sorted((timer for timer in live if timer.due_at), key=lambda timer: (timer.due_at, timer.metric))
    upcoming = None if ticket.is_finished or not due else due[0]
    ticket.next_metric = upcoming.metric if upcoming else ""
    ticket.next_due_at = upcoming.due_at if upcoming else None
    ticket.next_warn_at = _warn_at(upcoming) if upcoming else None
    paused = bool(live) and not due and not ticket.is_finished
    changes = [event.at for event in log if isinstance(event, StatusChanged)]
    ticket.clock_paused_at = changes[-1] if paused and changes else None


def _warn_at(timer: Timer) -> datetime | None:
    """When amber begins: three quarters of the way, as the crow flies between start and deadline."""
    if timer.due_at is None:
        return None
    return timer.started_at + (timer.due_at - timer.started_at) * WARN_PERCENT / 100
