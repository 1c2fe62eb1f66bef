"""Invoices for programs that keep books, as tables over the neutral lines: a journal, Xero, QuickBooks Online.

A line that is worth nothing is no booking and is left out. Amounts of a credit note are negative in the neutral lines;
in the journal they change sides.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from billing.documents import sheets
from billing.documents.document import Invoice
from billing.documents.money import ONE_PIECE, ZERO, cents
from core.sheets import safe_text

JOURNAL = ("document", "posting_date", "account", "cost_centre", "debit", "credit", "tax_code", "currency", "text")
XERO = (
    "*ContactName", "*InvoiceNumber", "Reference", "*InvoiceDate", "*DueDate", "Description", "*Quantity",
    "*UnitAmount", "*AccountCode", "*TaxType", "Currency",
)  # fmt: skip
QUICKBOOKS = (
    "*InvoiceNo", "*Customer", "*InvoiceDate", "*DueDate", "Memo", "Item(Product/Service)", "ItemDescription",
    "ItemQuantity", "ItemRate", "*ItemAmount", "ItemTaxCode", "ItemTaxAmount", "Currency", "Service Date",
)  # fmt: skip
# What one file may hold: Xero counts invoices, QuickBooks invoices and rows with the one of names.
XERO_MOST = 500
QUICKBOOKS_MOST, QUICKBOOKS_ROWS = 100, 999
HOURS = Decimal("0.0001")
Row = Mapping[str, Any]


class Unmapped(ValueError):
    """A VAT category and rate that the books have no code for."""

    def __init__(self, number: str, vat: str) -> None:
        super().__init__(f"{number}: no code for VAT {vat}")
        self.number, self.vat = number, vat


@dataclass(frozen=True, slots=True)
class Chart:
    """How a company's books name things.

    `taxes` has a code for each VAT by `vat_key`; `accounts` an account, or for QuickBooks a product, for each kind of
    line, and `revenue` the one of all other lines. The journal alone wants `vat_account`.
    """

    revenue: str
    taxes: Mapping[str, str]
    accounts: Mapping[str, str] = field(default_factory=dict)
    vat_account: str = ""


@dataclass(frozen=True, slots=True)
class Booked:
    """A document with what it does not say: the kind of each line by its id, the customer's account, a cost centre."""

    document: Invoice
    kinds: Mapping[str, str]
    receivables: str = ""
    cost_centre: str = ""


def vat_key(category: str, rate: Decimal | None) -> str:
    """How a VAT category and rate are written: "S 25.5", "AE 0", "O"."""
    return category if rate is None else f"{category} {rate.normalize():f}"


def journal(chart: Chart, invoices: Iterable[Booked]) -> bytes:
    """One batch of bookings: gross to the customer's account, net to revenue, VAT to its account.

    UTF-8 with a byte order mark, semicolons, decimal points. Raises Unmapped, and ArithmeticError for a document whose
    two sides differ.
    """
    rows = [row for booked in invoices for row in _bookings(chart, booked)]
    return b"\xef\xbb\xbf" + _table(JOURNAL, rows, ";")


def _bookings(chart: Chart, booked: Booked) -> Iterator[Row]:
    document, lines = booked.document, _lines(chart, booked)
    nets: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    taxes: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        nets[line["account"], line["code"]] += line["net"]
        taxes[line["code"]] += line["vat"]
    sign = -1 if document.is_credit else 1
    amounts = [(booked.receivables, "", "", (document.totals.gross or ZERO) * sign)]
    amounts += [(account, booked.cost_centre, code, -net) for (account, code), net in nets.items()]
    amounts += [(chart.vat_account, "", code, -vat) for code, vat in taxes.items()]
    if difference := sum((amount for *_, amount in amounts), ZERO):
        raise ArithmeticError(f"{document.number}: debit and credit differ by {difference}")
    for account, centre, code, amount in amounts:
        if amount:
            yield {
                "document": document.number,
                "posting_date": document.issued_on.isoformat() if document.issued_on else "",
                "account": account,
                "cost_centre": centre,
                "debit": amount if amount > 0 else None,
                "credit": -amount if amount < 0 else None,
                "tax_code": code,
                "currency": document.currency,
                "text": document.buyer.name,
            }


def xero(chart: Chart, invoices: Iterable[Booked]) -> list[bytes]:
    """Files of at most 500 invoices. Xero reckons totals anew, so each line's quantity x price is its net to the cent.

    A credit note is an invoice with a negative total, as Xero wants it.
    """
    parts = _chunks([_xero(chart, booked) for booked in invoices], XERO_MOST)
    return [_table(XERO, part, ",") for part in parts]


