"""What settings were at each time. The application role may add to it and read it, nothing else."""

from django.db import models
from django.utils import timezone

from accounts.fields import TenantForeignKey
from accounts.models.base import TenantModel
from accounts.models.members import Membership


class SettingVersion(TenantModel):
    """All values of one row of the settings as somebody left them; never secrets.

    A table of its own beside the audit log: that one names fields and no values, and is looked up by time, not by
    row.
    """

    thing = models.CharField(max_length=20)
    row = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    member = TenantForeignKey(Membership, null=True, related_name="+")
    actor_name = models.CharField(max_length=120, blank=True)
    value = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "thing", "row", "-id"], name="setting_version_of_row")]

    def __str__(self) -> str:
        return f"{self.thing} {self.row}"
