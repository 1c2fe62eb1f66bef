"""The record of sensitive acts. The application role may add to it and read it, nothing else."""

from django.db import models

from accounts.enums import ActorKind
from accounts.fields import TenantForeignKey
from accounts.models.base import TenantModel
from accounts.models.members import Membership


class AuditEntry(TenantModel):
    """Who did what to which thing, and when."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    member = TenantForeignKey(Membership, null=True, related_name="+")
    actor_name = models.CharField(max_length=120)
    action = models.CharField(max_length=60)
    target = models.CharField(max_length=120, blank=True)
    data = models.JSONField(default=dict)

    class Meta(TenantModel.Meta):
        indexes = [models.Index(fields=["tenant", "-at"], name="audit_latest")]

    def __str__(self) -> str:
        return f"{self.action} {self.target}"
