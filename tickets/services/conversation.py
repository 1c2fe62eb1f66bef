"""What is written on a ticket: replies, notes, and what requesters send."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from core.files import store
from core.html import sanitise_mail
from outbox.models import OutgoingMail
from tickets.enums import ByMail, EventKind, MessageKind, NewsKind, StatusClass
from tickets.errors import NothingToSend
from tickets.models import Attachment, Message, Ticket
from tickets.services import clock, hearing, mails, meanwhile
from tickets.services.alerts import owners
from tickets.services.events import STATUS_FIELDS, append, enter, locked, present
from tickets.services.wishes import wishes_of


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that came with a message; `name` is already clean."""

    name: str
    content_type: str
    content: bytes
    content_id: str = ""
    inline: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What somebody wrote: new text, the history quoted below it, HTML as received, files."""

    text: str
    quoted: str = ""
    html: str = ""
    files: Sequence[NewFile] = field(default=())
    mail_id: str = ""
    caution: str = ""
    reply_to: str = ""
    looks_like: str = ""


def keep(tenant_id: int, files: Sequence[NewFile]) -> list[Attachment]:
    """The files' bytes are on the disk, and their rows can be written; slow, so better before others have to wait."""
    return [
        Attachment(
            name=file.name,
            content_type=file.content_type,
            size=len(file.content),
            storage_key=store(tenant_id, file.content),
            content_id=file.content_id,
            inline=file.inline,
        )
        for file in files
    ]


def add_message(
    ticket: Ticket,
    kind: MessageKind,
    written: Written,
    *,
    by: Actor,
    at: datetime,
    files: Sequence[Attachment] | None = None,
) -> Message:
    """A row of the conversation with its files, unless they are kept already; the caller holds the lock and logs."""
    message = Message.objects.create(
        ticket=ticket,
        kind=kind,
        member_id=by.membership_id,
        requester_id=by.requester_id,
        author_name=by.name,
        text=written.text,
        quoted=written.quoted,
        html=sanitise_mail(written.html).html if written.html else "",
        at=at,
        mail_id=written.mail_id[:250],
        caution=written.caution,
        reply_to=written.reply_to,
        looks_like=written.looks_like,
    )
    kept = keep(ticket.tenant_id, written.files) if files is None else files
    for file in kept:
        file.ticket, file.message = ticket, message
    Attachment.objects.bulk_create(kept)
    return message


@transaction.atomic
def reply(
    ticket: Ticket,
    written: Written,
    *,
    by: Actor,
    then: StatusClass | None = None,
    seen: int | None = None,
    at: datetime | None = None,
) -> Message:
    """Answer the requester by mail. The response promise is kept when the mail server takes it, not here.

    Raises NothingToSend without an address, TicketClosed on a closed ticket, and Overtaken where somebody else has
    written publicly after the log position `seen`.
    """
    ticket = locked(ticket)
    meanwhile.refuse_if_overtaken(ticket, seen, meanwhile.PUBLIC, by=by)
    at = at or present(ticket)
    if not ticket.requester.email:
        raise NothingToSend
    message = add_message(ticket, MessageKind.REPLY, written, by=by, at=at)
    append(ticket, EventKind.REPLY, by=by, at=at, message=message.pk)
    files = mails.files_of(list(message.attachments.all()))
    carry(message, mails.send_reply(ticket, message, files))
    target = then or (StatusClass.OPEN if ticket.status_class == StatusClass.NEW else None)
    if target and target != ticket.status_class:
        ticket.resolved_at = None
        enter(ticket, target, by=by, at=at)
    ticket.last_activity_at = at
    clock.refresh(ticket, changed=[*STATUS_FIELDS, "resolved_at"])
    return message


