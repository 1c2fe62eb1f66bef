"""Money in templates."""

from decimal import Decimal

from django import template

from billing.documents.identifiers import grouped
from billing.services.files import FORMS
from billing.showing import money_words

register = template.Library()
NAMES = {
    "pdf": "PDF",
    "finvoice": "Finvoice",
    "peppol": "Peppol",
    "xrechnung": "XRechnung",
    "xrechnung-cii": "XRechnung (CII)",
    "csv": "CSV",
    "xlsx": "XLSX",
}


@register.filter
def money(amount: Decimal, currency: str) -> str:
    """An amount with its currency."""
    return money_words(amount, currency)


@register.filter
def form_name(form: str) -> str:
    """What finance calls a form."""
    return NAMES.get(form, form)


@register.filter
def in_groups(reference: str) -> str:
    """A payment reference as it is printed."""
    return grouped(reference)


@register.filter
def in_order(files: list) -> list:  # type: ignore[type-arg]  # rows of InvoiceFile
    """Sound files in the order in which finance looks for them."""
    forms = list(FORMS)
    return sorted((file for file in files if file.is_sound), key=lambda file: forms.index(file.form))
