"""A company's books, as finance types them: which program, and what it calls accounts, VAT and cost centres."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from accounts.forms import TenantModelForm
from accounts.models import LegalEntity, Office
from billing.books import STANDARD, proposed_fields, proposed_tax
from billing.documents.ledgers import vat_key
from billing.enums import Target
from billing.models import Books, Invoice
from billing.models.books import ACCOUNT, DIGITS, NEEDED
from billing.rates import steps
from billing.showing import TITLES
from tickets.models import WorkType

Vat = tuple[str, Decimal | None]
# So many of the latest invoices are asked which VAT they have; it is the same few for years.
LATEST = 500
TAX, WORK, CENTRE = "tax_", "work_", "centre_"
CODES = {
    Target.DATEV: _("Revenue account for each VAT"),
    Target.JOURNAL: _("Tax code for each VAT"),
    Target.XERO: _("Tax rate for each VAT, by the name it has in Xero"),
    Target.QUICKBOOKS: _("Tax code for each VAT, by the name it has in QuickBooks"),
}
LINES = {
    Target.JOURNAL: _("Revenue account for each kind of work; empty: the one above"),
    Target.XERO: _("Account for each kind of work; empty: the one above"),
    Target.QUICKBOOKS: _("Product for each kind of work; empty: the one above"),
}
CATEGORIES = {
    "S": _("VAT %(rate)s %%"),
    "AE": _("Reverse charge"),
    "O": _("Outside the scope of VAT"),
    "G": _("Export"),
    "E": _("Exempt"),
    "Z": _("VAT 0 %%"),
}


class BooksForm(TenantModelForm):
    """The program alone at first; once it is chosen, what it wants, with what is usual already filled in."""

    class Meta:
        model = Books
        fields = ["program", "consultant", "client", "receivables", "revenue", "vat_account"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        books: Books = self.instance
        company = books.legal_entity
        self.fields["program"].choices = [("", _("None: the neutral files are enough")), *self._programs()]  # type: ignore[attr-defined]  # a choice
        self.main = NEEDED.get(books.program, ())
        for name in set(self.fields) - {"program", *self.main}:
            del self.fields[name]
        for name, text in proposed_fields(books.program, company.country).items():
            if not getattr(books, name):
                self.initial[name] = text
        if books.program == Target.QUICKBOOKS:
            self.fields["revenue"].label = _("Product, where nothing else is said")
        self._add_mappings(books, company)

    @staticmethod
    def _programs() -> list[tuple[str, Any]]:
        return [(value, label) for value, label in Books._meta.get_field("program").flatchoices if value]

    def _add_mappings(self, books: Books, company: LegalEntity) -> None:
        """A field for each VAT, kind of line and office that the program wants to hear of."""
        if books.program in CODES:
            for category, rate in vats_of(company):
                proposal = proposed_tax(books.program, company.country, category, rate)
                key = vat_key(category, rate)
                self._add(f"{TAX}{key}", vat_words(category, rate), books.taxes.get(key, proposal))
        if books.program in LINES:
            for code, name in _kinds():
                self._add(f"{WORK}{code}", name, books.accounts.get(code, ""))
        if books.program == Target.JOURNAL:
            for office in Office.objects.filter(legal_entity=company):
                self._add(f"{CENTRE}{office.pk}", office.name, books.centres.get(str(office.pk), ""))

    def _add(self, name: str, label: Any, text: str) -> None:
        validators = [DIGITS] if self.instance.program == Target.DATEV else []
        self.fields[name] = forms.CharField(label=label, max_length=ACCOUNT, required=False, validators=validators)
        self.initial[name] = text

    @property
    def head(self) -> list[forms.BoundField]:
        return [self["program"], *(self[name] for name in self.main)]

    @property
    def groups(self) -> Iterator[tuple[Any, list[forms.BoundField]]]:
        """The mappings under their titles."""
        titles = (
            (TAX, CODES.get(self.instance.program)),
            (WORK, LINES.get(self.instance.program)),
            (CENTRE, _("Cost centre for each office")),
        )
        for prefix, title in titles:
            if names := [name for name in self.fields if name.startswith(prefix)]:
                yield title, [self[name] for name in names]

    def clean_receivables(self) -> str:
        account = str(self.cleaned_data["receivables"]).strip()
        if account and self.instance.program == Target.DATEV:
            DIGITS(account)
        return account

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in () if self.is_other else self.main:
            if name not in self.errors and not data.get(name):
                self.add_error(name, ValidationError(_("Its files need it.")))
        return data

    @property
    def is_other(self) -> bool:
        """Whether another program was chosen, which calls everything by other names."""
        return "program" in self.changed_data

    def save(self, commit: bool = True) -> Books:
        """The row with its mappings; what was emptied is gone, what was not shown stays."""
        books: Books = super().save(commit=False)
        books.taxes = self._mapped(TAX, books.taxes)
        books.accounts = self._mapped(WORK, books.accounts)
        books.centres = self._mapped(CENTRE, books.centres)
        if self.is_other:
            books.taxes, books.accounts = {}, {}
            books.receivables = books.revenue = books.vat_account = ""
        if commit:
            books.save()
        return books

    def _mapped(self, prefix: str, before: Mapping[str, str]) -> dict[str, str]:
        typed = {name.removeprefix(prefix): self.cleaned_data[name] for name in self.fields if name.startswith(prefix)}
        return {key: text.strip() for key, text in {**before, **typed}.items() if text.strip()}


def vats_of(company: LegalEntity) -> list[Vat]:
    """The VAT that is on the company's latest invoices, and what is usual in its country."""
    found: set[Vat] = {("AE", Decimal(0)), ("O", None)}
    if known := steps(company.country):
        found.add((STANDARD, known[-1][1][0]))
    rows = Invoice.objects.filter(legal_entity=company).order_by("-pk").values_list("document__vat", flat=True)
    for groups in rows[:LATEST]:
        found |= set(_groups(groups or ()))
    return sorted(found, key=lambda vat: (vat[0] != STANDARD, vat[0], -(vat[1] or 0)))


def _groups(groups: Iterable[Mapping[str, Any]]) -> Iterator[Vat]:
    for group in groups:
        yield group["category"], Decimal(group["rate"]) if "rate" in group else None


def vat_words(category: str, rate: Decimal | None) -> Any:
    """A VAT as finance calls it."""
    words = CATEGORIES.get(category)
    return (
        words % {"rate": number_format(f"{(rate or Decimal(0)).normalize():f}")} if words else vat_key(category, rate)
    )


def _kinds() -> list[tuple[str, Any]]:
    """What may be on a line: types of work, fees, kilometres."""
    return [*WorkType.objects.exclude(code="").values_list("code", "name").order_by("pk"), *TITLES.items()]
