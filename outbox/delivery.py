"""A stored mail as bytes, and those bytes to a mail server."""

import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import unquote, urlsplit

from django.conf import settings

from core.files import load
from outbox.models import OutgoingMail, Transport

TIMEOUT_SECONDS = 30


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


@dataclass(frozen=True, slots=True)
class Envelope:
    """A mail ready for the wire."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


def server_for(mail: OutgoingMail) -> Server | None:
    """The server this mail leaves by; None where it stays on this machine.

    Confidential mail never leaves by a tenant's server: its admin could read sign-in codes there.
    """
    if mail.tenant.is_demo:
        return None
    own = None if mail.confidential else Transport.objects.first()
    if own is not None:
        return Server(own.host, own.port, own.security, own.username, own.password)
    if not settings.VASTE_SMTP_URL:
        return None
    url = urlsplit(settings.VASTE_SMTP_URL)
    security = {"smtps": Transport.Security.TLS, "smtp+tls": Transport.Security.STARTTLS}.get(url.scheme, "none")
    return Server(
        url.hostname or "localhost", url.port or 25, security, unquote(url.username or ""), unquote(url.password or "")
    )


def envelope(mail: OutgoingMail) -> Envelope:
    """The mail as RFC 5322 bytes with its attachments, and whom to hand it for."""
    message = EmailMessage(policy=SMTP)
    message["From"] = str(Address(mail.from_name, addr_spec=mail.from_address))
    message["To"] = ", ".join(mail.to)
    if mail.cc:
        message["Cc"] = ", ".join(mail.cc)
    if mail.reply_to:
        message["Reply-To"] = mail.reply_to
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(mail.queued_at)
    message["Message-ID"] = f"<{mail.message_id}>"
    if mail.in_reply_to:
        message["In-Reply-To"] = f"<{mail.in_reply_to}>"
    if mail.references:
        message["References"] = " ".join(f"<{reference}>" for reference in mail.references)
    message["X-Vaste-Tenant"] = str(mail.tenant.slug)
    if mail.automatic:
        # RFC 3834: no auto-responder may answer this.
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for file in mail.files.all():
        kind, _, subtype = file.content_type.partition("/")
        message.add_attachment(
            load(file.storage_key), maintype=kind, subtype=subtype or "octet-stream", filename=file.name
        )
    return Envelope(mail.from_address, (*mail.to, *mail.cc), bytes(message))


def hand_over(mail: Envelope, server: Server) -> None:
    """Give the mail to the server; returns when the server has taken responsibility for it.

    Raises DeliveryRefused or DeliveryDelayed with the server's words.
    """
    context = ssl.create_default_context()
    try:
        if server.security == Transport.Security.TLS:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
            )
        else:
            connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
        with connection:
            if server.security == Transport.Security.STARTTLS:
                connection.starttls(context=context)
            if server.username:
                connection.login(server.username, server.password)
            connection.sendmail(mail.sender, mail.recipients, mail.content)
    except smtplib.SMTPRecipientsRefused as error:
        answers = "; ".join(f"{code} {text.decode(errors='replace')}" for code, text in error.recipients.values())
        permanent = all(code >= 500 for code, _ in error.recipients.values())
        raise (DeliveryRefused if permanent else DeliveryDelayed)(answers) from error
    except smtplib.SMTPAuthenticationError as error:
        # A wrong password is the desk's to mend; the mail waits for it.
        raise DeliveryDelayed(str(error)) from error
    except smtplib.SMTPResponseException as error:
        raise (DeliveryRefused if error.smtp_code >= 500 else DeliveryDelayed)(str(error)) from error
    except (OSError, smtplib.SMTPException) as error:
        raise DeliveryDelayed(str(error) or type(error).__name__) from error
