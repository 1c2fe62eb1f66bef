"""Asking somebody outside about a ticket, apart from its conversation: a supplier, a partner, a colleague elsewhere.

The requester never learns of it and no promise is touched by it, but for the status that its asker may set with it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from accounts.actors import SYSTEM, Actor
from core.files import store
from tickets.enums import UNFINISHED, EventKind, StatusClass
from tickets.models import Attachment, SideConversation, SideFile, SideMessage, Ticket
from tickets.services import clock, side_mails
from tickets.services.alerts import owners
from tickets.services.conversation import Written, last_status_at
from tickets.services.events import STATUS_FIELDS, append, enter, locked, present


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of whom; `files` are some of the ticket's own, `waits` sets the status until the answer comes."""

    addresses: Sequence[str]
    subject: str
    written: Written
    files: Sequence[Attachment] = field(default=())
    waits: bool = False


@transaction.atomic
def begin(ticket: Ticket, question: Question, *, by: Actor, at: datetime | None = None) -> SideConversation:
    """Ask somebody else by mail; their answers come back here.

    Raises TicketClosed and TicketMerged.
    """
    ticket = locked(ticket)
    at = at or present(ticket)
    side = SideConversation.objects.create(
        ticket=ticket,
        subject=" ".join(question.subject.split())[:200],
        addresses=list(dict.fromkeys(address.lower() for address in question.addresses)),
    )
    message = _add(side, question.written, by=by, at=at, along=question.files)
    _ask(ticket, side, message, by=by, at=at)
    if question.waits and ticket.status_class in UNFINISHED:
        side.holds_ticket = True
        side.save(update_fields=["holds_ticket"])
        if ticket.status_class != StatusClass.WAITING_THIRD_PARTY:
            enter(ticket, StatusClass.WAITING_THIRD_PARTY, by=by, at=at)
            clock.refresh(ticket, changed=STATUS_FIELDS)
    return side


@transaction.atomic
def write(
    side: SideConversation, written: Written, *, by: Actor, at: datetime | None = None, has_left: bool = False
) -> SideMessage:
    """Go on with it. `has_left` keeps a mail that its writer has sent to them already, with the desk in Cc.

    Raises TicketClosed and TicketMerged.
    """
    ticket = locked(side.ticket)
    at = at or present(ticket)
    message = _add(side, written, by=by, at=at)
    _ask(ticket, side, message, by=by, at=at, has_left=has_left)
    return message


def _ask(
    ticket: Ticket, side: SideConversation, message: SideMessage, *, by: Actor, at: datetime, has_left: bool = False
) -> None:
    if has_left:
        message.delivered_at = at
    else:
        mail = side_mails.send(ticket, side, message)
        message.mail_id, message.outgoing_id = mail.message_id, mail.pk
    message.save(update_fields=["mail_id", "outgoing_id", "delivered_at"])
    side.waits_since = at
    side.save(update_fields=["waits_since"])
    append(ticket, EventKind.SIDE_ASKED, by=by, at=at, side=side.pk, addresses=side.addresses, text=side.subject)
    _touch(ticket, at)


@transaction.atomic
def receive(
    side: SideConversation,
    written: Written,
    *,
    sender: tuple[str, str],
    at: datetime,
    has_read: Collection[str] = frozenset(),
) -> SideMessage:
    """A mail came for it, from `sender` by name and address; whoever has the ticket hears of it.

    Only those who were asked answer it. What others write there, and what programs do, has a caution and changes
    nothing. Kept on a closed ticket too, since it may not wait where somebody could show it to the requester.
    """
    ticket = locked(side.ticket, even_closed=True, even_merged=True)
    side = SideConversation.objects.get(pk=side.pk)
    name, email = sender
    message = _add(side, written, by=Actor(SYSTEM.kind, name or email), at=at, email=email)
    by = Actor(SYSTEM.kind, message.author_name)
    append(ticket, EventKind.SIDE_ANSWERED, by=by, at=max(at, ticket.received_at), side=side.pk, text=side.subject)
    _touch(ticket, at)
    if not written.caution:
        _release(ticket, side, by=SYSTEM, at=max(at, last_status_at(ticket)))
    if written.caution in {"", "stranger"}:
        _tell(ticket, side, message, has_read)
    return message


def _tell(ticket: Ticket, side: SideConversation, message: SideMessage, has_read: Collection[str]) -> None:
    for member in owners(ticket) if ticket.assignee_id else []:
        if member.email not in has_read:
            side_mails.forward(ticket, side, message, member)


@transaction.atomic
def settle(side: SideConversation, *, by: Actor, at: datetime | None = None) -> None:
    """Wait for no answer any more: it came another way, or none is needed."""
    ticket = locked(side.ticket)
    side = SideConversation.objects.get(pk=side.pk)
    if side.waits_since is None:
        return
    at = at or present(ticket)
    append(ticket, EventKind.SIDE_SETTLED, by=by, at=at, side=side.pk, text=side.subject)
    _release(ticket, side, by=by, at=at)


def _release(ticket: Ticket, side: SideConversation, *, by: Actor, at: datetime) -> None:
    """It waits no more, and neither does the ticket, unless for another one."""
    held, side.waits_since, side.holds_ticket = side.holds_ticket, None, False
    side.save(update_fields=["waits_since", "holds_ticket"])
    others = SideConversation.objects.filter(ticket=ticket, holds_ticket=True, waits_since__isnull=False)
    if held and ticket.status_class == StatusClass.WAITING_THIRD_PARTY and not others.exists():
        enter(ticket, StatusClass.OPEN, by=by, at=at)
        clock.refresh(ticket, changed=STATUS_FIELDS)


def _add(
    side: SideConversation,
    written: Written,
    *,
    by: Actor,
    at: datetime,
    email: str = "",
    along: Sequence[Attachment] = (),
) -> SideMessage:
    """The row with its files: the ticket's own by their bytes, new ones stored."""
    message = SideMessage.objects.create(
        side=side,
        member_id=by.membership_id,
        author_name=by.name[:120],
        author_email=email[:320],
        text=written.text,
        quoted=written.quoted,
        at=at,
        mail_id=written.mail_id[:250],
        caution=written.caution,
    )
    tenant_id = side.tenant_id
    rows = [SideFile(name=f.name, content_type=f.content_type, size=f.size, storage_key=f.storage_key) for f in along]
    rows += [
        SideFile(
            name=file.name,
            content_type=file.content_type,
            size=len(file.content),
            storage_key=store(tenant_id, file.content),
        )
        for file in written.files
    ]
    for row in rows:
        row.message = message
    SideFile.objects.bulk_create(rows)
    return message


def _touch(ticket: Ticket, at: datetime) -> None:
    ticket.last_activity_at = max(at, ticket.last_activity_at)
    ticket.save(update_fields=["last_activity_at"])
