"""The program in which a company keeps its books, and how the books name what is on invoices."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Customer, LegalEntity, TenantManager, TenantModel
from billing.enums import PROGRAMS, Target

ACCOUNT = 40


class Books(TenantModel):
    """At most one row for each company; without one, or without a program, it gets neutral files.

    `accounts` has an account (for QuickBooks a product) for each kind of line, `taxes` a code for each VAT by
    `billing.documents.ledgers.vat_key` (for DATEV the revenue account), `centres` a cost centre for each office by its
    id. What is empty is left out.
    """

    legal_entity = TenantForeignKey(LegalEntity, models.CASCADE, related_name="books")
    program = models.CharField(
        _("Books are kept in"), max_length=10, blank=True, choices=[(each.value, each.label) for each in PROGRAMS]
    )
    consultant = models.PositiveIntegerField(
        _("Number of the tax consultant"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1001), MaxValueValidator(9_999_999)],
    )
    client = models.PositiveIntegerField(
        _("Number of the client"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(99_999)]
    )
    receivables = models.CharField(_("Account of customers without one of their own"), max_length=ACCOUNT, blank=True)
    revenue = models.CharField(_("Revenue, where nothing else is said"), max_length=ACCOUNT, blank=True)
    vat_account = models.CharField(_("Account of VAT on sales"), max_length=ACCOUNT, blank=True)
    accounts = models.JSONField(default=dict, editable=False)
    taxes = models.JSONField(default=dict, editable=False)
    centres = models.JSONField(default=dict, editable=False)

    objects: ClassVar[TenantManager["Books"]] = TenantManager()

    class Meta(TenantModel.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "legal_entity"], name="books_once")]

    def __str__(self) -> str:
        return f"books of {self.legal_entity_id}"

    @property
    def is_complete(self) -> bool:
        """Whether a file for its program can be made; a rate of VAT may still lack its code."""
        needed = NEEDED.get(self.program)
        return bool(needed and self.taxes and all(getattr(self, name) for name in needed))

    def centre_of(self, customer: Customer) -> str:
        """The cost centre of the office that serves the customer, or ""."""
        return str(self.centres.get(str(customer.office_id), ""))


# What each program wants to know, and cannot do without.
NEEDED: dict[str, tuple[str, ...]] = {
    Target.DATEV: ("consultant", "client", "receivables"),
    Target.JOURNAL: ("receivables", "revenue", "vat_account"),
    Target.XERO: ("revenue",),
    Target.QUICKBOOKS: ("revenue",),
}
DIGITS = RegexValidator(r"\A[0-9]{4,9}\Z", _("Four to nine digits."))
