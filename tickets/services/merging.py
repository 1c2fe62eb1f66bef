"""Two tickets about one matter become one."""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.services import audit
from tickets.enums import EventKind, LinkPurpose, StatusClass
from tickets.errors import OtherCustomer, SameTicket
from tickets.models import SideConversation, Ticket, TicketTask
from tickets.services import clock
from tickets.services.events import STATUS_FIELDS, append, enter, locked, present
from tickets.services.letters import MOST_COPIES
from tickets.services.links import revoke


@transaction.atomic
def merge(source: Ticket, survivor: Ticket, *, by: Actor, at: datetime | None = None) -> Ticket:
    """End the source for good and go on with the survivor, whose promises count from the earlier reception.

    Returns the survivor. What was written stays where it is, but tasks and side conversations go on with the
    survivor, and so does mail for the source.

    Whoever got the source's replies gets the survivor's in copy, and nothing else.

    Raises SameTicket, OtherCustomer where both have a customer and not the same one, TicketClosed and TicketMerged
    where either is that.
    """
    if source.pk == survivor.pk:
        raise SameTicket
    source, survivor = _lock(source, survivor)
    at = at or max(present(source), present(survivor))
    if source.customer_id and survivor.customer_id and source.customer_id != survivor.customer_id:
        raise OtherCustomer
    _end(source, survivor, by=by, at=at)
    _take_over(survivor, source, by=by, at=at)
    audit.record("ticket.merged", by=by, target=source.number, into=survivor.number)
    return survivor


def _lock(source: Ticket, survivor: Ticket) -> tuple[Ticket, Ticket]:
    """In the order of their ids, so that two who merge crosswise do not wait for each other."""
    rows = {ticket.pk: locked(ticket) for ticket in sorted((source, survivor), key=lambda ticket: ticket.pk)}
    return rows[source.pk], rows[survivor.pk]


def _end(source: Ticket, survivor: Ticket, *, by: Actor, at: datetime) -> None:
    source.merged_into = survivor
    append(source, EventKind.MERGED, by=by, at=at, number=survivor.number)
    enter(source, StatusClass.MERGED, by=by, at=at)
    revoke(source, LinkPurpose.WORK, at=at)
    clock.refresh(source, changed=[*STATUS_FIELDS, "merged_into"])


def _take_over(survivor: Ticket, source: Ticket, *, by: Actor, at: datetime) -> None:
    received_at = source.received_at.isoformat()
    append(survivor, EventKind.MERGED_FROM, by=by, at=at, number=source.number, received_at=received_at)
    survivor.received_at = min(survivor.received_at, source.received_at)
    survivor.copies = _copies(survivor, source)
    survivor.last_activity_at = at
    SideConversation.objects.filter(ticket=source).update(ticket=survivor)
    TicketTask.objects.filter(ticket=source).update(ticket=survivor)
    clock.refresh(survivor, changed=["received_at", "copies", "last_activity_at"])


def _copies(survivor: Ticket, source: Ticket) -> list[str]:
    """The survivor's own come first; its requester gets the mail anyway."""
    others = dict.fromkeys([*survivor.copies, source.requester.email, *source.copies])
    return [email for email in others if email not in ("", survivor.requester.email)][:MOST_COPIES]
