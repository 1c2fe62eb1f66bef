"""Invoices that went to their customers by mail."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantManager, TenantModel
from billing.models.invoices import Invoice
from outbox.models import OutgoingMail


class InvoiceMail(TenantModel):
    """That a mail has an invoice. One by itself, `again` each time that finance sends it once more."""

    invoice = TenantForeignKey(Invoice, related_name="mails")
    mail = TenantForeignKey(OutgoingMail, models.CASCADE, related_name="+")
    again = models.BooleanField(default=False)
    by = TenantForeignKey(Membership, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[TenantManager["InvoiceMail"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "invoice"], condition=Q(again=False), name="invoice_mailed_once")
        ]
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"mail of {self.invoice_id}"
