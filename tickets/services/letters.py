"""What all mails of tickets have in common: who reads them, what they show, how they go out."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from email.utils import make_msgid
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import Membership, Tenant
from core.templatetags.vaste import filesize_short
from outbox.enums import Purpose
from outbox.models import OutgoingMail
from outbox.services.queueing import File, Mail, queue
from tickets.models import Message, Ticket
from tickets.threads import make_message_id, plain_address, reply_address, tag, tagged_subject

MOST_COPIES = 20
# In base64 a third more, which most servers still take.
MOST_CARRIED = 10 * 2**20


@dataclass(frozen=True, slots=True)
class Entry:
    """One ticket in a list of a mail: its number, title and address, and what there is to say of it."""

    number: str
    title: str
    url: str
    lines: Sequence[str]


@dataclass(frozen=True, slots=True)
class Section:
    """Part of a list under a heading; `is_late` only adds colour to its words."""

    title: str
    entries: Sequence[Entry]
    is_late: bool = False

    def as_text(self) -> str:
        entries = ("\n".join([f"{e.number} {e.title}", *e.lines, e.url]) for e in self.entries)
        return "\n\n".join([f"{self.title.upper()} ({len(self.entries)})", *entries])


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """What a mail shows, as text and as HTML alike. `buttons` are (label, absolute URL, is primary)."""

    title: str
    body: str = ""
    sections: Sequence[Section] = ()
    over_title: str = ""
    note: str = ""
    promise: str = ""
    facts: Sequence[tuple[str, str]] = ()
    quote: str = ""
    buttons: Sequence[tuple[str, str, bool]] = ()
    # Files that are too large to go along: what they are called, and where they lie.
    links: Sequence[tuple[str, str]] = ()
    footer: str = ""
    # What a reply answers, quoted below all else; only in the plain text.
    history: str = ""

    def as_text(self) -> str:
        """The plain text alternative."""
        facts = "\n".join(f"{label}: {value}" for label, value in self.facts)
        quote = "\n".join(f"> {line}" for line in self.quote.splitlines())
        buttons = "\n".join(f"{label}: {url}" for label, url, _primary in self.buttons)
        links = "\n".join(f"{label}: {url}" for label, url in self.links)
        lists = "\n\n\n".join(section.as_text() for section in self.sections)
        parts = [self.note, self.promise, facts, quote, self.body, lists, buttons, links, self.footer, self.history]
        return "\n\n".join(part for part in parts if part) + "\n"

    def as_html(self, subject: str, language: str) -> str:
        """The HTML alternative; every value is escaped."""
        context = {each.name: getattr(self, each.name) for each in fields(self)}
        return render_to_string("mail/layout.html", context | {"subject": subject, "language": language})


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a mail, and in which language and time zone; not every address takes mail that a program writes."""

    email: str
    language: str
    time_zone: str
    copies: Sequence[str] = field(default=())
    takes_automatic: bool = True


@contextmanager
def reading_as(reader: Reader) -> Iterator[None]:
    """Words and times as the reader has them."""
    with translation.override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        yield


def requester_reader(ticket: Ticket) -> Reader:
    office = ticket.customer.office if ticket.customer else ticket.queue.office
    requester, address = ticket.requester, ticket.requester.address
    if address is None:
        return Reader("", requester.language, office.time_zone, takes_automatic=False)
    return Reader(address.email, requester.language, office.time_zone, ticket.copies, address.takes_automatic)


def member_reader(member: Membership) -> Reader:
    return Reader(member.email, member.user.language, member.office.time_zone)


def choices_line(tenant: Tenant) -> str:
    """Where a member decides which mails they get; the last line of each of those."""
    return _("You choose what you are told of: %(url)s") % {"url": tenant.url(reverse("tickets:wishes"))}


def moment(at: datetime | None) -> str:
    """An instant in full, in the reader's language and zone; the zone is named, because readers live in several."""
    if at is None:
        return ""
    local = timezone.localtime(at)
    # Translators: date format of a full instant in a mail: "Thu 19 Nov 2026, 16:45", "to 19.11.2026 klo 16.45".
    written = date_format(local, pgettext("date format", "D j M Y, H:i"))
    return f"{written} ({local.tzname()})"


