"""A queue decides whether replies repeat what they answer; what the requester sends back is read without it."""

import pytest

from accounts.models import Requester
from mailintake.quotes import split
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.models import Queue, Ticket
from tickets.services import conversation
from tickets.services.conversation import Written

pytestmark = pytest.mark.django_db


def answer(cast: Cast, *, quotes: bool, language: str = "en") -> str:
    ticket = ticket_of(cast)
    with cast.scope():
        Queue.objects.update(quotes_history=quotes)
        Requester.objects.update(language=language)
        ticket = Ticket.objects.get(pk=ticket.pk)
        conversation.note(ticket, Written(text="For us only."), by=cast.actor("aino"))
        message = conversation.reply(ticket, Written(text="Try the other belt."), by=cast.actor("aino"))
        return OutgoingMail.objects.get(pk=message.outgoing_id).text


@pytest.mark.parametrize(("language", "wrote"), [("en", "wrote:"), ("fi", "kirjoitti:")])
def test_the_last_message_of_the_requester_stands_below(acme: Cast, language: str, wrote: str) -> None:
    text = answer(acme, quotes=True, language=language)
    new, _, quoted = text.partition(wrote)
    assert "Try the other belt." in new
    with acme.scope():
        asked = Ticket.objects.get().messages.get(kind="requester").text
    assert quoted.split() == " ".join(f"> {line}" for line in asked.splitlines()).split()
    assert "For us only." not in text
    assert split(f"It works.\n\n{text}").new == "It works.\n\nTry the other belt.\n\nAcme, SYS-1001"


def test_without_it_the_reply_stands_alone(acme: Cast) -> None:
    assert "wrote:" not in answer(acme, quotes=False)
