"""Closed lists of incoming mail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class IntakeMode(TextChoices):
    """What a mailbox does with a mail that belongs to no ticket."""

    OPEN = "open", _("Open a ticket at once")
    TRIAGE = "triage", _("Hold it for triage")


class AfterFetch(TextChoices):
    """What happens in the mailbox once a mail is committed here."""

    SEEN = "seen", _("Mark it as read")
    DELETE = "delete", _("Delete it")


class InboundState(TextChoices):
    """Where an incoming mail is. Received is the only state that a worker still has to act on."""

    RECEIVED = "received", _("Received")
    TRIAGE = "triage", _("Waits for triage")
    LINKED = "linked", _("On a ticket")
    DUPLICATE = "duplicate", _("The same mail again")
    IGNORED = "ignored", _("Needs no ticket")
    QUARANTINED = "quarantined", _("In quarantine")
