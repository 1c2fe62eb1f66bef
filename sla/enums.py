"""Closed lists of promises."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Priority(TextChoices):
    """How urgent a ticket is; the rows of a policy's targets."""

    URGENT = "urgent", _("Critical")
    HIGH = "high", _("High")
    NORMAL = "normal", _("Normal")
    LOW = "low", _("Low")


class TimerState(TextChoices):
    """Where one promise stands."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Met")
    BREACHED = "breached", _("Late")
    CANCELLED = "cancelled", _("No longer promised")
