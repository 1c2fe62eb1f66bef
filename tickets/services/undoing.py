"""Taking back what was sent: the ticket is as it was before, and what was typed returns to its writer."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from outbox.models import OutgoingMail
from outbox.services import queueing
from tickets.enums import EventKind, LinkPurpose, StatusClass
from tickets.models import Attachment, Message, Ticket, TicketEvent, WorkEntry
from tickets.services import clock
from tickets.services.events import STATUS_FIELDS, append, locked, standing
from tickets.services.links import revoke


@dataclass(frozen=True, slots=True)
class Draft:
    """What the writer had typed; `work` is the time logged with it, whose row is gone."""

    text: str
    files: list[Attachment]
    work: WorkEntry | None


@transaction.atomic
def undo_send(message: Message, *, by: Actor) -> Draft | None:
    """Take a reply or a solution back while its mail waits; None where the mail has begun to leave.

    Whatever the same press of a button did, bears its instant: status, solution, work logged. Their events stay in
    the log and count no more; what was filled in of the ticket stays. Raises TicketClosed where somebody has closed
    the ticket meanwhile.
    """
    ticket = locked(message.ticket)
    mail = OutgoingMail.objects.filter(pk=message.outgoing_id or 0).first()
    if mail is None or not queueing.take_back(mail):
        return None
    act = list(ticket.events.filter(at=message.at, member=message.member_id).exclude(kind=EventKind.CHANGED))
    logged = [event.data["entry"] for event in act if event.kind == EventKind.WORK_LOGGED]
    work = WorkEntry.objects.filter(pk__in=logged).first()
    draft = Draft(message.text, list(message.attachments.all()), work)
    append(ticket, EventKind.UNDONE, by=by, events=[event.pk for event in act])
    if any(event.kind == EventKind.SOLUTION for event in act):
        revoke(ticket, LinkPurpose.CONFIRM)
    WorkEntry.objects.filter(pk__in=logged).delete()
    message.attachments.all().delete()
    message.delete()
    _restore(ticket)
    clock.refresh(ticket, changed=[*STATUS_FIELDS, "resolved_at", "work_started_at", "solution"])
    return draft


def _restore(ticket: Ticket) -> None:
    """What the ticket repeats of its log, as the log has it now."""
    log = standing(ticket.events.in_order())
    status = _of(log, EventKind.STATUS)[-1]
    ticket.status_id, ticket.status_class = status.data["status"], StatusClass(status.data["class"])
    until = status.data.get("until")
    ticket.scheduled_until = datetime.fromisoformat(until) if until else None
    ticket.resolved_at = status.at if ticket.status_class == StatusClass.RESOLVED else None
    started = _of(log, EventKind.WORK_STARTED)
    ticket.work_started_at = started[0].at if started else None
    solved = _of(log, EventKind.SOLUTION)
    solution = ticket.messages.filter(pk=solved[-1].data["message"]).first() if solved else None
    ticket.solution = solution.text if solution else ""


def _of(log: list[TicketEvent], kind: EventKind) -> list[TicketEvent]:
    return [event for event in log if event.kind == kind]
