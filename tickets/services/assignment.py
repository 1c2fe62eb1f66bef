"""In whose hands a ticket is."""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Membership
from tickets.enums import EventKind, LinkPurpose
from tickets.models import Queue, Ticket
from tickets.services import clock, mails
from tickets.services.events import append, locked, present
from tickets.services.links import revoke


@transaction.atomic
def assign(
    ticket: Ticket, member: Membership | None, *, by: Actor, notify: bool = True, at: datetime | None = None
) -> Ticket:
    """Give the ticket to a member, or to nobody. The links of whoever had it die; the new one gets the details.

    Idempotent: assigning to the one who has it changes and sends nothing.
    """
    ticket = locked(ticket)
    at = at or present(ticket)
    if ticket.assignee_id == (member.pk if member else None):
        return ticket
    revoke(ticket, LinkPurpose.WORK, at=at)
    ticket.assignee, ticket.last_activity_at = member, at
    ticket.save(update_fields=["assignee", "last_activity_at"])
    append(ticket, EventKind.ASSIGNED, by=by, at=at, member=member.pk if member else None, name=str(member or ""))
    if member and notify and member.pk != by.membership_id:
        mails.send_details(ticket, member)
    return ticket


@transaction.atomic
def move(ticket: Ticket, queue: Queue, *, by: Actor, at: datetime | None = None) -> Ticket:
    """Hand the ticket to a queue: nobody has it there until somebody takes it; promises follow the queue."""
    ticket = locked(ticket)
    at = at or present(ticket)
    if ticket.queue_id == queue.pk and ticket.assignee_id is None:
        return ticket
    revoke(ticket, LinkPurpose.WORK, at=at)
    ticket.queue, ticket.assignee, ticket.last_activity_at = queue, None, at
    ticket.save(update_fields=["queue", "assignee", "last_activity_at"])
    append(ticket, EventKind.MOVED, by=by, at=at, queue=queue.pk, name=queue.name)
    clock.choose_promises(ticket, at=at)
    clock.refresh(ticket)
    return ticket
