"""Addresses of other programs that are called when something happens, and the calls to them."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import TenantModel
from core.secrets import seal, unseal
from outbox.enums import CallEvent, CallOutcome, CallState


class Webhook(TenantModel):
    """Where a program of the tenant's waits for calls, such as an on-call pager."""

    name = models.CharField(_("Name"), max_length=80)
    url = models.CharField(
        _("Address"), max_length=500, help_text=_("Begins with https and belongs to the public internet.")
    )
    # The key that calls are signed with, in the form in which receivers are given it.
    sealed_secret = models.CharField(max_length=500, editable=False)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="webhook_name")]
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def secret(self) -> str:
        return unseal(self.sealed_secret)

    @secret.setter
    def secret(self, secret: str) -> None:
        self.sealed_secret = seal(secret)


class WebhookCall(TenantModel):
    """One call, written in the transaction of what it tells about, made later by a worker.

    `message_id` is the same however often it is made, so that the receiver can drop doubles; `body` is JSON, byte for
    byte as it is signed. `key` makes queueing idempotent. `about` is what people know its subject by.
    """

    hook = TenantForeignKey(Webhook, models.CASCADE, related_name="calls")
    key = models.CharField(max_length=80)
    event = models.CharField(max_length=20, choices=CallEvent)
    about = models.CharField(max_length=60, blank=True)
    message_id = models.CharField(max_length=60)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=CallState, default=CallState.QUEUED)
    # What came of the last try, and the status it was answered with.
    outcome = models.CharField(max_length=12, choices=CallOutcome, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    queued_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    claimed_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "key"], name="webhook_call_key")]
        indexes = [
            models.Index(fields=["due_at"], name="webhook_call_due", condition=Q(state__in=["queued", "calling"])),
            models.Index(fields=["tenant", "hook", "-queued_at"], name="webhook_call_latest"),
        ]

    def __str__(self) -> str:
        return self.message_id
