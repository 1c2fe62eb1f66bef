"""The neutral file: one row for each line, for whatever finance loads it into; amounts of a credit note are negative.

VAT of a row is its share of the group's VAT, so that rows add up to the invoice to the cent.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal

from billing.documents.document import Adjustment, Invoice, Line
from billing.documents.money import ONE_PIECE, ZERO, share

Cell = str | Decimal | None
COLUMNS = (
    "kind", "invoice_no", "invoice_date", "due_date", "credits_invoice_no", "customer", "customer_vat", "reference",
    "currency", "line", "ticket", "service_date", "description", "quantity", "unit", "unit_price", "price_base", "net",
    "vat_code", "vat_rate", "vat", "account", "cost_centre",
)  # fmt: skip
# What a spreadsheet takes for the beginning of a formula, even after blanks and in its wide form.
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
# Stands in the file as the day it was made, so that the same invoices are the same bytes.
MADE = datetime(2000, 1, 1)  # noqa: DTZ001  # a spreadsheet has no zones


def rows(invoice: Invoice, cost_centre: str = "") -> Iterator[dict[str, Cell]]:
    """A row for each line, then one for each allowance and charge."""
    sign = -1 if invoice.is_credit else 1
    head = _head(invoice)
    parts: list[Line | Adjustment] = [*invoice.lines, *invoice.adjustments]
    shares = _shares(invoice, parts)
    for at, part in enumerate(parts):
        own = _line(part, sign) if isinstance(part, Line) else _adjustment(part, at, sign)
        yield {**head, **own, "vat": shares[at] * sign + ZERO, "cost_centre": cost_centre}


def _head(invoice: Invoice) -> dict[str, Cell]:
    return {
        "kind": "credit_note" if invoice.is_credit else "invoice",
        "invoice_no": invoice.number,
        "invoice_date": _day(invoice.issued_on),
        "due_date": _day(invoice.due_on),
        "credits_invoice_no": ", ".join(item.number for item in invoice.preceding),
        "customer": invoice.buyer.name,
        "customer_vat": invoice.buyer.vat_id,
        "reference": invoice.payment.reference,
        "currency": invoice.currency,
    }


def _line(line: Line, sign: int) -> dict[str, Cell]:
    return {
        "line": line.id,
        "ticket": line.ticket,
        "service_date": _day(line.starts_on or line.ends_on),
        "description": line.name,
        "quantity": (line.quantity or ZERO) * sign + ZERO,
        "unit": line.unit,
        "unit_price": line.price,
        "price_base": line.base_quantity or ONE_PIECE,
        "net": (line.net or ZERO) * sign + ZERO,
        "vat_code": line.category,
        "vat_rate": line.rate,
        "account": line.account,
    }


def _adjustment(adjustment: Adjustment, at: int, sign: int) -> dict[str, Cell]:
    """A line of its own: one piece at what it adds or takes."""
    return {
        "line": f"A{at + 1}",
        "ticket": "",
        "service_date": "",
        "description": adjustment.reason,
        "quantity": ONE_PIECE,
        "unit": "C62",
        "unit_price": adjustment.signed * sign + ZERO,
        "price_base": ONE_PIECE,
        "net": adjustment.signed * sign + ZERO,
        "vat_code": adjustment.category,
        "vat_rate": adjustment.rate,
        "account": "",
    }


def _shares(invoice: Invoice, parts: list[Line | Adjustment]) -> list[Decimal]:
    """Each part's VAT; the largest part of a group takes the cents that rounding left over."""
    nets = [part.net or ZERO if isinstance(part, Line) else part.signed for part in parts]
    shares = [share(net, part.rate or ZERO) for net, part in zip(nets, parts, strict=True)]
    for group in invoice.vat:
        members = [at for at, part in enumerate(parts) if (part.category, part.rate) == (group.category, group.rate)]
        if members:
            largest = max(members, key=lambda at: abs(nets[at]))
            shares[largest] += (group.amount or ZERO) - sum((shares[at] for at in members), ZERO)
    return shares


def as_csv(invoices: Iterable[Invoice], cost_centres: Mapping[str, str] | None = None) -> bytes:
    """UTF-8 with a byte order mark, semicolons, decimal points. `cost_centres` by invoice number."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(COLUMNS)
    for invoice in invoices:
        for row in rows(invoice, (cost_centres or {}).get(invoice.number, "")):
            writer.writerow(_plain(row[name]) for name in COLUMNS)
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def as_xlsx(invoices: Iterable[Invoice], cost_centres: Mapping[str, str] | None = None) -> bytes:
    """A workbook in which every text is a text by its type."""
    from xlsxwriter import Workbook  # noqa: PLC0415  # 2 MB, which those who serve pages seldom need

    file = io.BytesIO()
    book = Workbook(file, {"in_memory": True})
    book.set_properties({"created": MADE})
    page = book.add_worksheet()
    page.freeze_panes(1, 0)
    for column, name in enumerate(COLUMNS):
        page.write_string(0, column, name)
    every = (row for invoice in invoices for row in rows(invoice, (cost_centres or {}).get(invoice.number, "")))
    for at, row in enumerate(every, start=1):
        for column, name in enumerate(COLUMNS):
            cell = row[name]
            if isinstance(cell, Decimal):
                page.write_number(at, column, cell)
            elif cell:
                page.write_string(at, column, cell)
    book.close()
    return file.getvalue()


def safe_text(text: str) -> str:
    """With an apostrophe before it where a spreadsheet would calculate it, so that it stays a text."""
    return f"'{text}" if FORMULA.match(text) else text


def _plain(cell: Cell) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return safe_text(cell or "")


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""
