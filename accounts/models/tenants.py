"""The tenant and its host names. Global tables: they decide the scope, so they cannot lie inside one."""

import zoneinfo
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language


def validate_time_zone(value: str) -> None:
    """Refuse names that are not in the IANA time zone database."""
    if value not in zoneinfo.available_timezones():
        raise ValidationError(_("%(zone)s is not a time zone, write it like Europe/Helsinki."), params={"zone": value})


if TYPE_CHECKING:
    # Django's own field takes no type arguments when the code runs.
    _NameField = models.CharField[str, str]
else:
    _NameField = models.CharField


class TimeZoneField(_NameField):
    """The IANA name of a time zone, such as Europe/Helsinki."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = 64
        super().__init__(*args, **kwargs)
        self.validators.append(validate_time_zone)


class Tenant(models.Model):
    """The isolated workspace of one service provider."""

    name = models.CharField(_("Name"), max_length=120)
    slug = models.SlugField(max_length=40, unique=True)
    subject_prefix = models.CharField(
        _("Prefix of ticket numbers"),
        max_length=8,
        default="SYS",
        validators=[RegexValidator(r"\A[A-Z]{2,8}\Z", _("Two to eight capital letters."))],
    )
    language = models.CharField(_("Language"), max_length=5, choices=Language, default=Language.ENGLISH)
    time_zone = TimeZoneField(_("Time zone"), default="Europe/Helsinki")
    confirm_browsers = models.BooleanField(
        _("Consultants confirm a new browser with a mailed code"),
        default=True,
        help_text=_("Without it, whoever holds a forwarded mail can act for the consultant."),
    )
    require_two_step = models.BooleanField(
        _("Members sign in with a second step"),
        default=False,
        help_text=_("Whoever has not set it up does that first. Consultants' mail links stay as they are."),
    )
    knowledge_on = models.BooleanField(
        _("The desk has a knowledge base"),
        default=False,
        help_text=_("Articles for colleagues and customers, found from the ticket."),
    )
    help_on = models.BooleanField(
        _("Public articles can be read without signing in"),
        default=False,
        help_text=_("At /help/ of this workspace's address."),
    )
    help_indexed = models.BooleanField(
        _("Search engines may list them"),
        default=False,
    )
    billing_on = models.BooleanField(
        _("Work is invoiced from here"),
        default=False,
        help_text=_("What contracts cost, what is covered, and invoices at the end of the month."),
    )
    # Set by whoever runs the installation, with the name and its certificate in place.
    own_host = models.CharField(max_length=253, blank=True, editable=False)
    is_demo = models.BooleanField(default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        """The host name that links lead to: the tenant's own one, if it has one."""
        return self.own_host or f"{self.slug}.{settings.VASTE_BASE_DOMAIN}"

    def url(self, path: str = "/") -> str:
        """An absolute address in this tenant, made from its record and never from a request."""
        port = f":{settings.VASTE_PUBLIC_PORT}" if settings.VASTE_PUBLIC_PORT else ""
        return f"{settings.VASTE_SCHEME}://{self.host}{port}{path}"


class TenantHost(models.Model):
    """A host name that leads to a tenant; lower case, without port."""

    tenant = models.ForeignKey(Tenant, models.CASCADE, related_name="hosts")
    host = models.CharField(max_length=253, unique=True)

    def __str__(self) -> str:
        return self.host
