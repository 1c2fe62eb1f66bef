"""The two sides of an invoice: what a company of the tenant and a customer have printed on it."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.fields import TenantForeignKey
from accounts.models import Customer, LegalEntity, TenantManager, TenantModel
from billing.enums import BY_MAIL, E_INVOICES, Delivery, InvoiceLanguage

LONGEST_TERM = 180
# Where invoices have to come out of certified or cleared systems, and why ours is none.
NOT_HERE: dict[str, Promise] = {
    "ES": _(
        "Spain wants invoices from certified systems (Verifactu). Vaste gives neutral lines for such a system and "
        "issues no invoice itself."
    ),
    "IN": _(
        "India wants each invoice cleared by its portal (IRP). Vaste gives neutral lines for the system that does it "
        "and issues no invoice itself."
    ),
}
_PREFIX = RegexValidator(r"\A[A-Z]{1,4}\Z", _("One to four capital letters."))


class Address(TenantModel):
    """Where somebody is, and under which electronic address e-invoices find them."""

    street = models.CharField(_("Street"), max_length=120, blank=True)
    post_code = models.CharField(_("Post code"), max_length=16, blank=True)
    city = models.CharField(_("City"), max_length=80, blank=True)
    region = models.CharField(
        _("Region"), max_length=8, blank=True, help_text=_("Where tax depends on it, such as ON or KA.")
    )
    einvoice_address = models.CharField(
        _("E-invoicing address"),
        max_length=64,
        blank=True,
        help_text=_("An OVT such as 003701234567, or another number."),
    )
    einvoice_scheme = models.CharField(
        _("Register of that address"),
        max_length=4,
        blank=True,
        help_text=_("0216 for an OVT, 0204 for a Leitweg-ID, 0088 for a GLN."),
    )
    einvoice_operator = models.CharField(
        _("Operator"),
        max_length=35,
        blank=True,
        help_text=_("Who delivers Finvoice, such as NDEAFIHH or 003723327487."),
    )

    class Meta(TenantModel.Meta):
        abstract = True

    @property
    def has_address(self) -> bool:
        return bool(self.street.strip() and self.post_code.strip() and self.city.strip())


class Seller(Address):
    """What a company of the tenant prints on its invoices, and where it is paid. At most one row for each."""

    legal_entity = TenantForeignKey(LegalEntity, models.CASCADE, related_name="sellers")
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    account_name = models.CharField(
        _("Holder of the account"), max_length=70, blank=True, help_text=_("Empty: the company itself")
    )
    contact_name = models.CharField(_("Contact"), max_length=80, blank=True)
    contact_phone = models.CharField(_("Phone"), max_length=40, blank=True)
    contact_email = models.EmailField(_("Email address"), blank=True)
    language = models.CharField(_("Language"), max_length=2, choices=InvoiceLanguage, default=InvoiceLanguage.ENGLISH)
    payment_days = models.PositiveSmallIntegerField(
        _("Days to pay"), default=14, validators=[MaxValueValidator(LONGEST_TERM)]
    )
    prefix = models.CharField(
        _("Invoice numbers begin with"),
        max_length=4,
        blank=True,
        validators=[_PREFIX],
        help_text=_("FI26-000123 has FI."),
    )
    # Makes the digits of a number, and with them the reference, unique across the tenant's series.
    series_digit = models.PositiveSmallIntegerField(
        _("Digit of the series"),
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
        help_text=_("A different one for each company, so that no reference number appears twice."),
    )
    year_begins = models.PositiveSmallIntegerField(
        _("The financial year begins in month"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    # Where the picture lies in the archive; its name there is its SHA-256.
    logo_key = models.CharField(max_length=120, blank=True, editable=False)
    retention_years = models.PositiveSmallIntegerField(
        _("Invoices are kept for years"), default=6, validators=[MinValueValidator(1), MaxValueValidator(30)]
    )

    objects: ClassVar[TenantManager["Seller"]] = TenantManager()

    class Meta(Address.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "legal_entity"], name="seller_once"),
            models.UniqueConstraint(fields=["tenant", "series_digit"], name="seller_series_digit"),
        ]

    def __str__(self) -> str:
        return str(self.legal_entity_id)

    @property
    def issues_here(self) -> bool:
        """Whether its country lets invoices come out of Vaste; neutral lines come out for all."""
        return self.legal_entity.country not in NOT_HERE

    @property
    def why_not_here(self) -> Promise | str:
        """Why it issues no invoices here, in words; empty where it does."""
        return NOT_HERE.get(self.legal_entity.country, "")


class Buyer(Address):
    """What a customer's invoices need beside its name. At most one row for each."""

    customer = TenantForeignKey(Customer, models.CASCADE, related_name="buyers")
    business = models.BooleanField(_("A business"), default=True)
    vat_id = models.CharField(_("VAT number"), max_length=20, blank=True)
    buyer_reference = models.CharField(
        _("Buyer reference"),
        max_length=60,
        blank=True,
        help_text=_("What their side finds the invoice by; a Leitweg-ID of German authorities."),
    )
    wants = models.CharField(_("Wants invoices as"), max_length=10, choices=Delivery, default=Delivery.PDF)
    invoice_email = models.EmailField(_("Address for invoices"), blank=True)
    language = models.CharField(
        _("Language of invoices"), max_length=2, choices=InvoiceLanguage, default=InvoiceLanguage.ENGLISH
    )
    payment_days = models.PositiveSmallIntegerField(
        _("Days to pay"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LONGEST_TERM)],
        help_text=_("Empty: as the company has it"),
    )

    ledger_account = models.CharField(
        _("Account in the books"),
        max_length=40,
        blank=True,
        help_text=_("The customer's own account. Empty: the company's account for such customers"),
    )

    objects: ClassVar[TenantManager["Buyer"]] = TenantManager()

    class Meta(Address.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "customer"], name="buyer_once")]

    def __str__(self) -> str:
        return str(self.customer_id)

    @property
    def incomplete(self) -> frozenset[str]:
        """What an invoice to them would lack, in the words of `billing.rating.taxes.Party`."""
        lacks = set() if self.has_address else {"address"}
        return frozenset(lacks if self.is_reachable else lacks | {"einvoice_address"})

    @property
    def is_reachable(self) -> bool:
        """Whether the way in which they want invoices has an address."""
        if self.wants in BY_MAIL:
            return bool(self.invoice_email)
        if self.wants not in E_INVOICES:
            return True
        operator = self.einvoice_operator or self.wants != Delivery.FINVOICE
        reference = self.buyer_reference or self.wants != Delivery.XRECHNUNG
        return bool(self.einvoice_address and self.einvoice_scheme and operator and reference)
