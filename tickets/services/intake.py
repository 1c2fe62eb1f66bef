"""A matter becomes a ticket."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.actors import Actor, member_actor, requester_actor
from accounts.models import Customer, Membership, Module, Product, Requester
from accounts.scope import require_tenant_id
from accounts.services import audit
from core.sql import first_row
from sla.enums import Priority
from sla.models import Timer
from tickets.enums import Channel, EventKind, Kind, MessageKind, StatusClass
from tickets.models import Attachment, Queue, Ticket, TicketCounter, TicketEvent
from tickets.own_values import Given
from tickets.process import process
from tickets.services import assignment, clock, hearing, mails, own_fields
from tickets.services.choosing import Choice, choose, facts_of
from tickets.services.conversation import Written, add_message, keep, record_reply
from tickets.services.events import append, entry

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
    # Whether the assignee gets it also while they are away.
    even_away: bool = False
    copies: Sequence[str] = field(default=())
    # Values of the team's own fields, by their addresses; what a mail makes has none.
    own: Mapping[str, Given] = field(default_factory=dict)
    # The member who wrote the first message to the requester, with the desk in Cc.
    writer: Membership | None = None
    # Whether the sender's server vouches for the address: only then may an automatic answer repeat their words.
    proven: bool = False


# In one statement, because each ticket waits here for the one before: the number, the status that it begins with, and
# its id, so that its clocks can be set before it is written.
NEXT = """
    INSERT INTO tickets_ticketcounter AS counter (tenant_id, last_number) VALUES (%(tenant)s, %(first)s)
    ON CONFLICT (tenant_id) DO UPDATE SET last_number = counter.last_number + 1
    RETURNING last_number, nextval(pg_get_serial_sequence('tickets_ticket', 'id')), (
        SELECT id FROM tickets_status WHERE tenant_id = %(tenant)s AND status_class = %(status_class)s AND is_default
    )
"""


def _next() -> dict[str, int]:
    """The next ticket's number, id and status; the counter stays locked until the transaction ends."""
    first = TicketCounter._meta.get_field("last_number").get_default() + 1
    found = first_row(NEXT, tenant=require_tenant_id(), first=first, status_class=StatusClass.NEW.value)
    return dict(zip(("number", "pk", "status_id"), found, strict=True))


def open_ticket(
    matter: Matter, *, by: Actor, notify: bool = True, acknowledge: bool = True, parent: Ticket | None = None
) -> Ticket:
    """Number it, start its clocks at reception, file the first message, tell requester and consultant.

    `acknowledge` is off for automatic mail, which is never answered automatically.

    All in the transaction of the caller's scope. `by` is who opened it: an agent of the desk, or the system for a mail
    that needs nobody's look. A reception time by hand leaves an audit entry.
    """
    now = timezone.now()
    at = min(matter.received_at, now)
    files = keep(matter.queue.tenant_id, matter.written.files)
    ticket = _make(matter, at, parent)
    choice = choose(facts_of(ticket))
    ticket.contract_id = choice.contract_id if choice else None
    timers = _write(ticket, matter, choice, files, by=by, at=at)
    if matter.own:
        own_fields.write(ticket, matter.own, process())
    if matter.channel == Channel.PHONE and now - at > BACKDATED_AFTER:
        audit.record("ticket.received_by_hand", by=by, target=ticket.number, received_at=at.isoformat())
    if parent:
        append(parent, EventKind.FOLLOW_UP, by=by, number=ticket.number)
    if matter.assignee:
        given = assignment.assign(ticket, matter.assignee, by=by, notify=notify, even_away=matter.even_away)
        ticket.instead_of = given.instead_of
    elif notify:
        hearing.ticket_arrived(ticket, by=by)
    if notify and acknowledge and not matter.writer and now - at < ACKNOWLEDGE_WITHIN:
        mails.acknowledge(ticket, timers, deliberate=by.is_member, proven=matter.proven)
    if matter.assignee or matter.writer:
        ticket.refresh_from_db()
    return ticket


def _write(
    ticket: Ticket, matter: Matter, choice: Choice | None, files: Sequence[Attachment], *, by: Actor, at: datetime
) -> list[Timer]:
    """Write the ticket with its first message, its log and its timers; returns the timers."""
    asks = requester_actor(matter.requester)
    status = {"class": str(StatusClass.NEW), "status": ticket.status_id}
    events = [
        entry(ticket, EventKind.RECEIVED, by=by, at=at, channel=matter.channel),
        entry(ticket, EventKind.STATUS, by=by, at=at, **status),
        *([clock.first_promises(ticket, choice, at=at)] if choice else []),
        *([] if matter.writer else [entry(ticket, EventKind.MESSAGE, by=asks, at=at)]),
    ]
    timers = clock.begin(ticket, events)
    ticket.save(force_insert=True)
    if matter.writer is None:
        ticket.opened_with = add_message(ticket, MessageKind.REQUESTER, matter.written, by=asks, at=at, files=files)
        events[-1].data = {"message": ticket.opened_with.pk}
    TicketEvent.objects.bulk_create([*events, *clock.breaches(ticket, timers)])
    if matter.writer:
        ticket.opened_with = record_reply(ticket, matter.written, by=member_actor(matter.writer), at=at)
    return timers


def _make(matter: Matter, at: datetime, parent: Ticket | None) -> Ticket:
    return Ticket(
        **_next(),
        tenant=matter.queue.tenant,
        title=" ".join(matter.title.split())[:200] or "…",
        kind=matter.kind,
        priority=matter.priority,
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
        last_word_at=at,
    )
