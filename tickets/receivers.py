"""What became of a mail, told by the outbox: the moment that counts for the response promise."""

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.actors import SYSTEM
from outbox.models import OutgoingMail
from outbox.signals import delivered, failed
from tickets.enums import EventKind
from tickets.models import Message
from tickets.services import clock
from tickets.services.events import append, locked


def _message_of(mail: OutgoingMail) -> Message | None:
    if mail.part is None:
        return None
    return Message.objects.filter(pk=mail.part, outgoing_id=mail.pk).select_related("ticket").first()


@receiver(delivered, dispatch_uid="tickets.reply_delivered")
def reply_delivered(mail: OutgoingMail, at: datetime, **kwargs: Any) -> None:
    """The mail server took a reply: now the response is given, for messages that came before it was written."""
    message = _message_of(mail)
    if message is None or message.delivered_at:
        return
    message.delivered_at, message.delivery_error = at, ""
    message.save(update_fields=["delivered_at", "delivery_error"])
    ticket = locked(message.ticket, even_closed=True)
    written_at = message.at.isoformat()
    append(ticket, EventKind.DELIVERED, by=SYSTEM, at=at, message=message.pk, written_at=written_at)
    if ticket.first_responded_at is None:
        ticket.first_responded_at = at
        ticket.save(update_fields=["first_responded_at"])
    clock.refresh(ticket)


@receiver(failed, dispatch_uid="tickets.reply_failed")
def reply_failed(mail: OutgoingMail, at: datetime, error: str, **kwargs: Any) -> None:
    """The mail server refused a reply: shown on the ticket, and no promise is kept by it."""
    message = _message_of(mail)
    if message is None:
        return
    message.delivery_error = error
    message.save(update_fields=["delivery_error"])
    ticket = locked(message.ticket, even_closed=True)
    append(ticket, EventKind.UNDELIVERED, by=SYSTEM, at=at, message=message.pk)
