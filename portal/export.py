"""All that is kept of a requester and that they may read, for them to take along."""

from typing import Any

from django.db.models import Prefetch

from portal.visitors import Visitor
from tickets.models import Message, Rating, Ticket
from tickets.models.conversation import DESK_ONLY
from tickets.threads import tag


def everything_of(visitor: Visitor) -> dict[str, Any]:
    """Plain JSON values. Of tickets those that they asked themselves, without what is internal."""
    person = visitor.requester
    public = Prefetch(
        "messages", Message.objects.exclude(DESK_ONLY).order_by("at", "pk").prefetch_related("attachments")
    )
    tickets = Ticket.objects.filter(requester=person).select_related("tenant").prefetch_related(public)
    ratings = Rating.objects.filter(requester=person, score__isnull=False).select_related("ticket")
    return {
        "name": person.name,
        "title": person.title,
        "phone": person.phone,
        "language": person.language,
        "company": person.customer.name if person.customer else "",
        "addresses": [address.email for address in person.addresses.order_by("pk")],
        "known_since": person.created_at.isoformat(),
        "tickets": [_ticket(ticket) for ticket in tickets.order_by("number")],
        "ratings": [
            {"ticket": rating.ticket.number, "score": rating.score, "comment": rating.comment} for rating in ratings
        ],
    }


def _ticket(ticket: Ticket) -> dict[str, Any]:
    return {
        "number": tag(ticket.tenant, ticket.number),
        "title": ticket.title,
        "kind": ticket.kind,
        "status": ticket.status_class,
        "received_at": ticket.received_at.isoformat(),
        "closed_at": ticket.closed_at.isoformat() if ticket.closed_at else None,
        "messages": [
            {
                "from": message.author_name,
                "at": message.at.isoformat(),
                "text": message.text,
                "files": [file.name for file in message.attachments.all()],
            }
            for message in ticket.messages.all()
        ],
    }