def values_of(ticket: Ticket) -> dict[str, str]:
    """The variables that every template knows, in the active language."""
    return {
        "number": tag(ticket.tenant, ticket.number),
        "title": ticket.title,
        "requester": ticket.requester.name,
        "customer": ticket.customer.name if ticket.customer else "",
        "desk": ticket.tenant.name,
        "received": moment(ticket.received_at),
        "assignee": ticket.assignee.name if ticket.assignee else "",
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """How a ticket mail goes out. `automatic` mail asks other programs not to answer; `plain` has no HTML.

    Files go along up to MOST_CARRIED bytes in all, the smallest first; the others as links.

    `follows` are the Message-IDs of the thread, oldest first; those of the ticket's messages by default.
    """

    automatic: bool = True
    key: str | None = None
    part: Message | None = None
    files: Sequence[File] = ()
    hold: timedelta = timedelta(0)
    plain: bool = False
    confidential: bool = False
    follows: Sequence[str] | None = None
    # Where a reader finds a file that is too large to go along, by its `source`.
    place_of: Callable[[int], str] | None = None


def post_alone(
    tenant: Tenant, desk: str, reader: Reader, content: Content, *, purpose: Purpose, key: str | None = None
) -> OutgoingMail:
    """A mail of no one ticket, under the content's title, from the address of a desk; nobody answers it."""
    return queue(
        Mail(
            purpose=purpose,
            message_id=make_msgid(domain=desk.rpartition("@")[2]).strip("<>"),
            from_name=tenant.name,
            from_address=desk,
            to=[reader.email],
            subject=content.title,
            text=content.as_text(),
            html=content.as_html(content.title, reader.language),
            language=reader.language,
            key=key,
            automatic=True,
        )
    )


def post(  # noqa: PLR0917  # private, and each caller reads like a sentence
    ticket: Ticket, purpose: Purpose, reader: Reader, subject: str, content: Content, how: Posting
) -> OutgoingMail:
    desk, tenant = ticket.queue.address, ticket.tenant
    subject = tagged_subject(tenant, ticket.number, subject)
    known = list(_thread_of(ticket) if how.follows is None else how.follows)
    files, content = _carried(how, content)
    return queue(
        Mail(
            purpose=purpose,
            message_id=make_message_id(tenant.pk, ticket.pk, desk),
            in_reply_to=known[-1] if known else "",
            references=known,
            from_name=_sender_name(tenant, how.part),
            from_address=desk,
            reply_to=reply_address(tenant.pk, ticket.pk, desk),
            to=[reader.email],
            cc=_copies(ticket, reader) if how.part else [],
            subject=subject,
            text=content.as_text(),
            html="" if how.plain else content.as_html(subject, reader.language),
            language=reader.language,
            files=files,
            about=ticket.pk,
            part=how.part.pk if how.part else None,
            key=how.key,
            automatic=how.automatic,
            confidential=how.confidential,
        ),
        hold=how.hold,
    )


def _carried(how: Posting, content: Content) -> tuple[list[File], Content]:
    """The files that go along, and what the mail says of the others. Servers refuse mails that are too large."""
    along, room = [], MOST_CARRIED
    for file in sorted(how.files, key=lambda file: file.size):
        if file.size <= room or file.source is None or how.place_of is None:
            along.append(file)
            room -= file.size
    left = [file for file in how.files if file not in along]
    links = [(f"{file.name} ({filesize_short(file.size)})", _place(how, file)) for file in left]
    return [file for file in how.files if file in along], replace(content, links=links)


def _place(how: Posting, file: File) -> str:
    return how.place_of(file.source) if how.place_of and file.source is not None else ""


def _thread_of(ticket: Ticket) -> Iterable[str]:
    return ticket.messages.exclude(mail_id="").order_by("at", "pk").values_list("mail_id", flat=True)


def _sender_name(tenant: Tenant, message: Message | None) -> str:
    """What a person of the desk writes comes from them and the desk, all else from the desk."""
    return f"{message.author_name}, {tenant.name}" if message and message.member_id else tenant.name


def _copies(ticket: Ticket, reader: Reader) -> list[str]:
    """Those who were in Cc of the requester's own mail and are known to be of their company; each once.

    Neither the requester again nor the desk, which would write to itself.
    """
    left_out = {reader.email.lower(), ticket.queue.address.lower()}
    known = {address.lower(): address for address in reader.copies if plain_address(address) not in left_out}
    return list(known.values())[:MOST_COPIES]
