"""What the variables of canned responses stand for on one ticket."""

from zoneinfo import ZoneInfo

from django.utils import timezone, translation

from tickets.models import Ticket
from tickets.services.letters import moment, values_of


def values_for(ticket: Ticket, *, agent: str, language: str) -> dict[str, str]:
    """The value of each name of tickets.wording, in a language, by the requester's clock; "" if none."""
    office = ticket.customer.office if ticket.customer else ticket.queue.office
    with translation.override(language), timezone.override(ZoneInfo(office.time_zone)):
        name = ticket.requester.name
        first = name.split()[0] if name.split() else ""
        return values_of(ticket) | {"first_name": first, "due": moment(ticket.next_due_at), "agent": agent}
