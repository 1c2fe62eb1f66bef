"""Closed lists of the people's side."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    """What a membership may do in its tenant."""

    ADMIN = "admin", _("Admin")
    LEAD = "lead", _("Team lead")
    AGENT = "agent", _("Agent")
    CONSULTANT = "consultant", _("Consultant")
    FINANCE = "finance", _("Finance")


# Whoever sees every ticket without a grant. Finance has what is billed, and conversations only by a grant.
SEE_EVERY_TICKET = (Role.ADMIN, Role.LEAD)


class Language(TextChoices):
    """Languages that pages and mails are written in."""

    ENGLISH = "en", _("English")
    FINNISH = "fi", _("Finnish")


class Theme(TextChoices):
    SYSTEM = "system", _("Like the device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class ActorKind(TextChoices):
    """Who did something: a person of the desk, a requester, or Vaste itself."""

    SYSTEM = "system", _("System")
    MEMBER = "member", _("Member")
    REQUESTER = "requester", _("Requester")


class AfterSending(TextChoices):
    """Where a member lands after writing on a ticket."""

    STAY = "stay", _("stay here")
    NEXT = "next", _("open the next ticket")
    LIST = "list", _("go to the list")
