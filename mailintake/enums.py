"""Closed lists of incoming mail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class IntakeMode(TextChoices):
    """What a mailbox does with a mail that belongs to no ticket."""

    OPEN = "open", _("Open a ticket at once")
    TRIAGE = "triage", _("Hold it for triage")


class AfterFetch(TextChoices):
    """What happens in the mailbox once a mail is committed here."""

    SEEN = "seen", _("Leave it there, marked as read")
    DELETE = "delete", _("Delete it")


class Protocol(TextChoices):
    """How a mailbox is read."""

    IMAP = "imap", "IMAP"
    POP3 = "pop3", "POP3"


class SignIn(TextChoices):
    """How we show a mail server that the mailbox is ours."""

    PASSWORD = "password", _("User name and password")
    MICROSOFT = "microsoft", "Microsoft 365"
    GOOGLE = "google", "Google"


class Trouble(TextChoices):
    """Why a mailbox could not be fetched; what to do about each is worded in mailintake.advice."""

    NO_SUCH_HOST = "no_such_host", _("There is no such server")
    PRIVATE = "private", _("The server is no server of the public internet")
    REFUSED = "refused", _("Nobody answers on this port")
    TIMEOUT = "timeout", _("The server does not answer in time")
    CUT = "cut", _("The server broke the connection off")
    TLS = "tls", _("The encryption does not fit")
    CERTIFICATE = "certificate", _("The server's certificate is not valid")
    NO_STARTTLS = "no_starttls", _("The server offers no encryption on this port")
    NEEDS_TLS = "needs_tls", _("The server takes no password without encryption")
    PASSWORD = "password", _("The user name or the password is wrong")
    APP_PASSWORD = "app_password", _("The provider wants an app password")
    NEEDS_SIGN_IN = "needs_sign_in", _("The provider takes no passwords")
    SIGN_IN_AGAIN = "sign_in_again", _("Sign in again at the provider")
    PROVIDER = "provider", _("The provider's sign-in does not answer")
    FOLDER = "folder", _("There is no such folder")
    BUSY = "busy", _("The server is busy")
    SECRET = "secret", _("The stored password cannot be read")
    OTHER = "other", _("The server said something unexpected")


class HookKind(TextChoices):
    """Who posts mails to a mailbox's web address, and so in what form."""

    RAW = "raw", _("A mail server or a script")
    MAILGUN = "mailgun", "Mailgun"
    POSTMARK = "postmark", "Postmark"
    SENDGRID = "sendgrid", "SendGrid"


class InboundState(TextChoices):
    """Where an incoming mail is. Received is the only state that a worker still has to act on."""

    RECEIVED = "received", _("Received")
    TRIAGE = "triage", _("Waits for triage")
    LINKED = "linked", _("On a ticket")
    DUPLICATE = "duplicate", _("The same mail again")
    IGNORED = "ignored", _("Needs no ticket")
    QUARANTINED = "quarantined", _("In quarantine")
