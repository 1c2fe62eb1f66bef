"""How it was: asked once after closing, and each person at most once in two weeks."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.actors import requester_actor
from accounts.models import Requester
from tickets.enums import EventKind
from tickets.models import Aftercare, Rating, Ticket
from tickets.models.aftercare import BEST
from tickets.services.events import append, locked, present
from tickets.services.requester_mails import send_survey

REST = timedelta(days=14)


def offer(ticket: Ticket) -> Rating | None:
    """Ask the requester of a ticket that has just been closed; None where nobody wants to know, or to be asked.

    In the caller's transaction, which holds the ticket. The person is locked, because two of their tickets may close
    at once.
    """
    if not Aftercare.objects.filter(asks_rating=True).exists() or not (ticket.solution or ticket.first_responded_at):
        return None
    person = Requester.objects.select_for_update(of=("self",), no_key=True).get(pk=ticket.requester_id)
    now = timezone.now()
    if not person.takes_surveys or Rating.objects.filter(requester=person, asked_at__gt=now - REST).exists():
        return None
    if person.address is None or not person.address.takes_automatic:
        return None
    rating = Rating.objects.create(ticket=ticket, requester=person, asked_at=now)
    send_survey(ticket, rating)
    return rating


@transaction.atomic
def answer(ticket: Ticket, requester: Requester, *, score: int, comment: str) -> Rating | None:
    """Keep what the requester says; they may change it for as long as they can say it. None where nobody asked.

    Raises ValueError for a score that there is not.
    """
    if not 1 <= score <= BEST:
        raise ValueError(score)
    ticket = locked(ticket, even_merged=True)
    rating = Rating.objects.filter(ticket=ticket, requester=requester).order_by("-asked_at").first()
    if rating is None:
        return None
    if (rating.score, rating.comment) == (score, comment.strip()):
        return rating
    rating.score, rating.comment, rating.answered_at = score, comment.strip(), present(ticket)
    rating.save(update_fields=["score", "comment", "answered_at"])
    append(ticket, EventKind.RATED, by=requester_actor(requester), at=rating.answered_at, score=score)
    return rating
