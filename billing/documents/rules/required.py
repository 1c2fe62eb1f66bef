"""What every document must have, and which of its parts must be the only one (EN 16931-1, BR-01 to BR-26)."""

import re
from collections import Counter
from collections.abc import Iterator

from billing.documents.codes import ALLOWED_TYPES, COUNTRIES, CURRENCIES
from billing.documents.document import Invoice, Line, Party
from billing.documents.findings import Finding, error
from billing.documents.identifiers import EU_PREFIXES

LONGEST_NUMBER = 35
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def check(invoice: Invoice) -> Iterator[Finding]:
    """Every term that is missing or stands twice."""
    yield from _head(invoice)
    yield from _party(invoice.seller, "seller", ("BR-06", "BT-27"), ("BR-09", "BT-40"))
    yield from _party(invoice.buyer, "buyer", ("BR-07", "BT-44"), ("BR-11", "BT-55"))
    yield from _lines(invoice)
    yield from _once(invoice)
    yield from _texts(invoice)


def _head(invoice: Invoice) -> Iterator[Finding]:
    if not invoice.number:
        yield error("BR-02", "BT-1", "the invoice number is missing")
    elif len(invoice.number) > LONGEST_NUMBER or invoice.number != invoice.number.strip():
        yield error("VASTE-NUMBER", "BT-1", "the invoice number {number!r} is not usable", number=invoice.number)
    if invoice.issued_on is None:
        yield error("BR-03", "BT-2", "the invoice date is missing")
    if not invoice.lines:
        yield error("BR-16", "BG-25", "there are no lines")
    yield from _codes(invoice)


def _codes(invoice: Invoice) -> Iterator[Finding]:
    if invoice.type_code not in ALLOWED_TYPES:
        yield error("BR-CL-01", "BT-3", "{code!r} is not a type of invoice", code=invoice.type_code)
    if invoice.currency not in CURRENCIES:
        yield error("BR-CL-04", "BT-5", "{code!r} is not a currency", code=invoice.currency)
    if invoice.tax_currency and invoice.tax_currency not in CURRENCIES:
        yield error("BR-CL-05", "BT-6", "{code!r} is not a currency", code=invoice.tax_currency)
    if invoice.tax_currency == invoice.currency and invoice.currency:
        yield error("PEPPOL-EN16931-R005", "BT-6", "the currency of the VAT is named although it is the invoice's own")


def _party(party: Party, who: str, name: tuple[str, str], country: tuple[str, str]) -> Iterator[Finding]:
    if not party.name.strip():
        yield error(*name, "the {who}'s name is missing", who=who)
    if not party.address.country:
        yield error(*country, "the {who}'s country is missing", who=who)
    elif party.address.country not in COUNTRIES:
        code = party.address.country
        yield error("BR-CL-14", country[1], "{code!r} is not a country code", who=who, code=code)
    yield from _address(party, who)
    if party.electronic.value and not party.electronic.scheme:
        term = "BT-34" if who == "seller" else "BT-49"
        code = "BR-62" if who == "seller" else "BR-63"
        yield error(code, term, "the {who}'s electronic address does not say what kind it is", who=who)


def _address(party: Party, who: str) -> Iterator[Finding]:
    """Directive 2006/112/EC art. 226 (5): the full name and address of both."""
    address = party.address
    parts = {"street": address.street or address.more, "town": address.city, "post code": address.post_code}
    for what, text in parts.items():
        if not text and (what != "post code" or address.country in EU_PREFIXES):
            term = "BG-5" if who == "seller" else "BG-8"
            yield error("VASTE-POSTAL-ADDRESS", term, "the {who}'s {what} is missing", who=who, what=what)


def _lines(invoice: Invoice) -> Iterator[Finding]:
    for at, line in enumerate(invoice.lines, start=1):
        where = f"line {line.id or at}"
        if not line.id:
            yield error("BR-21", "BT-126", "the line has no number", where)
        if not line.name.strip():
            yield error("BR-25", "BT-153", "the line does not say what was done", where)
        if line.quantity is None:
            yield error("BR-22", "BT-129", "the line has no quantity", where)
        if not line.unit:
            yield error("BR-23", "BT-130", "the line has no unit", where)
        if line.net is None:
            yield error("BR-24", "BT-131", "the line has no net amount", where)
        yield from _price(line, where)


def _price(line: Line, where: str) -> Iterator[Finding]:
    if line.price is None:
        yield error("BR-26", "BT-146", "the line has no price", where)
    elif line.price < 0:
        yield error("BR-27", "BT-146", "a price must not be negative", where)
    if line.base_quantity is not None and line.base_quantity <= 0:
        yield error("PEPPOL-EN16931-R121", "BT-149", "the price must be for more than nothing", where)
    if line.base_unit and line.base_unit != line.unit:
        text = "the quantity is in {unit}, but the price is for {base}"
        yield error("PEPPOL-EN16931-R130", "BT-150", text, where, unit=line.unit, base=line.base_unit)


def _once(invoice: Invoice) -> Iterator[Finding]:
    for number, count in Counter(line.id for line in invoice.lines if line.id).items():
        if count > 1:
            text = "{count} lines have the number {number}"
            yield error("VASTE-LINE-TWICE", "BT-126", text, f"line {number}", count=count, number=number)
    for name, count in Counter(item.filename for item in invoice.attachments if item.filename).items():
        if count > 1:
            yield error("BR-DE-22", "BT-125", "two attachments have the file name {name}", name=name)


def _texts(invoice: Invoice) -> Iterator[Finding]:
    """Signs that cannot be seen hide what a number or name really is."""
    texts = {"BT-1": invoice.number, "BT-10": invoice.buyer_reference, "BT-27": invoice.seller.name,
             "BT-44": invoice.buyer.name, "BT-83": invoice.payment.reference}  # fmt: skip
    for term, text in texts.items():
        if _CONTROL.search(text):
            yield error("VASTE-INVISIBLE", term, "the text holds signs that cannot be seen")
