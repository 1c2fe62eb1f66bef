"""Contacts are written down in a moment, and become tickets or part of one later, or never."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Customer, Requester
from tickets.enums import ContactChannel
from tickets.models import Contact, ContactTicket, Message, Ticket
from tickets.services import conversation
from tickets.services.conversation import Written


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """Who was met or tried, how, and what about."""

    at: datetime
    channel: ContactChannel = ContactChannel.PHONE
    is_outgoing: bool = False
    is_reached: bool = True
    requester: Requester | None = None
    customer: Customer | None = None
    name: str = ""
    number: str = ""
    text: str = ""
    minutes: int | None = None


@transaction.atomic
def log(met: Met, *, by: Actor) -> Contact:
    """Keep a contact of a member; its company is the requester's where none is named.

    Raises ValueError for an actor who is no member.
    """
    if by.membership_id is None:
        raise ValueError("Only members log contacts.")
    return Contact.objects.create(
        at=met.at,
        member_id=by.membership_id,
        channel=met.channel,
        is_outgoing=met.is_outgoing,
        is_reached=met.is_reached,
        requester=met.requester,
        customer=met.customer or (met.requester.customer if met.requester else None),
        name="" if met.requester else " ".join(met.name.split())[:120],
        number=met.number.strip()[:40],
        text=met.text.strip()[:1000],
        minutes=met.minutes,
    )


@transaction.atomic
def became(contact: Contact, ticket: Ticket) -> None:
    """Say that the ticket came of the contact; whom it was with is known from then on, by their number too."""
    ContactTicket.objects.get_or_create(contact=contact, ticket=ticket)
    if contact.requester_id is None:
        contact.requester, contact.customer = ticket.requester, ticket.customer
        contact.save(update_fields=["requester", "customer"])
        if contact.number and not ticket.requester.phone:
            Requester.objects.filter(pk=ticket.requester_id).update(phone=contact.number)


@transaction.atomic
def add_to(contact: Contact, ticket: Ticket, *, by: Actor) -> Message | None:
    """Put the contact on a ticket as a note for colleagues; None where it is there already.

    Raises TicketClosed and TicketMerged.
    """
    _link, first = ContactTicket.objects.get_or_create(contact=contact, ticket=ticket)
    return conversation.note(ticket, Written(text=in_words(contact)), by=by) if first else None


def in_words(contact: Contact) -> str:
    """What a note says of it, in the active language."""
    reached = "" if contact.is_reached else _("Not reached")
    way = _("Outgoing contact") if contact.is_outgoing else _("Incoming contact")
    minutes = _("%(minutes)s min") % {"minutes": contact.minutes} if contact.minutes else ""
    head = [way, str(contact.get_channel_display()), contact.who, contact.number, reached, minutes]
    return "\n".join(filter(None, [", ".join(dict.fromkeys(filter(None, head))), contact.text]))
