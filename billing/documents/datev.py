"""A batch of bookings for DATEV: EXTF 700, category 21, version 13; cp1252, semicolons, CRLF, commas in numbers.

One row for each VAT rate of an invoice, gross: the customer's account against revenue. developer.datev.de describes
the format; the fields after the fourteenth are optional and left out.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from billing.documents.document import Invoice, VatGroup
from billing.documents.money import ZERO
from core.sheets import safe_text

COLUMNS = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz",
    "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto",
    "Buchungstext",
)  # fmt: skip
DEBIT, CREDIT = "S", "H"
LONGEST_TEXT, LONGEST_NUMBER, LONGEST_LABEL = 60, 36, 30


class NotBookable(ValueError):
    """An invoice that does not fit: another currency, or no account for its customer or its VAT."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Whose books these are. revenue gives the account for a VAT category and rate; debtors that of a customer, by
    the buyer's number (BT-46) or name."""

    consultant: int
    client: int
    year_begins: date
    first: date
    last: date
    made_at: datetime
    revenue: Mapping[tuple[str, Decimal], int]
    debtors: Mapping[str, int]
    label: str = ""
    account_digits: int = 4


def booking_batch(batch: Batch, invoices: Iterable[Invoice]) -> bytes:
    """The whole file. Raises NotBookable."""
    lines = [_header(batch), ";".join(COLUMNS)]
    lines += [row for invoice in invoices for row in _rows(batch, invoice)]
    return "".join(f"{line}\r\n" for line in lines).encode("cp1252", "replace")


def _header(batch: Batch) -> str:
    made = f"{batch.made_at:%Y%m%d%H%M%S}{batch.made_at.microsecond // 1000:03}"
    fields = (
        '"EXTF"', "700", "21", '"Buchungsstapel"', "13", made, "", '"RE"', '""', '""', str(batch.consultant),
        str(batch.client), f"{batch.year_begins:%Y%m%d}", str(batch.account_digits), f"{batch.first:%Y%m%d}",
        f"{batch.last:%Y%m%d}", _text(batch.label, LONGEST_LABEL), '""', "1", "0", "0", '"EUR"', "", '""', "", "",
        '"03"', "", "", '""', '""',
    )  # fmt: skip
    return ";".join(fields)


def _rows(batch: Batch, invoice: Invoice) -> Iterator[str]:
    if invoice.currency != "EUR":
        raise NotBookable(f"{invoice.number} is in {invoice.currency}, the books are in EUR")
    debtor = batch.debtors.get(invoice.buyer.number.value) or batch.debtors.get(invoice.buyer.name)
    if debtor is None:
        raise NotBookable(f"{invoice.number}: no account for {invoice.buyer.name}")
    for group in invoice.vat:
        gross = (group.base or ZERO) + (group.amount or ZERO)
        if gross:
            yield _row(invoice, debtor, _revenue(batch, invoice, group), gross)


def _revenue(batch: Batch, invoice: Invoice, group: VatGroup) -> int:
    account = batch.revenue.get((group.category, group.rate or ZERO))
    if account is None:
        raise NotBookable(f"{invoice.number}: no revenue account for VAT {group.category} {group.rate or 0} %")
    return account


def _row(invoice: Invoice, debtor: int, revenue: int, gross: Decimal) -> str:
    """Amounts are positive: a credit note, or a group that is less than nothing, turns debit and credit."""
    side = CREDIT if invoice.is_credit != (gross < 0) else DEBIT
    fields = (
        f"{abs(gross):.2f}".replace(".", ","), f'"{side}"', '"EUR"', "", "", "", str(debtor), str(revenue), '""',
        f"{invoice.issued_on:%d%m}", _text(invoice.number, LONGEST_NUMBER), '""', "",
        _text(invoice.buyer.name, LONGEST_TEXT),
    )  # fmt: skip
    return ";".join(fields)


def _text(text: str, longest: int) -> str:
    """Quoted, on one line, and no formula for whoever opens the file in a spreadsheet."""
    plain = safe_text(" ".join(text.split()))[:longest]
    return f'"{plain.replace(chr(34), chr(34) * 2)}"'
