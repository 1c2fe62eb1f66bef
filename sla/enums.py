"""Closed lists of promises."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Priority(TextChoices):
    """How urgent a ticket is; the rows of a policy's targets."""

    URGENT = "urgent", _("Critical")
    HIGH = "high", _("High")
    NORMAL = "normal", _("Normal")
    LOW = "low", _("Low")


class Reopening(TextChoices):
    """What a reopened ticket makes of the time it was finished; the values of sla.log.Reopening."""

    CONTINUE = "continue", _("goes on where it stopped")
    COUNT = "count", _("goes on, and the time in between counts")
    RESTART = "restart", _("begins anew")


class PolicyChange(TextChoices):
    """What other promises make of the time already used; the values of sla.log.PolicyChange."""

    CARRY = "carry", _("the time used so far is kept")
    RETROACTIVE = "retroactive", _("all is counted again by the new ones")
    RESTART = "restart", _("the clock begins anew")


class Merging(TextChoices):
    """Whose reception counts for the survivor of a merge; the values of sla.log.Merging."""

    EARLIEST = "earliest", _("brings its reception along if it is earlier")
    KEEP = "keep", _("leaves the other's reception as it is")


class TimerState(TextChoices):
    """Where one promise stands."""

    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    MET = "met", _("Met")
    BREACHED = "breached", _("Late")
    CANCELLED = "cancelled", _("No longer promised")
