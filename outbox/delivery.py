"""A stored mail as the bytes that leave."""

import re
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Any, Protocol

from core.files import load
from outbox.answers import Answers
from outbox.models import OutgoingMail, SigningKey
from outbox.signing import sign
from outbox.signing_keys import covers


class WrittenHeader(UnstructuredHeader, BaseHeader):
    """A value that stands as it is to leave, folded only at its spaces.

    The standard library encodes ids that are longer than a line, and folds long names without their quotes.
    """

    @classmethod
    def parse(cls, value: str, kwds: dict[str, Any]) -> None:
        super().parse(value, kwds)
        kwds["decoded"] = value

    def fold(self, *, policy: Policy) -> str:
        lines = textwrap.wrap(
            str(self),
            policy.max_line_length or 78,
            initial_indent=f"{self.name}: ",
            subsequent_indent=" ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        return policy.linesep.join([*lines, ""])


MEDIA_TYPE = re.compile(r"(application|audio|font|image|text|video)/([a-z0-9][a-z0-9!#$&^_.+-]{0,80})")
HEADERS = HeaderRegistry()
for written in ("from", "in-reply-to", "references"):
    HEADERS.map_to_type(written, WrittenHeader)
# Seven bits, so that no server on the way has to write the mail anew, which would break its signature.
POLICY = SMTP.clone(header_factory=HEADERS, cte_type="7bit")
# A bare CR or LF is the end of a line to some servers only; with a dot after it, the end of the mail.
LINE_END = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail ready for the wire, for those of its receivers who are still to get it; lines end in CRLF."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class Carrier(Protocol):
    """Who takes mail from us: an SMTP server, or a provider."""

    def hand_over(self, mail: Envelope) -> Answers:
        """Give it the mail for each of its receivers; an answer for each of them.

        Raises ServerFailing where it came to no mail at all.
        """
        ...


def envelope(mail: OutgoingMail, recipients: Sequence[str]) -> Envelope:
    """The mail as RFC 5322 bytes with its attachments. All receivers stand in it, whoever it is handed over for."""
    message = head(mail)
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for file in mail.files.all():
        kind, subtype = _media_type(file.content_type)
        message.add_attachment(load(file.storage_key), maintype=kind, subtype=subtype, filename=_file_name(file.name))
    return Envelope(mail.from_address, tuple(recipients), _signed(mail, _lines(bytes(message))))


def _signed(mail: OutgoingMail, content: bytes) -> bytes:
    """With the signature of the tenant's key for the sender's domain, where DNS publishes one."""
    keys = SigningKey.objects.filter(signs=True)
    key = next((key for key in keys if covers(key.domain, mail.from_address)), None)
    if key is None or mail.confidential:
        return content
    return sign(content, domain=key.domain, selector=key.selector, private=key.private)


def _lines(content: bytes) -> bytes:
    whole = LINE_END.sub(b"\r\n", content)
    return whole if whole.endswith(b"\r\n") else whole + b"\r\n"


def head(mail: OutgoingMail) -> EmailMessage:
    """The mail's header fields, each once, whatever stands in its words."""
    message = EmailMessage(policy=POLICY)
    message["From"] = f"{_phrase(mail.from_name)} <{mail.from_address}>"
    message["To"] = _one_line(", ".join(mail.to))
    if mail.cc:
        message["Cc"] = _one_line(", ".join(mail.cc))
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message["Subject"] = _one_line(mail.subject)
    message["Date"] = format_datetime(mail.queued_at)
    message["Message-ID"] = f"<{mail.message_id}>"
    if replied := _ids([mail.in_reply_to]):
        message["In-Reply-To"] = replied
    if references := _ids(mail.references):
        message["References"] = references
    message["X-Vaste-Tenant"] = str(mail.tenant.slug)
    if mail.automatic:
        # RFC 3834: no auto-responder may answer this.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
    return message


def _file_name(name: str) -> str:
    """A name as a header can hold it: a line break in it would keep the whole mail from leaving."""
    return _one_line("".join(letter if letter.isprintable() else " " for letter in name)) or "file"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _phrase(name: str) -> str:
    """A display name that is nothing else to anybody: quoted, or in encoded words."""
    if name.isascii() and name.isprintable():
        return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return " ".join(Header(name, "utf-8").encode().split())


def _ids(ids: Sequence[str]) -> str:
    """Message ids in brackets; other people's may hold anything, and only ASCII can stand in a header."""
    return " ".join(f"<{known}>" for known in ids if known and known.isascii())


def _media_type(declared: str) -> tuple[str, str]:
    """Type and subtype of a file; what is no plain type, or is built of parts, is sent as mere bytes."""
    found = MEDIA_TYPE.fullmatch(declared.lower())
    return (found[1], found[2]) if found else ("application", "octet-stream")
