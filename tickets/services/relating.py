"""Tickets that have to do with each other, and a message that becomes a ticket of its own."""

from django.db import transaction

from accounts.actors import Actor
from sla.enums import Priority
from tickets.enums import Channel, EventKind, Kind, RelationKind
from tickets.errors import AlreadySplit, LinkedAlready, LinkedInCircle, LinkedToItself
from tickets.models import Attachment, Message, Queue, Relation, Ticket
from tickets.services.conversation import Written
from tickets.services.events import append, locked, present
from tickets.services.intake import Matter, open_ticket
from tickets.threads import tag


@transaction.atomic
def relate(ticket: Ticket, other: Ticket, kind: RelationKind, *, by: Actor) -> Relation:
    """Say what the ticket has to do with the other; both logs tell it. Closed tickets may be named as well.

    Raises LinkedToItself, LinkedAlready where the two have to do with each other already, and LinkedInCircle where
    the other is, over whatever tickets between, the same of this one.
    """
    if ticket.pk == other.pk:
        raise LinkedToItself
    ticket, other = _both(ticket, other)
    if Relation.objects.between(ticket, other).exists():
        raise LinkedAlready(tag(other.tenant, other.number))
    if kind != RelationKind.RELATED and _leads_to(other, ticket, kind):
        raise LinkedInCircle
    row = Relation.objects.create(ticket=ticket, other=other, kind=kind)
    _log(row, by=by)
    return row


@transaction.atomic
def unrelate(row: Relation, *, by: Actor) -> None:
    """Take it back."""
    row.ticket, row.other = _both(row.ticket, row.other)
    if Relation.objects.filter(pk=row.pk).delete()[0]:
        _log(row, by=by, removed=True)


def _both(ticket: Ticket, other: Ticket) -> tuple[Ticket, Ticket]:
    """In the order of their ids, so that two who link crosswise do not wait for each other."""
    order = sorted((ticket, other), key=lambda each: each.pk)
    rows = {each.pk: locked(each, even_closed=True, even_merged=True) for each in order}
    return rows[ticket.pk], rows[other.pk]


def _leads_to(start: Ticket, goal: Ticket, kind: RelationKind) -> bool:
    """Whether one comes from `start` to `goal` by relations of that kind."""
    seen, ahead = set[int](), {start.pk}
    while ahead:
        if goal.pk in ahead:
            return True
        seen |= ahead
        found = Relation.objects.filter(kind=kind, ticket__in=ahead).values_list("other", flat=True)
        ahead = set(found) - seen
    return False


def _log(row: Relation, *, by: Actor, removed: bool = False) -> None:
    at = max(present(row.ticket), present(row.other))
    facts = {"relation": row.kind, "removed": removed}
    append(row.ticket, EventKind.LINKED, by=by, at=at, number=row.other.number, forwards=True, **facts)
    append(row.other, EventKind.LINKED, by=by, at=at, number=row.ticket.number, forwards=False, **facts)


@transaction.atomic
def split(message: Message, *, title: str, queue: Queue, by: Actor) -> Ticket:
    """Open a ticket with what the requester wrote in that message, received when it was.

    The message stays where it was read. Nobody is mailed; whoever answers the new ticket answers its writer.
    Raises AlreadySplit where the message has its own ticket already.
    """
    source = locked(message.ticket, even_closed=True)
    before = source.events.filter(kind=EventKind.SPLIT, data__message=message.pk).first()
    if before is not None:
        raise AlreadySplit(tag(source.tenant, before.data["number"]))
    requester = message.requester or source.requester
    same = requester.customer_id in (None, source.customer_id)
    matter = Matter(
        title=title,
        queue=queue,
        requester=requester,
        customer=source.customer if same else requester.customer,
        written=Written(text=message.text, quoted=message.quoted, html=message.html),
        channel=Channel(source.channel),
        received_at=message.at,
        kind=Kind(source.kind),
        priority=Priority(source.priority),
        product=source.product,
        module=source.module,
    )
    ticket = open_ticket(matter, by=by, notify=False, acknowledge=False)
    _copy_files(message, ticket)
    at = max(present(source), present(ticket))
    append(source, EventKind.SPLIT, by=by, at=at, number=ticket.number, message=message.pk)
    append(ticket, EventKind.SPLIT_FROM, by=by, at=at, number=source.number)
    return ticket


def _copy_files(message: Message, ticket: Ticket) -> None:
    """Rows of their own for the same bytes."""
    files = list(message.attachments.all())
    for file in files:
        file.pk, file.ticket, file.message = None, ticket, ticket.opened_with
        file._state.adding = True
    Attachment.objects.bulk_create(files)
