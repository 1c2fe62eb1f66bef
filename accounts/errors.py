"""What the services of people and tenants refuse, in words for the person who asked."""

from django.utils.translation import gettext_lazy as _


class AccountError(Exception):
    """A service refused; `str()` of it can be shown."""


class LastAdmin(AccountError):
    def __str__(self) -> str:
        return str(_("This is the last admin. Make somebody else an admin first."))


class AbsencesOverlap(AccountError):
    def __str__(self) -> str:
        return str(_("Another absence lies in these days."))


class AbsenceOver(AccountError):
    def __str__(self) -> str:
        return str(_("This absence is over."))
