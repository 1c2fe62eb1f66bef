"""Closed lists of the portal."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Guests(TextChoices):
    """Who may sign in, once the address is proved."""

    KNOWN = "known", _("People whom the desk knows")
    COMPANY = "company", _("And everybody of your customers' mail domains")
    ANYBODY = "anybody", _("And anybody else")


class Badly(TextChoices):
    """How badly somebody is stopped, in their words; the values are those of the ticket's priority."""

    LOW = "low", _("It is a small thing")
    NORMAL = "normal", _("We can work with a detour")
    HIGH = "high", _("We cannot work")