def _xero(chart: Chart, booked: Booked) -> list[Row]:
    document = booked.document
    return [
        {
            "*ContactName": document.buyer.name,
            "*InvoiceNumber": document.number,
            "Reference": document.payment.reference,
            "*InvoiceDate": _day(document.issued_on),
            "*DueDate": _day(document.due_on or document.issued_on),
            "Description": _described(line),
            "*Quantity": line["hours"],
            "*UnitAmount": line["rate"],
            "*AccountCode": line["account"],
            "*TaxType": line["code"],
            "Currency": document.currency,
        }
        for line in _lines(chart, booked)
    ]


def quickbooks(chart: Chart, invoices: Iterable[Booked]) -> tuple[list[bytes], list[bytes]]:
    """Files of invoices and files of credit notes, which QuickBooks takes apart from each other and positive."""
    held = list(invoices)
    made = []
    for is_credit in (False, True):
        rows = [_quickbooks(chart, each) for each in held if each.document.is_credit == is_credit]
        made.append([_table(QUICKBOOKS, part, ",") for part in _chunks(rows, QUICKBOOKS_MOST, QUICKBOOKS_ROWS)])
    return made[0], made[1]


def _quickbooks(chart: Chart, booked: Booked) -> list[Row]:
    document = booked.document
    sign = -1 if document.is_credit else 1
    return [
        {
            "*InvoiceNo": document.number,
            "*Customer": document.buyer.name,
            "*InvoiceDate": _day(document.issued_on),
            "*DueDate": _day(document.due_on or document.issued_on),
            "Memo": document.payment.reference,
            "Item(Product/Service)": line["account"],
            "ItemDescription": _described(line),
            "ItemQuantity": line["hours"],
            "ItemRate": line["rate"] * sign,
            "*ItemAmount": line["net"] * sign,
            "ItemTaxCode": line["code"],
            "ItemTaxAmount": line["vat"] * sign,
            "Currency": document.currency,
            "Service Date": _day(date.fromisoformat(line["service_date"])) if line["service_date"] else "",
        }
        for line in _lines(chart, booked)
    ]


def _lines(chart: Chart, booked: Booked) -> list[dict[str, Any]]:
    """The neutral lines that are worth something, each with its account, code, and hours that make its net."""
    found = []
    for row in sheets.rows(booked.document, booked.cost_centre):
        if row["net"] or row["vat"]:
            vat = vat_key(str(row["vat_code"]), _decimal(row["vat_rate"]))
            code, kind = chart.taxes.get(vat, ""), booked.kinds.get(str(row["line"]), "")
            if not code:
                raise Unmapped(booked.document.number, vat)
            hours, rate = _priced(row)
            account = chart.accounts.get(kind) or chart.revenue
            found.append({**row, "code": code, "account": account, "hours": hours, "rate": rate})
    return found


def _priced(row: Row) -> tuple[Decimal, Decimal]:
    """A positive quantity with four decimals and a price that make the net; else one piece at the net."""
    net, price = row["net"], _decimal(row["unit_price"]) or ZERO
    base = _decimal(row["price_base"]) or ONE_PIECE
    quantity = abs(row["quantity"] / base).quantize(HOURS, ROUND_HALF_UP)
    signed = abs(price) if net > 0 else -abs(price)
    return (quantity, signed) if cents(quantity * signed) == net else (ONE_PIECE, net)


def _decimal(cell: object) -> Decimal | None:
    return cell if isinstance(cell, Decimal) else None


def _described(line: Row) -> str:
    return ", ".join(str(text) for text in (line["ticket"], line["description"]) if text)


def _chunks(invoices: Sequence[list[Row]], most: int, most_rows: int = 10**9) -> list[list[Row]]:
    """Rows for one file each; the rows of an invoice stay together."""
    files: list[list[Row]] = []
    held = 0
    for rows in (each for each in invoices if each):
        if not files or held >= most or len(files[-1]) + len(rows) > most_rows:
            files.append([])
            held = 0
        files[-1] += rows
        held += 1
    return files


def _table(columns: Sequence[str], rows: Iterable[Row], delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(columns)
    for row in rows:
        writer.writerow(_cell(row[name]) for name in columns)
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return safe_text(str(value or ""))


def _day(value: date | None) -> str:
    return f"{value:%d/%m/%Y}" if value else ""
