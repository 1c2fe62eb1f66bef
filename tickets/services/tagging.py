"""Tags on tickets."""

from django.db import transaction

from accounts.actors import Actor
from tickets.enums import EventKind
from tickets.models import Tag, Ticket, TicketTag
from tickets.services.events import append, locked


def find_or_make(name: str) -> Tag:
    """The tag of that name, whatever its case; written as whoever used it first wrote it."""
    name = " ".join(name.split())
    tag, _new = Tag.objects.get_or_create(key=name.casefold()[:40], defaults={"name": name[:40]})
    return tag


def tags_of(ticket: Ticket) -> list[Tag]:
    return list(Tag.objects.filter(ticket_tags__ticket=ticket))


@transaction.atomic
def add(ticket: Ticket, tag: Tag, *, by: Actor) -> bool:
    """Put a tag on a ticket; returns whether it is new there. A closed ticket may get one: it is no part of it."""
    ticket = locked(ticket, even_closed=True)
    _row, new = TicketTag.objects.get_or_create(ticket=ticket, tag=tag)
    if new:
        append(ticket, EventKind.TAGGED, by=by, added=tag.name)
    return new


@transaction.atomic
def remove(ticket: Ticket, tag: Tag, *, by: Actor) -> bool:
    """Take a tag from a ticket; returns whether it was there."""
    ticket = locked(ticket, even_closed=True)
    gone, _of = TicketTag.objects.filter(ticket=ticket, tag=tag).delete()
    if gone:
        append(ticket, EventKind.TAGGED, by=by, removed=tag.name)
    return bool(gone)
