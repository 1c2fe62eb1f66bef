"""A requester asks a colleague in: who sees the ticket beside them, and gets the replies in Cc."""

from django.db import transaction
from django.db.models import Q

from accounts.actors import Actor
from accounts.models import Customer, Requester
from tickets.enums import EventKind
from tickets.errors import NotOfCompany
from tickets.models import Participant, Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.services.events import append, locked
from tickets.services.letters import MOST_COPIES
from tickets.services.people import requester_for
from tickets.services.requester_mails import send_joined


def of_requester(requester: Requester, *, company: bool = False) -> TicketQuerySet:
    """The tickets of which a requester reads the public part: their own, those they were asked in to, and with
    `company` all of their company. A mail alone brings nobody in here.
    """
    joined = Participant.objects.filter(requester=requester).values("ticket")
    mine = Q(requester=requester) | Q(pk__in=joined)
    if company and requester.customer_id is not None:
        mine |= Q(customer=requester.customer_id)
    return Ticket.objects.filter(mine)


@transaction.atomic
def ask_in(ticket: Ticket, email: str, *, by: Actor) -> Requester:
    """Bring in somebody of the ticket's company by their address; once, however often they are asked.

    Raises NotOfCompany for anybody else, and TicketClosed on a closed ticket.
    """
    ticket = locked(ticket)
    colleague = _colleague(ticket, email.strip().lower())
    if colleague.pk == ticket.requester_id:
        return colleague
    _row, first = Participant.objects.get_or_create(ticket=ticket, requester=colleague)
    if first:
        if colleague.email not in ticket.copies and len(ticket.copies) < MOST_COPIES:
            ticket.copies = [*ticket.copies, colleague.email]
            ticket.save(update_fields=["copies"])
        append(ticket, EventKind.INVITED, by=by, name=colleague.name)
        send_joined(ticket, colleague, by_name=by.name)
    return colleague


def _colleague(ticket: Ticket, email: str) -> Requester:
    company = ticket.customer
    if company is None:
        raise NotOfCompany
    known = Requester.objects.with_address(email).first()
    if known is not None and known.customer_id == company.pk:
        return known
    if known is not None or not _is_of(company, email):
        raise NotOfCompany
    return requester_for(email, "", customer=company, queue=ticket.queue)


def _is_of(company: Customer, email: str) -> bool:
    return bool(company.domains.filter(domain=email.rpartition("@")[2]).exists())
