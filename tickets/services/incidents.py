"""Telling everybody at the portal of an incident, so that nobody needs to report it again."""

from collections.abc import Mapping

from django.db import transaction

from accounts.actors import Actor
from tickets.enums import EventKind
from tickets.models import IncidentText, Ticket
from tickets.models.incidents import texts_of
from tickets.services.events import append, locked, present


@transaction.atomic
def announce(ticket: Ticket, texts: Mapping[str, str], *, by: Actor) -> None:
    """Show these texts, by language, for as long as the ticket is unfinished; without any it is told no longer.

    Raises TicketClosed and TicketMerged.
    """
    ticket = locked(ticket)
    wanted = {language: text for language, text in texts.items() if text}
    if texts_of(ticket) == wanted:
        return
    at = present(ticket)
    rows = IncidentText.objects.filter(ticket=ticket)
    rows.exclude(language__in=wanted).delete()
    for language, text in wanted.items():
        IncidentText.objects.update_or_create(
            ticket=ticket, language=language, defaults={"text": text, "written_at": at}
        )
    append(ticket, EventKind.ANNOUNCED, by=by, at=at, text=next(iter(wanted.values()), ""))
