"""What finance does with a month: runs of the worker, closed months, what was handed over and sent."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import LegalEntity, Membership, TenantManager, TenantModel
from billing.enums import RunKind, Target
from billing.models.invoices import Invoice


class Run(TenantModel):
    """Work on many invoices that a worker does one by one; `todo` are ids that are still to come."""

    legal_entity = TenantForeignKey(LegalEntity, related_name="+")
    month = models.CharField(max_length=7)
    kind = models.CharField(max_length=7, choices=RunKind)
    todo = models.JSONField(default=list)
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    # What could not be done: [contract number, reason].
    problems = models.JSONField(default=list)
    by = TenantForeignKey(Membership, null=True, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    moved_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects: ClassVar[TenantManager["Run"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "legal_entity", "month"], condition=Q(ended_at=None), name="billing_run_once"
            )
        ]
        indexes = [models.Index(fields=["moved_at"], condition=Q(ended_at=None), name="billing_run_going")]

    def __str__(self) -> str:
        return f"{self.kind} {self.month}"

    @property
    def percent(self) -> int:
        """How far it has come, in whole percent."""
        return 100 * self.done // self.total if self.total else 100


class ClosedMonth(TenantModel):
    """A month in which a company issues nothing more; work that is entered later comes with the next."""

    legal_entity = TenantForeignKey(LegalEntity, related_name="+")
    month = models.CharField(max_length=7)
    by = TenantForeignKey(Membership, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[TenantManager["ClosedMonth"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "legal_entity", "month"], name="closed_month_once")]

    def __str__(self) -> str:
        return self.month


class ExportBatch(TenantModel):
    """Invoices handed over to another program in one file, written once."""

    legal_entity = TenantForeignKey(LegalEntity, related_name="+")
    target = models.CharField(_("For"), max_length=10, choices=Target)
    month = models.CharField(max_length=7)
    key = models.CharField(max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    filename = models.CharField(max_length=80)
    reason = models.CharField(_("Why again"), max_length=200, blank=True)
    by = TenantForeignKey(Membership, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[TenantManager["ExportBatch"]] = TenantManager()

    class Meta(TenantModel.Meta):
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.filename


class ExportedInvoice(TenantModel):
    """That a batch has an invoice. Once for each target, and again only where the batch says why."""

    batch = TenantForeignKey(ExportBatch, related_name="invoices")
    invoice = TenantForeignKey(Invoice, related_name="exports")
    target = models.CharField(max_length=10, choices=Target)
    again = models.BooleanField(default=False)

    objects: ClassVar[TenantManager["ExportedInvoice"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "invoice", "target"], condition=Q(again=False), name="exported_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} for {self.target}"
