"""Business calendars. A version never changes; an edit makes the next one."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Office, TenantModel
from accounts.models.tenants import TimeZoneField


class Calendar(TenantModel):
    """Opening hours, holidays and time zone under a name."""

    name = models.CharField(_("Name"), max_length=80)
    office = TenantForeignKey(Office, null=True, blank=True, verbose_name=_("Office"), related_name="calendars")
    # Whose holidays are proposed: a part of the office's country, and with the eves that no law makes holidays.
    region = models.CharField(_("Region"), max_length=8, blank=True)
    eves = models.BooleanField(_("With eves that are free by agreement"), default=True)
    current = TenantForeignKey("sla.CalendarVersion", null=True, editable=False, related_name="+")

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="calendar_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class CalendarVersion(TenantModel):
    """The hours as they were from one moment on.

    `weekly`: {"0": [["08:00", "12:00"], ...]} with 0 for Monday and an end at or before the start for a night shift.
    `exceptions`: {"2026-12-24": {"name": "jouluaatto", "open": [["08:00", "12:00"]]}}; an empty list is closed.
    """

    calendar = TenantForeignKey(Calendar, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    time_zone = TimeZoneField(_("Time zone"))
    weekly = models.JSONField(default=dict)
    exceptions = models.JSONField(default=dict)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "calendar", "number"], name="calendar_version")]

    def __str__(self) -> str:
        return f"{self.calendar_id} v{self.number}"
