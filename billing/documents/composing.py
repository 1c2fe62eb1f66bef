"""From what was rated to the document: names, references, days, legal texts, sums."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from billing.documents.arithmetic import summed
from billing.documents.barcode import virtual_barcode
from billing.documents.document import (
    CREDIT_NOTE,
    INVOICE,
    Account,
    Invoice,
    Line,
    Party,
    Payment,
    Preceding,
    Totals,
)
from billing.documents.identifiers import creditor_reference, national_reference
from billing.documents.legal import credit_terms, exemptions, late_interest, late_interest_percent, payment_terms
from billing.documents.phrases import line_name, why_of
from billing.rating import result as rated

SEPA = "58"
OUTSIDE = "O"


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document says beside what was rated.

    `tickets` are subjects by the ids of rating, `orders` their order numbers, `works` the workspace's names
    of types of work; `prefix` stands before the numbers of tickets.
    """

    seller: Party
    buyer: Party
    account: Account
    language: str
    contract: str
    first: date
    last: date
    prefix: str = ""
    orders: Mapping[str, str] = field(default_factory=dict)
    buyer_reference: str = ""
    tickets: Mapping[str, str] = field(default_factory=dict)
    works: Mapping[str, str] = field(default_factory=dict)


def composed(result: rated.Result, facts: Facts) -> Invoice:
    """A document without number and days, summed; `issued` gives it both."""
    lines = tuple(_line(str(at), line, facts) for at, line in enumerate(result.lines, start=1))
    orders = set(facts.orders.values())
    outside = any(line.category == OUTSIDE for line in lines)
    invoice = Invoice(
        number="",
        issued_on=None,
        type_code=INVOICE,
        currency=result.totals.currency,
        # BR-O-02: an invoice outside the scope shows no VAT number.
        seller=replace(facts.seller, vat_id="") if outside else facts.seller,
        buyer=replace(facts.buyer, vat_id="") if outside else facts.buyer,
        lines=lines,
        vat=(),
        totals=Totals(),
        payment=Payment(SEPA, "SEPA", "", (facts.account,) if facts.account.iban else ()),
        delivered_on=None,
        starts_on=min([facts.first, *(line.first for line in result.lines)]),
        ends_on=max([facts.last, *(line.last for line in result.lines)]),
        buyer_reference=facts.buyer_reference,
        order=orders.pop() if len(orders) == 1 else "",
        contract=facts.contract,
        language=facts.language,
    )
    return summed(invoice, exemptions(facts.language))


def issued(invoice: Invoice, number: str, issued_on: date, due_on: date) -> Invoice:
    """With its number, the reference that follows from it, its days, and what the law wants said."""
    reference = reference_of(number, invoice.payment.accounts[0].iban if invoice.payment.accounts else "")
    percent = late_interest_percent(issued_on) if invoice.seller.address.country == "FI" else None
    dated = replace(
        invoice,
        number=number,
        issued_on=issued_on,
        due_on=due_on,
        payment=replace(invoice.payment, reference=reference),
        terms=payment_terms(issued_on, due_on, invoice.language),
        late_interest=late_interest(invoice.language),
        late_interest_percent=percent,
    )
    return replace(dated, payment=replace(dated.payment, virtual_barcode=_barcode(dated)))


def credited(invoice: Invoice, number: str, issued_on: date, reason: str) -> Invoice:
    """The credit note that takes back a whole invoice, which it names."""
    return replace(
        invoice,
        number=number,
        issued_on=issued_on,
        type_code=CREDIT_NOTE,
        preceding=(Preceding(invoice.number, invoice.issued_on),),
        notes=(reason,) if reason else (),
        due_on=None,
        payment=replace(invoice.payment, virtual_barcode=""),
        terms=credit_terms(invoice.number, invoice.language),
        late_interest="",
        late_interest_percent=None,
    )


def reference_of(number: str, iban: str) -> str:
    """From the digits of an invoice's number: a viitenumero for a Finnish account, else RF."""
    national = national_reference("".join(sign for sign in number if sign.isdigit()))
    return national if iban.startswith("FI") else creditor_reference(national)


def _barcode(invoice: Invoice) -> str:
    """For a Finnish account in euros, where there is something to pay."""
    accounts, payable = invoice.payment.accounts, invoice.totals.payable
    if not accounts or not accounts[0].iban.startswith("FI") or invoice.currency != "EUR" or not payable:
        return ""
    return virtual_barcode(accounts[0].iban, payable, invoice.payment.reference, invoice.due_on)


def _line(number: str, line: rated.Line, facts: Facts) -> Line:
    ticket = f"{facts.prefix}-{line.ticket}" if line.ticket and facts.prefix else line.ticket or ""
    category, rate = _tax(line)
    base = Decimal(line.price_base) if line.price_base != 1 else None
    return Line(
        id=number,
        name=line_name(line.kind, line.item, facts.works, facts.language),
        note=". ".join(text for text in (why_of(line.reasons, facts.language), _order(line, facts)) if text),
        description=facts.tickets.get(line.ticket or "", ""),
        quantity=line.quantity,
        unit=line.unit,
        price=line.unit_price,
        net=line.net,
        category=category,
        rate=rate,
        ticket=ticket,
        starts_on=line.first,
        ends_on=line.last,
        base_quantity=base,
        base_unit=line.unit if base else "",
    )


def _order(line: rated.Line, facts: Facts) -> str:
    """The order number of a ticket, where the invoice has several."""
    order = facts.orders.get(line.ticket or "", "")
    return f"PO {order}" if order and len(set(facts.orders.values())) > 1 else ""


def _tax(line: rated.Line) -> tuple[str, Decimal | None]:
    """One category and rate; those of several parts (India) are told as one, none at all as outside the scope."""
    if not line.tax or line.tax[0].category == OUTSIDE:
        return OUTSIDE, None
    return line.tax[0].category, sum((tax.rate for tax in line.tax), Decimal(0))
