"""Signed links: a revocable row, one ticket, one person, many uses."""

from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.fields import TenantForeignKey
from accounts.models import Membership, Requester, TenantManager, TenantModel, TenantQuerySet
from tickets.enums import LinkPurpose
from tickets.models.tickets import Ticket


class AccessLinkQuerySet(TenantQuerySet["AccessLink"]):
    def usable(self, at: datetime | None = None) -> "AccessLinkQuerySet":
        return self.filter(revoked_at=None, expires_at__gt=at or timezone.now())


AccessLinkManager = TenantManager.from_queryset(AccessLinkQuerySet)


class AccessLink(TenantModel):
    """What a mail's link opens. Only the token's digest is stored."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="links")
    purpose = models.CharField(max_length=8, choices=LinkPurpose)
    member = TenantForeignKey(Membership, models.CASCADE, null=True, related_name="+")
    requester = TenantForeignKey(Requester, models.CASCADE, null=True, related_name="+")
    token_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    # The code mailed for a new browser: its digest, until when, and how often a wrong one was typed.
    code_hash = models.CharField(max_length=64, blank=True)
    code_expires_at = models.DateTimeField(null=True)
    code_tries = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[AccessLinkManager["AccessLink"]] = AccessLinkManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "token_hash"], name="access_link_token"),
            models.CheckConstraint(
                condition=Q(member__isnull=False, requester=None) | Q(member=None, requester__isnull=False),
                name="access_link_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} link to {self.ticket_id}"


class BoundBrowser(TenantModel):
    """A browser in which a consultant has typed the mailed code; only the cookie's digest is stored."""

    member = TenantForeignKey(Membership, models.CASCADE, related_name="browsers")
    secret_hash = models.CharField(max_length=64)
    bound_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "secret_hash"], name="bound_browser_secret")]

    def __str__(self) -> str:
        return f"browser of {self.member_id}"


class UsedFormToken(TenantModel):
    """A form of a link page that was sent: the unique row refuses the second press."""

    link = TenantForeignKey(AccessLink, models.CASCADE, related_name="+")
    token = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "link", "token"], name="form_token_once")]

    def __str__(self) -> str:
        return f"form of {self.link_id}"
