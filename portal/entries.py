"""The conversation as the person behind the link may read it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Requester
from core.templatetags.vaste import full_time, local_time
from tickets.enums import MessageKind
from tickets.models import Attachment, Message, Ticket
from tickets.models.conversation import DESK_ONLY, MAX_PICTURE, PICTURES

RECENT = 200


@dataclass(frozen=True, slots=True)
class File:
    name: str
    size: int
    url: str
    icon: str
    # Where a browser shows it in its place; empty for what is no picture.
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One message, ready to print; `kind` and `who` as the message component takes them."""

    name: str
    kind: str
    who: str
    time: str
    title: str
    datetime: str
    text: str
    quoted: str
    files: list[File] = field(default_factory=list)


def for_consultant(ticket: Ticket, token: str, *, with_notes: bool) -> list[Entry]:
    """The latest RECENT messages, oldest first; internal notes only for a browser that is the consultant's."""
    entries = []
    for message in _messages(ticket, with_notes=with_notes):
        who = _("Requester") if message.kind == MessageKind.REQUESTER else ""
        files = _files(message.attachments.all(), _behind("portal:work_file", token))
        entries.append(_entry(message, message.author_name, message.kind, who, files))
    return entries


def for_requester(ticket: Ticket, token: str) -> list[Entry]:
    """The latest RECENT messages without notes; the requester's own are "You"."""
    entries = []
    for message in _messages(ticket, with_notes=False):
        own = message.requester_id == ticket.requester_id
        kind = "requester" if message.kind == MessageKind.REQUESTER else "desk"
        files = _files(message.attachments.all(), _behind("portal:confirm_file", token))
        entries.append(_entry(message, _("You") if own else message.author_name, kind, "", files))
    return entries


def for_visitor(ticket: Ticket, person: Requester) -> list[Entry]:
    """The same for somebody who is signed in, with pictures in their places; what they wrote themselves is "You"."""
    entries = []
    for message in _messages(ticket, with_notes=False):
        own = message.requester_id == person.pk
        kind = "requester" if message.kind == MessageKind.REQUESTER else "desk"
        files = _files(message.attachments.all(), lambda pk: reverse("portal:file", args=[pk]), _picture)
        entries.append(_entry(message, _("You") if own else message.author_name, kind, "", files))
    return entries


def is_shown(attachment: Attachment) -> bool:
    """Whether a browser shows it in its place: a picture of a kind that runs nothing, and not too large."""
    return attachment.content_type in PICTURES and attachment.size <= MAX_PICTURE


def _picture(attachment: Attachment) -> str:
    return reverse("portal:picture", args=[attachment.pk]) if is_shown(attachment) else ""


def _behind(url_name: str, token: str) -> Callable[[int], str]:
    return lambda pk: reverse(url_name, args=[token, pk])


def _messages(ticket: Ticket, *, with_notes: bool) -> Iterable[Message]:
    messages = ticket.messages.order_by("-at", "-pk").prefetch_related("attachments")
    if not with_notes:
        messages = messages.exclude(DESK_ONLY)
    return reversed(messages[:RECENT])


def _entry(message: Message, name: str, kind: str, who: str, files: list[File]) -> Entry:
    at: datetime = message.at
    moments = (local_time(at), full_time(at), at.isoformat())
    return Entry(name, kind, who, *moments, message.text, message.quoted, files)


def _files(
    attachments: Iterable[Attachment],
    place_of: Callable[[int], str],
    picture_of: Callable[[Attachment], str] = lambda _: "",
) -> list[File]:
    return [
        File(
            attachment.name,
            attachment.size,
            place_of(attachment.pk),
            "photo" if attachment.content_type.startswith("image/") else "file-text",
            picture_of(attachment),
        )
        for attachment in attachments
    ]
