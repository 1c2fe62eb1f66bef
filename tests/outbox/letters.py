"""A ticket with mails about it, and single mails, for the tests of the outbox."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from outbox.enums import Purpose
from outbox.models import Delivery, OutgoingMail
from outbox.services.queueing import Mail, queue
from sla.models import Timer
from tests.conftest import Cast
from tickets.enums import Channel, EventKind
from tickets.models import Message, Ticket, TicketEvent
from tickets.services import conversation
from tickets.services.conversation import Written
from tickets.services.intake import Matter, open_ticket


def letter(number: int = 1, **more: Any) -> Mail:
    """A mail to somebody; `more` replaces what it says."""
    facts: dict[str, Any] = {
        "purpose": Purpose.SYSTEM,
        "message_id": f"{number}.fixed@acme.example",
        "from_name": "Acme",
        "from_address": "support@acme.example",
        "to": ["otto@paperi-acme.example"],
        "subject": "Hello",
        "text": "Hello.\n",
        "language": "en",
    }
    return Mail(**facts | more)


def queued(cast: Cast, number: int = 1, **more: Any) -> OutgoingMail:
    """A mail in the outbox that is due."""
    with cast.scope():
        row = queue(letter(number, **more))
    make_due(cast)
    return row


def answered_ticket(cast: Cast, text: str = "We look into it.") -> tuple[Ticket, Message]:
    """A ticket of Otto's, without acknowledgement, and Aino's reply, whose undo window is over."""
    with cast.scope():
        matter = Matter(
            title="The lift is stuck",
            queue=cast.desk.queue,
            requester=cast.requester,
            customer=cast.customer,
            written=Written(text="It does not move."),
            channel=Channel.MAIL,
            received_at=timezone.now() - timedelta(minutes=10),
        )
        ticket = open_ticket(matter, by=cast.actor("aino"), notify=False)
        message = conversation.reply(ticket, Written(text=text), by=cast.actor("aino"))
        make_due(cast)
        return ticket, Message.objects.get(pk=message.pk)


def make_due(cast: Cast) -> None:
    """Let the time pass until every queued mail is due, also for PostgreSQL, whose clock stands in a transaction."""
    with cast.scope():
        OutgoingMail.objects.filter(state="queued").update(due_at=timezone.now() - timedelta(minutes=1))


def only_mail(cast: Cast) -> OutgoingMail:
    """The one mail there is, but for what members are told about it."""
    with cast.scope():
        return OutgoingMail.objects.exclude(purpose=Purpose.RETURNED).get()


def fates(cast: Cast) -> list[tuple[str, str, str]]:
    """Address, fate and the server's words of each receiver so far, in the order in which they were heard of."""
    with cast.scope():
        return list(Delivery.objects.order_by("pk").values_list("address", "fate", "said"))


def events(cast: Cast, kind: EventKind) -> list[dict[str, Any]]:
    """The data of the events of a kind."""
    with cast.scope():
        return list(TicketEvent.objects.filter(kind=kind).values_list("data", flat=True))


def timer_state(cast: Cast) -> str:
    """What has become of the response promise."""
    with cast.scope():
        return str(Timer.objects.get(metric="first_response").state)