@transaction.atomic
def record_reply(ticket: Ticket, written: Written, *, by: Actor, at: datetime) -> Message:
    """Keep a reply that its writer sent to the requester from their own mail program, with the desk in Cc.

    It has left already, so nothing is sent, and the response is given `at` the moment it reached the desk.
    """
    ticket = locked(ticket)
    message = add_message(ticket, MessageKind.REPLY, written, by=by, at=at)
    message.delivered_at = at
    message.save(update_fields=["delivered_at"])
    append(ticket, EventKind.REPLY, by=by, at=at, message=message.pk)
    append(ticket, EventKind.DELIVERED, by=by, at=at, message=message.pk, written_at=at.isoformat())
    ticket.first_responded_at = ticket.first_responded_at or at
    if ticket.status_class == StatusClass.NEW:
        enter(ticket, StatusClass.OPEN, by=by, at=max(at, last_status_at(ticket)))
    ticket.last_activity_at = max(at, ticket.last_activity_at)
    ticket.last_word_at = max(at, ticket.last_word_at)
    clock.refresh(ticket, changed=[*STATUS_FIELDS, "first_responded_at", "last_word_at"])
    return message


def carry(message: Message, mail: OutgoingMail | None) -> None:
    """Remember which mail carries the message."""
    if mail is not None:
        message.mail_id, message.outgoing_id = mail.message_id, mail.pk
        message.save(update_fields=["mail_id", "outgoing_id"])


@transaction.atomic
def note(ticket: Ticket, written: Written, *, by: Actor, at: datetime | None = None) -> Message:
    """Write for colleagues only; whom it names hears of it, and `.unheard` of the returned row says who could not."""
    ticket = locked(ticket)
    at = at or present(ticket)
    message = add_message(ticket, MessageKind.NOTE, written, by=by, at=at)
    append(ticket, EventKind.NOTE, by=by, at=at, message=message.pk)
    ticket.last_activity_at = at
    ticket.save(update_fields=["last_activity_at"])
    message.unheard = hearing.note_written(ticket, message, by=by)
    return message


@transaction.atomic
def ask(
    ticket: Ticket, written: Written, *, by: Actor, seen: int | None = None, at: datetime | None = None
) -> Message:
    """Ask the requester; the ticket waits for their answer."""
    return reply(ticket, written, by=by, then=StatusClass.WAITING_REQUESTER, seen=seen, at=at)


@transaction.atomic
def receive(
    ticket: Ticket, written: Written, *, by: Actor, at: datetime, has_read: Collection[str] = frozenset()
) -> Message:
    """A requester wrote: the ticket that waited for them or was resolved goes on, and its consultant hears of it.

    `has_read` are addresses that the mail went to as well; a consultant among them hears of it once.
    """
    ticket = locked(ticket)
    message = add_message(ticket, MessageKind.REQUESTER, written, by=by, at=at)
    append(ticket, EventKind.MESSAGE, by=by, at=max(at, ticket.received_at), message=message.pk)
    if ticket.status_class in (StatusClass.WAITING_REQUESTER, StatusClass.RESOLVED):
        if ticket.status_class == StatusClass.RESOLVED:
            ticket.resolved_at = None
        enter(ticket, StatusClass.OPEN, by=by, at=max(at, last_status_at(ticket)))
    ticket.last_activity_at = at
    clock.refresh(ticket, changed=[*STATUS_FIELDS, "resolved_at"])
    tell_consultant(ticket, message, has_read, by=by)
    return message


def last_status_at(ticket: Ticket) -> datetime:
    """A mail may have lain in its mailbox while the status changed: it cannot take effect before that."""
    latest = ticket.events.filter(kind=EventKind.STATUS).order_by("-at").values_list("at", flat=True).first()
    return latest or ticket.received_at


def tell_consultant(ticket: Ticket, message: Message, has_read: Collection[str] = frozenset(), *, by: Actor) -> None:
    """Tell what the requester wrote to whoever has the ticket or stands in, by mail unless they have chosen otherwise;
    and to its followers who want to know. Nobody else is told of one that nobody has.
    """
    members = owners(ticket) if ticket.assignee_id else []
    told = [member for member in members if member.email not in has_read]
    wishes = wishes_of(NewsKind.ANSWERED, [member.pk for member in told]) if told else {}
    mailed = [member for member in told if wishes[member.pk].mail == ByMail.NOW]
    for member in mailed:
        mails.forward_answer(ticket, message, member)
    known = {member.pk for member in mailed}
    hearing.tell(NewsKind.ANSWERED, ticket, told, by=by, message=message, mailed=known)
    hearing.answer_came(ticket, message, by=by, but={member.pk for member in members})
