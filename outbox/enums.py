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


class Purpose(TextChoices):
    """Why a mail is sent; tenants may word each one per language."""

    ACKNOWLEDGEMENT = "acknowledgement", _("Acknowledgement to the requester")
    DETAILS = "details", _("Ticket details to the consultant")
    REPLY = "reply", _("Reply to the requester")
    SOLUTION = "solution", _("Solution and confirmation request")
    REMINDER = "reminder", _("Reminder of a promise")
    CONFIRMATION = "confirmation", _("Reminder to confirm the solution")
    ANSWERED = "answered", _("The requester's message to the consultant")
    CODE = "code", _("Code for a new browser")
    SYSTEM = "system", _("Sign-in and account")
