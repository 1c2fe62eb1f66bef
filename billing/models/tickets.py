"""What billing has to know of a ticket that nobody else needs."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Membership, TenantManager, TenantModel
from billing.enums import Credit
from tickets.models import Ticket


class TicketBilling(TenantModel):
    """One row for each ticket, made when first needed; a ticket without one has nothing said about it."""

    ticket = TenantForeignKey(Ticket, models.CASCADE, related_name="billings")
    order_number = models.CharField(_("Order number"), max_length=40, blank=True)
    credit = models.CharField(
        _("Credit for the broken promise"), max_length=9, choices=Credit, default=Credit.UNDECIDED
    )
    credit_note = models.CharField(_("Why"), max_length=300, blank=True)
    # Whether the gate had nothing to say when it was asked for the first time, and when it had nothing left.
    asked_at = models.DateTimeField(null=True, editable=False)
    first_try = models.BooleanField(null=True, editable=False)
    complete_at = models.DateTimeField(null=True, editable=False)
    approved_at = models.DateTimeField(null=True, editable=False)
    approved_by = TenantForeignKey(Membership, null=True, editable=False, related_name="+")

    objects: ClassVar[TenantManager["TicketBilling"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "ticket"], name="ticket_billing_once"),
            models.CheckConstraint(
                condition=models.Q(asked_at=None, first_try=None)
                | models.Q(asked_at__isnull=False, first_try__isnull=False),
                name="ticket_billing_asked",
            ),
        ]

    def __str__(self) -> str:
        return f"billing of {self.ticket_id}"
