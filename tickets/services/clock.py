"""From the ticket's log to its promises: the engine's events, the stored timers, and what lists show of them."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from accounts.actors import SYSTEM
from sla.log import (
    AgentReply,
    CustomerMessage,
    Event,
    PolicySet,
    Received,
    ReceptionCorrected,
    StatusChanged,
    StatusClass,
    WorkStarted,
)
from sla.models import Timer
from sla.services.promises import choose, project, rules_of
from tickets.enums import EventKind
from tickets.models import Ticket, TicketEvent
from tickets.services.events import append

WARN_PERCENT = 75


def choose_promises(ticket: Ticket, *, at: datetime) -> None:
    """Log which policy rules from `at` on; nothing where nothing is promised or nothing changes."""
    choice = choose(ticket.customer, ticket.queue.policy, on=ticket.received_at.date())
    ticket.contract = choice.contract if choice else None
    ticket.save(update_fields=["contract"])
    if choice is None:
        return
    calendar = choice.version.calendar.current
    append(
        ticket,
        EventKind.POLICY,
        by=SYSTEM,
        at=at,
        policy_version=choice.version.pk,
        calendar_version=calendar.pk if calendar else None,
        priority=ticket.priority,
        reason=choice.reason,
        contract=choice.contract.number if choice.contract else "",
    )


def build_log(ticket: Ticket) -> list[Event]:
    """The ticket's events as the engine takes them, in their order."""
    made = (
        _policy_event(event) if event.kind == EventKind.POLICY else _plain_event(event) for event in _events(ticket)
    )
    return [event for event in made if event is not None]


def _events(ticket: Ticket) -> Iterable[TicketEvent]:
    # With the key to the ticket: the reverse manager reads it of each row, and would fetch it row by row.
    return ticket.events.in_order().only("ticket", "kind", "at", "recorded_at", "data")


def _policy_event(event: TicketEvent) -> PolicySet | None:
    data = event.data
    if not data["calendar_version"]:
        return None
    rules = rules_of(data["policy_version"], data["calendar_version"], data["priority"])
    return PolicySet(at=event.at, recorded_at=event.recorded_at, seq=event.pk, policy=rules)


def _plain_event(event: TicketEvent) -> Event | None:  # noqa: PLR0911  # one answer per kind of event
    at, recorded_at, seq, data = event.at, event.recorded_at, event.pk, event.data
    match event.kind:
        case EventKind.RECEIVED:
            return Received(at=at, recorded_at=recorded_at, seq=seq, channel=data.get("channel", ""))
        case EventKind.RECEPTION_CORRECTED:
            received_at = datetime.fromisoformat(data["received_at"])
            return ReceptionCorrected(at=at, recorded_at=recorded_at, seq=seq, received_at=received_at)
        case EventKind.STATUS:
            until = datetime.fromisoformat(data["until"]) if data.get("until") else None
            return StatusChanged(
                at=at, recorded_at=recorded_at, seq=seq, status=StatusClass(data["class"]), until=until
            )
        case EventKind.DELIVERED:
            written_at = datetime.fromisoformat(data["written_at"])
            return AgentReply(at=at, recorded_at=recorded_at, seq=seq, written_at=written_at)
        case EventKind.MESSAGE:
            return CustomerMessage(at=at, recorded_at=recorded_at, seq=seq)
        case EventKind.WORK_STARTED:
            return WorkStarted(at=at, recorded_at=recorded_at, seq=seq)
    return None


def refresh(ticket: Ticket, *, now: datetime | None = None) -> list[Timer]:
    """Replay the locked ticket's log into its timers and into the ticket; returns the timers.

    A promise found broken is logged here, once, whoever finds it first: the sweep, or a late reply.
    """
    now = now or timezone.now()
    log = build_log(ticket)
    promised = any(isinstance(event, PolicySet) for event in log)
    projection = project(ticket.pk, log, contract=ticket.contract, now=now) if promised else None
    timers = projection.timers if projection else []
    for timer in projection.newly_breached if projection else []:
        due_at = timer.due_at.isoformat() if timer.due_at else ""
        append(ticket, EventKind.BREACHED, by=SYSTEM, at=timer.breached_at, metric=timer.metric, due_at=due_at)
    _show(ticket, timers, log)
    return timers


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
    ticket.save(update_fields=["next_metric", "next_due_at", "next_warn_at", "clock_paused_at"])


def _warn_at(timer: Timer) -> datetime | None:
    """When amber begins: three quarters of the way, as the crow flies between start and deadline."""
    if timer.due_at is None:
        return None
    return timer.started_at + (timer.due_at - timer.started_at) * WARN_PERCENT / 100
