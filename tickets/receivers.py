"""What became of a mail, told by the outbox: the moment that counts for the response promise, and what came back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from accounts.actors import SYSTEM
from outbox.enums import Fate, Purpose, ReportKind
from outbox.models import Delivery, OutgoingMail
from outbox.signals import delivered, failed, returned
from tickets.enums import EventKind
from tickets.models import Message, SideMessage, Ticket
from tickets.services import clock, mails
from tickets.services.alerts import owners
from tickets.services.events import append, locked


def _message_of(mail: OutgoingMail) -> Message | None:
    if mail.part is None:
        return None
    return Message.objects.filter(pk=mail.part, outgoing_id=mail.pk).select_related("ticket").first()


@receiver(delivered, dispatch_uid="tickets.reply_delivered")
def reply_delivered(mail: OutgoingMail, at: datetime, **kwargs: Any) -> None:
    """The mail server took a reply: now the response is given, for messages that came before it was written."""
    if mail.purpose == Purpose.SIDE:
        SideMessage.objects.filter(outgoing_id=mail.pk, delivered_at=None).update(delivered_at=at, delivery_error="")
        return
    message = _message_of(mail)
    if message is None or message.delivered_at:
        return
    at = max(at, message.at)  # the clock may have been set back meanwhile
    message.delivered_at, message.delivery_error = at, ""
    message.save(update_fields=["delivered_at", "delivery_error"])
    ticket = locked(message.ticket, even_merged=True)
    written_at = message.at.isoformat()
    append(ticket, EventKind.DELIVERED, by=SYSTEM, at=at, message=message.pk, written_at=written_at)
    ticket.first_responded_at = ticket.first_responded_at or at
    ticket.last_word_at = max(at, ticket.last_word_at)
    clock.refresh(ticket, changed=["first_responded_at", "last_word_at"])


@receiver(failed, dispatch_uid="tickets.reply_failed")
def reply_failed(mail: OutgoingMail, at: datetime, error: str, **kwargs: Any) -> None:
    """The mail server refused a reply: shown on the ticket, and no promise is kept by it."""
    if mail.purpose == Purpose.SIDE:
        SideMessage.objects.filter(outgoing_id=mail.pk).update(delivery_error=error or str(Fate.REFUSED.label))
        return
    message = _message_of(mail)
    if message is None:
        return
    message.delivery_error = error
    message.save(update_fields=["delivery_error"])
    ticket = locked(message.ticket, even_merged=True)
    append(ticket, EventKind.UNDELIVERED, by=SYSTEM, at=at, message=message.pk)
    deliveries = mail.deliveries.filter(address__in=mail.to)
    _alert(ticket, message, mail, list(deliveries))


@receiver(returned, dispatch_uid="tickets.mail_returned")
def mail_returned(
    mail: OutgoingMail, at: datetime, kind: ReportKind, deliveries: Sequence[Delivery], **kwargs: Any
) -> None:
    """A report on a mail: a delay is only shown at the message; the rest is an event, and its owner hears of it.

    The promise that a delivered reply kept stays kept: the server took it, and the desk did its part.
    """
    if kind == ReportKind.DELAY or mail.about is None:
        return
    ticket = Ticket.objects.filter(pk=mail.about).first()
    if ticket is None:
        return
    ticket = locked(ticket, even_merged=True)
    if mail.purpose == Purpose.SIDE and kind == ReportKind.BOUNCE:
        said = next((each.said for each in deliveries if each.said), str(Fate.HARD.label))
        SideMessage.objects.filter(outgoing_id=mail.pk).update(delivery_error=said)
    message = _message_of(mail)
    addresses = [delivery.address for delivery in deliveries]
    data: dict[str, Any] = {"report": str(kind), "addresses": addresses, "purpose": mail.purpose}
    if message:
        data["message"] = message.pk
    append(ticket, EventKind.UNDELIVERED, by=SYSTEM, at=at, **data)
    if message and kind == ReportKind.BOUNCE:
        _alert(ticket, message, mail, deliveries)


def _alert(ticket: Ticket, message: Message, mail: OutgoingMail, deliveries: Sequence[Delivery]) -> None:
    """Tell whose ticket it is, once for each mail; never at an address that has just failed."""
    lost = {delivery.address.lower() for delivery in deliveries}
    for member in owners(ticket):
        if member.email.lower() not in lost and mail.purpose != Purpose.RETURNED:
            mails.send_returned(ticket, message, mail, member, deliveries)
