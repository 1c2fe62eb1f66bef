"""The neutral file: one row for each line, for whatever finance loads it into; amounts of a credit note are negative.

VAT of a row is its share of the group's VAT, so that rows add up to the invoice to the cent.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from billing.documents.document import Adjustment, Invoice, Line
from billing.documents.money import ONE_PIECE, ZERO, share
from core.sheets import Cell, Sheet

COLUMNS = (
    "kind", "invoice_no", "invoice_date", "due_date", "credits_invoice_no", "customer", "customer_vat", "reference",
    "currency", "line", "ticket", "service_date", "description", "quantity", "unit", "unit_price", "price_base", "net",
    "vat_code", "vat_rate", "vat", "account", "cost_centre",
)  # fmt: skip


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


def sheet_of(invoices: Iterable[tuple[Invoice, str]]) -> Sheet:
    """Invoices, each with its cost centre or "", as one table with decimal points."""
    every = (row for invoice, cost_centre in invoices for row in rows(invoice, cost_centre))
    return Sheet(COLUMNS, ([row[name] for name in COLUMNS] for row in every))


def _day(value: date | None) -> str:
    return value.isoformat() if value else ""
