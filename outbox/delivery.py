"""A stored mail as bytes, and those bytes to a mail server."""

import re
import smtplib
import ssl
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from email.header import Header
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings

from core.files import load
from core.network import require_public, require_public_peer
from outbox.models import OutgoingMail, Transport

TIMEOUT_SECONDS = 30


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
POLICY = SMTP.clone(header_factory=HEADERS)


class DeliveryRefused(Exception):
    """The server will never take this mail (a 5xx answer)."""


class DeliveryDelayed(Exception):
    """The server cannot take this mail now; another try makes sense."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where mail is handed over."""

    host: str
    port: int
    security: str
    username: str
    password: str
    # Named by a tenant: it must lie outside our own network. The installation's own server may stand beside us.
    foreign: bool = False


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail ready for the wire; `copies` are those who may miss it without the mail being lost."""

    sender: str
    recipients: tuple[str, ...]
    copies: tuple[str, ...]
    content: bytes


def server_for(mail: OutgoingMail) -> Server | None:
    """The server this mail leaves by; None where it stays on this machine.

    Confidential mail never leaves by a tenant's server: its admin could read sign-in codes there.
    """
    if mail.tenant.is_demo:
        return None
    own = None if mail.confidential else Transport.objects.first()
    if own is not None:
        return Server(own.host, own.port, own.security, own.username, own.password, foreign=True)
    if not settings.VASTE_SMTP_URL:
        return None
    url = urlsplit(settings.VASTE_SMTP_URL)
    security = {"smtps": Transport.Security.TLS, "smtp+tls": Transport.Security.STARTTLS}.get(url.scheme, "none")
    return Server(
        url.hostname or "localhost", url.port or 25, security, unquote(url.username or ""), unquote(url.password or "")
    )


def envelope(mail: OutgoingMail) -> Envelope:
    """The mail as RFC 5322 bytes with its attachments, and whom to hand it for."""
    message = head(mail)
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for file in mail.files.all():
        kind, subtype = _media_type(file.content_type)
        message.add_attachment(load(file.storage_key), maintype=kind, subtype=subtype, filename=file.name)
    return Envelope(mail.from_address, tuple(mail.to), tuple(mail.cc), bytes(message))


def head(mail: OutgoingMail) -> EmailMessage:
    """The mail's header fields, each once, whatever stands in its words."""
    message = EmailMessage(policy=POLICY)
    message["From"] = f"{_phrase(mail.from_name)} <{mail.from_address}>"
    message["To"] = ", ".join(mail.to)
    if mail.cc:
        message["Cc"] = ", ".join(mail.cc)
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message["Subject"] = " ".join(mail.subject.split())
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


def hand_over(mail: Envelope, server: Server) -> str:
    """Give the mail to the server; returns when the server has taken responsibility for it.

    Returns what it said about copies that it refused for good, usually nothing. Raises DeliveryRefused or
    DeliveryDelayed with the server's words; then nobody has got the mail, but for a time-out after DATA.
    """
    try:
        connection = _connect(server)
        try:
            return _transact(connection, mail)
        finally:
            _hang_up(connection)
    except smtplib.SMTPDataError as error:
        raise _judge(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPResponseException as error:
        # Refused before it had seen the mail, such as by a wrong password: the desk's to mend, and the mail waits.
        raise DeliveryDelayed(f"{error.smtp_code} {_words(error.smtp_error)}") from error
    except UnicodeError as error:
        raise DeliveryRefused("An address has letters that the server cannot take.") from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryDelayed(str(error) or type(error).__name__) from error


def _connect(server: Server) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if server.foreign:
        require_public(server.host, server.port)
    if server.security == Transport.Security.TLS:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_SECONDS, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    try:
        if server.foreign:
            require_public_peer(connection.sock)
        if server.security == Transport.Security.STARTTLS:
            connection.starttls(context=context)
        if server.username:
            connection.login(server.username, server.password)
    except BaseException:
        connection.close()
        raise
    return connection


def _transact(connection: smtplib.SMTP, mail: Envelope) -> str:
    """One SMTP transaction for all or for nobody: half a delivery could not be tried again without doubling it."""
    connection.ehlo_or_helo_if_needed()
    _expect(*connection.mail(mail.sender))
    missed = []
    for address in (*mail.recipients, *mail.copies):
        code, words = connection.rcpt(address)
        if code >= 500 and address in mail.copies:
            missed.append(f"{address}: {code} {_words(words)}")
        else:
            _expect(code, words)
    _expect(*connection.data(mail.content))
    return "; ".join(missed)


def _expect(code: int, words: bytes) -> None:
    if code not in (250, 251):
        raise _judge(code, words)


def _judge(code: int, answer: bytes | str) -> DeliveryRefused | DeliveryDelayed:
    words = f"{code} {_words(answer)}"
    return DeliveryRefused(words) if code >= 500 else DeliveryDelayed(words)


def _words(answer: bytes | str) -> str:
    return answer.decode(errors="replace") if isinstance(answer, bytes) else answer


def _hang_up(connection: smtplib.SMTP) -> None:
    """Say goodbye; whatever becomes of that changes nothing about the mail."""
    try:
        connection.quit()
    except (OSError, smtplib.SMTPException):
        connection.close()
