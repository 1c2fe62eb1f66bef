"""Mails to requesters beside the conversation: the notice of closing, the question how it was, an invitation."""

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Requester
from outbox.enums import Purpose
from outbox.models import OutgoingMail
from outbox.words import fill, words_for
from tickets.models import Rating, Ticket
from tickets.models.aftercare import BEST
from tickets.scores import score_words
from tickets.services.letters import (
    Content,
    Posting,
    Reader,
    post,
    post_alone,
    reading_as,
    requester_reader,
    values_of,
)
from tickets.services.links import make_confirm_link, make_rating_link
from tickets.threads import tag


def send_closing(ticket: Ticket, *, days: int) -> OutgoingMail | None:
    """Tell the requester that the ticket was closed, and until when they open it again; None without an address."""
    reader = requester_reader(ticket)
    if not reader.takes_automatic:
        return None
    url = ticket.tenant.url(reverse("portal:confirm", args=[make_confirm_link(ticket, ticket.requester)]))
    with reading_as(reader):
        words, values = words_for(Purpose.CLOSING, reader.language), values_of(ticket) | {"days": str(days)}
        content = Content(
            title=ticket.title,
            over_title=values["number"],
            body=fill(words.body, values),
            buttons=[(_("Still broken"), f"{url}#broken", False)],
            footer=_("The link opens a page where you confirm."),
        )
        return post(ticket, Purpose.CLOSING, reader, fill(words.subject, values), content, Posting())


def send_survey(ticket: Ticket, rating: Rating) -> OutgoingMail | None:
    """Ask the requester how it was; each answer is a link to a page with one button."""
    reader = requester_reader(ticket)
    if not reader.takes_automatic:
        return None
    url = ticket.tenant.url(reverse("portal:rate", args=[make_rating_link(ticket, ticket.requester)]))
    with reading_as(reader):
        words, values = words_for(Purpose.SURVEY, reader.language), values_of(ticket)
        content = Content(
            title=ticket.title,
            over_title=values["number"],
            body=fill(words.body, values),
            buttons=[(score_words(score), f"{url}?score={score}", score == BEST) for score in range(BEST, 0, -1)],
            footer=_("The links open a page where you confirm. We ask at most once in two weeks."),
        )
        key = f"survey:{rating.pk}"
        return post(ticket, Purpose.SURVEY, reader, fill(words.subject, values), content, Posting(key=key))


def send_joined(ticket: Ticket, colleague: Requester, *, by_name: str) -> OutgoingMail:
    """Tell a colleague of the requester that they were asked in. Nothing of the ticket but its number is in it."""
    office = ticket.customer.office if ticket.customer else ticket.queue.office
    reader = Reader(colleague.email, colleague.language, office.time_zone)
    number = tag(ticket.tenant, ticket.number)
    with reading_as(reader):
        content = Content(
            title=_("You were added to %(number)s") % {"number": number},
            over_title=ticket.tenant.name,
            body=_("%(name)s wants you to follow %(number)s and to write on it.")
            % {"name": by_name, "number": number},
            buttons=[(_("Open the ticket"), ticket.tenant.url(reverse("portal:ticket", args=[ticket.number])), True)],
            footer=_("You sign in with a code that is mailed to %(email)s.") % {"email": colleague.email},
        )
        return post_alone(ticket.tenant, ticket.queue.address, reader, content, purpose=Purpose.PORTAL)
