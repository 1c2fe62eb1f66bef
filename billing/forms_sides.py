"""What companies and customers have on their invoices, checked where it is typed."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import TenantModelForm
from accounts.models import LegalEntity, Tenant
from billing.documents import identifiers
from billing.enums import BY_ACCOUNT, BY_MAIL, E_INVOICES, Delivery
from billing.models import Books, Buyer, Seller
from billing.pictures import LARGEST, NoPicture, drawn_anew
from billing.services import logos
from core.forms import LookMixin

CHECKS: Mapping[str, tuple[Callable[[str], bool], Any]] = {
    "iban": (identifiers.is_iban, _("Its check digits do not fit: a digit is wrong or missing.")),
    "bic": (identifiers.is_bic, _("A BIC has eight or eleven signs, such as NDEAFIHH.")),
    "vat_id": (
        identifiers.is_vat_number,
        _("Its form or check digit does not fit. Write it with the country, like FI12345671."),
    ),
}


class SideForm(TenantModelForm):
    """An address, and numbers that are checked by their own digits."""

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in set(CHECKS) & set(self.fields):
            plain = str(data.get(name) or "").replace(" ", "").upper()
            data[name] = plain
            check, words = CHECKS[name]
            if plain and not check(plain):
                self.add_error(name, words)
        self._check_electronic(data)
        return data

    def _check_electronic(self, data: Mapping[str, Any]) -> None:
        address, scheme = data.get("einvoice_address") or "", data.get("einvoice_scheme") or ""
        if bool(address) != bool(scheme):
            self.add_error(
                "einvoice_scheme" if address else "einvoice_address", _("Address and register go together.")
            )
        elif address and not identifiers.is_registered(address, scheme):
            self.add_error("einvoice_address", _("This is no number of that register: its digits do not fit."))


WHERE = ("street", "post_code", "city", "region")
ELECTRONIC = ("einvoice_address", "einvoice_scheme", "einvoice_operator")


class SellerForm(SideForm):
    """What a company prints on its invoices, with its own numbers."""

    logo = forms.FileField(label=_("Logo on invoices"), required=False, help_text=_("PNG or JPEG, at most 2 MB."))
    no_logo = forms.BooleanField(label=_("Remove the logo"), required=False)
    business_id = forms.CharField(label=_("Business ID"), max_length=20, required=False)
    vat_id = forms.CharField(label=_("VAT number"), max_length=20, required=False)

    class Meta:
        model = Seller
        fields = [
            *WHERE, "iban", "bic", "account_name", "contact_name", "contact_phone", "contact_email", "prefix",
            "series_digit", "payment_days", "language", *ELECTRONIC, "year_begins", "retention_years",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        company = self.instance.legal_entity
        self.initial.update(business_id=company.business_id, vat_id=company.vat_id)
        self.order_fields(["business_id", "vat_id", *self.Meta.fields])
        if not self.instance.logo_key:
            del self.fields["no_logo"]

    def clean_business_id(self) -> str:
        number = str(self.cleaned_data["business_id"]).strip()
        if number and self.instance.legal_entity.country == "FI" and not identifiers.is_business_id(number):
            raise forms.ValidationError(_("Its check digit does not fit. Write it like 1234567-1."))
        return number

    def clean_logo(self) -> bytes | None:
        """The picture drawn anew, so that nothing else is in it."""
        upload = self.cleaned_data["logo"]
        if not upload:
            return None
        try:
            return drawn_anew(upload.read() if upload.size <= LARGEST else b"")
        except NoPicture as unreadable:
            raise forms.ValidationError(_("PNG or JPEG, at most 2 MB.")) from unreadable

    def seller(self) -> Seller:
        """The row with its logo; after cleaning, not saved."""
        row: Seller = self.save(commit=False)
        if self.cleaned_data.get("no_logo"):
            row.logo_key = ""
        if self.cleaned_data["logo"]:
            row.logo_key = logos.keep(row.tenant_id, self.cleaned_data["logo"])
        return row

    def company(self) -> LegalEntity:
        """The company with the numbers that were typed; after cleaning, not saved."""
        row: LegalEntity = self.instance.legal_entity
        row.business_id, row.vat_id = self.cleaned_data["business_id"], self.cleaned_data["vat_id"]
        return row


class BuyerForm(SideForm):
    """How a customer is invoiced."""

    class Meta:
        model = Buyer
        fields = [
            "business", "vat_id", *WHERE, "wants", "invoice_email", *ELECTRONIC, "buyer_reference", "language",
            "payment_days", "ledger_account",
        ]  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not Books.objects.filter(program__in=BY_ACCOUNT).exists():
            del self.fields["ledger_account"]

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        wants = data.get("wants")
        needs = _NEEDS.get(str(wants), ())
        for name in needs:
            if not data.get(name) and name not in self.errors:
                self.add_error(name, _("Invoices in this form need it."))
        return data


_NEEDS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(map(str, BY_MAIL), ("invoice_email",)),
    **dict.fromkeys(map(str, E_INVOICES), ("einvoice_address", "einvoice_scheme")),
    Delivery.FINVOICE.value: ("einvoice_address", "einvoice_scheme", "einvoice_operator"),
    Delivery.XRECHNUNG.value: ("einvoice_address", "einvoice_scheme", "buyer_reference"),
}


class SwitchForm(LookMixin, forms.ModelForm):  # type: ignore[type-arg]  # not generic when it runs
    """Whether the tenant invoices from here."""

    class Meta:
        model = Tenant
        fields = ["billing_on"]
