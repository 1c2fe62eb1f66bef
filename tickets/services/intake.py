"""A matter becomes a ticket."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor, requester_actor
from accounts.models import Customer, Membership, Module, Product, Requester
from accounts.services import audit
from sla.enums import Priority
from tickets.enums import Channel, EventKind, Kind, MessageKind, StatusClass
from tickets.models import Queue, Ticket, TicketCounter
from tickets.services import assignment, clock, mails
from tickets.services.conversation import Written, add_message
from tickets.services.events import append, enter, status_of

# Older mail is taken in, but nobody wants an acknowledgement of yesterday's mail.
ACKNOWLEDGE_WITHIN = timedelta(days=1)
BACKDATED_AFTER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What is known when a ticket is opened."""

    title: str
    queue: Queue
    requester: Requester
    written: Written
    channel: Channel
    received_at: datetime
    customer: Customer | None = None
    kind: Kind = Kind.REQUEST
    priority: Priority = Priority.NORMAL
    product: Product | None = None
    module: Module | None = None
    assignee: Membership | None = None
    copies: Sequence[str] = field(default=())


def _next_number() -> int:
    """The tenant's next ticket number; the counter stays locked until the transaction ends."""
    counter, _ = TicketCounter.objects.get_or_create()
    counter = TicketCounter.objects.select_for_update().get(pk=counter.pk)
    counter.last_number += 1
    counter.save(update_fields=["last_number"])
    return counter.last_number


@transaction.atomic
def open_ticket(
    matter: Matter, *, by: Actor, notify: bool = True, acknowledge: bool = True, parent: Ticket | None = None
) -> Ticket:
    """Number it, start its clocks at reception, file the first message, tell requester and consultant.

    `acknowledge` is off for automatic mail, which is never answered automatically.

    `by` is who opened it: an agent of the desk, or the system for a mail that needs nobody's look. A reception time
    by hand leaves an audit entry.
    """
    now = timezone.now()
    at = min(matter.received_at, now)
    ticket = _create(matter, at, parent)
    append(ticket, EventKind.RECEIVED, by=by, at=at, channel=matter.channel)
    enter(ticket, StatusClass.NEW, by=by, at=at)
    clock.choose_promises(ticket, at=at)
    message = add_message(ticket, MessageKind.REQUESTER, matter.written, by=requester_actor(matter.requester), at=at)
    append(ticket, EventKind.MESSAGE, by=requester_actor(matter.requester), at=at, message=message.pk)
    if matter.channel == Channel.PHONE and now - at > BACKDATED_AFTER:
        audit.record("ticket.received_by_hand", by=by, target=ticket.number, received_at=at.isoformat())
    if parent:
        append(parent, EventKind.FOLLOW_UP, by=by, number=ticket.number)
    clock.refresh(ticket)
    if matter.assignee:
        assignment.assign(ticket, matter.assignee, by=by, notify=notify)
    if notify and acknowledge and now - at < ACKNOWLEDGE_WITHIN:
        mails.acknowledge(ticket, deliberate=by.is_member)
    return Ticket.objects.get(pk=ticket.pk)


def _create(matter: Matter, at: datetime, parent: Ticket | None) -> Ticket:
    return Ticket.objects.create(
        number=_next_number(),
        title=" ".join(matter.title.split())[:200] or "…",
        kind=matter.kind,
        priority=matter.priority,
        status=status_of(StatusClass.NEW),
        status_class=StatusClass.NEW,
        channel=matter.channel,
        queue=matter.queue,
        customer=matter.customer,
        requester=matter.requester,
        product=matter.product,
        module=matter.module,
        copies=list(matter.copies)[:20],
        parent=parent,
        received_at=at,
        last_activity_at=at,
    )
