"""After a solution: the requester is asked again whether it works, and what nobody answers is closed with notice."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.actors import SYSTEM
from tickets.enums import EventKind, MessageKind, StatusClass
from tickets.models import Aftercare, Reminded, Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.services import lifecycle, mails
from tickets.services.events import append, locked, present
from tickets.services.requester_mails import send_closing

# After a standstill of ours nobody's ticket closes on the day of the reminder.
LAST_CALL = timedelta(days=1)


def care_of_tenant() -> Aftercare:
    """What the tenant in scope has decided; all of it off where it has decided nothing. Not saved."""
    return Aftercare.objects.first() or Aftercare()


def reopen_until(ticket: Ticket, care: Aftercare) -> datetime | None:
    """Until when its people may open a closed ticket again; None where they may not."""
    if care.pk is None or ticket.status_class != StatusClass.CLOSED or ticket.closed_at is None:
        return None
    until = ticket.closed_at + timedelta(days=care.reopen_days)
    return until if until > timezone.now() else None


def closes_at(ticket: Ticket, care: Aftercare) -> datetime | None:
    """When a solution that nobody answers closes by itself; None where it does not."""
    waits = care.is_on and ticket.status_class == StatusClass.RESOLVED
    if not waits or ticket.resolved_at is None or ticket.resolved_at < care.since:
        return None
    return ticket.resolved_at + timedelta(days=care.close_days)


def due(care: Aftercare, *, now: datetime) -> TicketQuerySet:
    """Solved tickets of which a reminder or the closing is due."""
    told = Reminded.objects.filter(ticket=OuterRef("pk"), solved_at=OuterRef("resolved_at"))
    wanted = Q(resolved_at__lte=now - timedelta(days=care.close_days)) & _warned(care, now)
    for step, days in enumerate(sorted(care.remind_days), start=1):
        reached = Q(resolved_at__lte=now - timedelta(days=days))
        wanted |= reached & Q(~Exists(told.filter(step__gte=step)))
    waits = Ticket.objects.filter(status_class=StatusClass.RESOLVED, resolved_at__gte=care.since)
    return waits.filter(wanted).order_by("resolved_at", "pk")


def _warned(care: Aftercare, now: datetime) -> Q:
    """Whether the last reminder is a day old, or none was to be sent."""
    if not care.remind_days:
        return Q()
    last = Reminded.objects.filter(
        ticket=OuterRef("pk"), solved_at=OuterRef("resolved_at"), step=len(care.remind_days)
    )
    return Q(Exists(last.filter(at__lte=now - LAST_CALL)))


def attend(care: Aftercare, ticket_id: int, *, now: datetime) -> bool:
    """Do what is due on one ticket, under its lock; says whether anything was. Twice is once."""
    ticket = locked(Ticket(pk=ticket_id), even_merged=True)
    if not due(care, now=now).filter(pk=ticket_id).exists():
        return False
    solved_at = ticket.resolved_at or now
    reached = _step(care, solved_at, now)
    if reached and not Reminded.objects.filter(ticket=ticket, solved_at=solved_at, step__gte=reached).exists():
        Reminded.objects.create(ticket=ticket, solved_at=solved_at, step=reached, at=now)
        _ask_again(ticket)
        return True
    lifecycle.lapse(ticket)
    send_closing(ticket, days=care.reopen_days)
    return True


def _step(care: Aftercare, solved_at: datetime, now: datetime) -> int:
    """How many of the reminders have come due: of several at once only the last is sent."""
    return sum(now >= solved_at + timedelta(days=days) for days in care.remind_days)


def _ask_again(ticket: Ticket) -> None:
    solution = ticket.messages.filter(kind=MessageKind.REPLY).order_by("at", "pk").last()
    if solution and mails.send_solution(ticket, solution, again=True):
        append(ticket, EventKind.ASKED_AGAIN, by=SYSTEM, at=present(ticket), name=ticket.requester.name)
