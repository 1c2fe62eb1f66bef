"""Mails on their way through intake, for the tests of matching and processing."""

from typing import Any

from django.utils import timezone

from accounts.actors import SYSTEM
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.receiving import store_raw
from mailintake.tasks import process
from outbox.enums import MailState
from outbox.models import OutgoingMail
from sla.enums import Priority
from tests.conftest import Cast
from tests.flows.mails import mail
from tickets.enums import Channel
from tickets.models import Message, Ticket
from tickets.services.conversation import Written
from tickets.services.intake import Matter, open_ticket

MX = "mx.acme.example"
OTTO = "Otto Oja <otto@paperi-acme.example>"


def open_box(cast: Cast, **more: Any) -> Mailbox:
    """The desk's mailbox, which opens tickets at once and believes its mail server."""
    facts = {"mode": "open", "trusted_servers": [MX]} | more
    with cast.scope():
        return Mailbox.objects.create(address=f"support@{cast.tenant.slug}.example", queue=cast.desk.queue, **facts)


def arrive(cast: Cast, raw: bytes, *, to: str = "") -> InboundMessage:
    """The raw mail, stored as by a door and processed as by a worker; the row as it is then."""
    with cast.scope():
        box = Mailbox.objects.get()
        source = f"smtp:{InboundMessage.objects.count()}"
        row = store_raw(box, source=source, raw=raw, received_at=timezone.now(), recipient=to or box.address)
    process(cast.tenant.pk, row.pk)
    with cast.scope():
        return InboundMessage.objects.select_related("ticket", "possible_ticket", "entry").get(pk=row.pk)


def write(sender: str = OTTO, subject: str = "Lift", text: str = "More about it.\n", **more: Any) -> bytes:
    return mail(sender=sender, to=more.pop("to", "support@acme.example"), subject=subject, text=text, **more)


def vouched(raw: bytes, domain: str = "acme.example", server: str = MX) -> bytes:
    """The mail as a receiving server hands it on that has checked its sender."""
    head = f"Authentication-Results: {server}; dmarc=pass header.from={domain}\r\n"
    return (head + f"Received: from somewhere by {server}; Mon, 2 Nov 2026 08:00:00 +0000\r\n").encode() + raw


def ticket_of(cast: Cast, *, assignee: str = "", copies: tuple[str, ...] = (), priority: str = "normal") -> Ticket:
    """Otto's ticket, of which nobody has been told."""
    with cast.scope():
        matter = Matter(
            title="The lift is stuck",
            queue=cast.desk.queue,
            requester=cast.requester,
            customer=cast.customer,
            written=Written(text="It does not move.", mail_id="first@paperi-acme.example"),
            channel=Channel.MAIL,
            received_at=timezone.now(),
            copies=copies,
            priority=Priority(priority),
            assignee=cast.members[assignee] if assignee else None,
        )
        return open_ticket(matter, by=SYSTEM, notify=False)


def entries(cast: Cast, ticket: Ticket) -> list[tuple[str, str]]:
    """(kind, text) of each entry but the first."""
    with cast.scope():
        found = Message.objects.filter(ticket=ticket).order_by("pk").values_list("kind", "text")
        return [(kind, text.strip()) for kind, text in found][1:]


def outgoing(cast: Cast) -> list[tuple[str, list[str]]]:
    """(purpose, receivers) of each mail that waits to leave."""
    with cast.scope():
        rows = OutgoingMail.objects.filter(state=MailState.QUEUED).order_by("pk")
        return [(mail.purpose, mail.to) for mail in rows]
