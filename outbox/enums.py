"""Closed lists of outgoing mail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class MailState(TextChoices):
    """Where an outgoing mail is. `sending` is claimed by a worker; `kept` never left this machine, on purpose."""

    QUEUED = "queued", _("Waits to be sent")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Delivered to the mail server")
    KEPT = "kept", _("Kept here")
    FAILED = "failed", _("Could not be sent")
    CANCELLED = "cancelled", _("Taken back")


class Fate(TextChoices):
    """What became of a mail at one receiver. The first two are not settled: the mail is handed over again.

    `uncertain`: the server fell silent after it had got the mail, and may have delivered it; `unknown`: it did so
    twice, and a third mail would be one too many. `late` and the bounces are what reports say of accepted mail.
    """

    DELAYED = "delayed", _("delayed, tried again by itself")
    UNCERTAIN = "uncertain", _("no answer, tried once more")
    ACCEPTED = "accepted", _("delivered")
    UNKNOWN = "unknown", _("perhaps delivered: the server did not answer")
    REFUSED = "refused", _("refused")
    LATE = "late", _("late on its way")
    SOFT = "soft", _("came back, the address may work later")
    HARD = "hard", _("came back, the address does not work")
    COMPLAINED = "complained", _("reported as spam by its reader")


class ReportKind(TextChoices):
    """What a report on a mail of ours says; the words of tickets' events."""

    BOUNCE = "bounce"
    DELAY = "delay"
    COMPLAINT = "complaint"


class TransportKind(TextChoices):
    """What takes a tenant's mail: a server by SMTP, or a provider by its own interface."""

    SMTP = "smtp", _("SMTP server")
    POSTMARK = "postmark", "Postmark"
    MAILGUN = "mailgun", "Mailgun"
    MAILGUN_EU = "mailgun_eu", _("Mailgun, EU region")
    BREVO = "brevo", "Brevo"


class RecordState(TextChoices):
    """What DNS said of a signing key when it was last asked. Silence and a question change nothing about signing."""

    UNASKED = "", _("Not checked yet")
    ASKING = "asking", _("Being checked")
    RIGHT = "right", _("The record is right, mails are signed")
    WRONG = "wrong", _("Another record stands there")
    MISSING = "missing", _("There is no record yet")
    SILENT = "silent", _("The name servers did not answer")


class Purpose(TextChoices):
    """Why a mail is sent; tenants may word each one per language."""

    ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement to the requester")
    DETAILS = "details", _("Ticket details to the consultant")
    REPLY = "reply", _("Reply to the requester")
    SOLUTION = "solution", _("Solution and confirmation request")
    REMINDER = "reminder", _("Reminder of a promise")
    CONFIRMATION = "confirmation", _("Reminder to confirm the solution")
    CLOSING = "closing", _("Notice that a ticket was closed")
    SURVEY = "survey", _("Question how it was")
    PORTAL = "portal", _("Invitation to the portal")
    INVOICE = "invoice", _("Invoice")
    CREDIT_NOTE = "credit_note", _("Credit note")
    ANSWERED = "answered", _("The requester's message to the consultant")
    SIDE = "side", _("Side conversation")
    RETURNED = "returned", _("A mail that did not arrive")
    COMMANDS = "commands", _("Answer to a mail with commands")
    HANDOVER = "handover", _("Standing in for a colleague")
    NEWS = "news", _("What a member wants to hear of")
    CODE = "code", _("Code for a new browser")
    SYSTEM = "system", _("Sign-in and account")


class CallEvent(TextChoices):
    """What a webhook is told of; the receiver finds it as `type`."""

    STEP = "promise.step", _("Step of a promise")
    TEST = "webhook.test", _("Test")


class CallState(TextChoices):
    """Where a call is. `calling` is claimed by a worker."""

    QUEUED = "queued", _("Waits to be made")
    CALLING = "calling", _("Being made")
    DONE = "done", _("Taken")
    FAILED = "failed", _("Given up")


class CallOutcome(TextChoices):
    """What came of a try. Of what was answered only the status is kept."""

    ANSWERED = "answered", _("answered")
    SILENT = "silent", _("no answer in time")
    UNREACHED = "unreached", _("not reached")
    UNSAFE = "unsafe", _("its certificate is not valid")
    FORBIDDEN = "forbidden", _("not on the public internet")
