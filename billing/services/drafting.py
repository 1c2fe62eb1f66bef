"""What a contract costs for a month, as a draft that finance looks at; nothing is bound by it yet."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.documents import composing, document, stored
from billing.documents.soundness import errors_of
from billing.enums import InvoiceKind, InvoiceState
from billing.gate import Code
from billing.models import ClosedMonth, Invoice, InvoiceLine
from billing.rating.engine import rate
from billing.rating.freezing import frozen
from billing.rating.result import Line, Result
from billing.rating.work import Inputs, Ticket
from billing.rating.writing import explained, written
from billing.services.inputs import buyer_of, inputs_of, sales_of, seller_of
from billing.services.sides import account_of, buyer_party, seller_party
from sla.models import Contract
from tickets import models as tickets

# Stands in for a number and days while a draft is tried for soundness.
TRIAL = "TRIAL-123456"
LONGEST_NAME, LONGEST_WHY = 200, 500


class BillingRefused(Exception):
    """What finance wanted cannot be; says in words why."""


@dataclass(frozen=True, slots=True)
class Rated:
    """What a contract costs for a month: from what, how, and as which document, without a number yet."""

    inputs: Inputs
    result: Result
    document: document.Invoice
    with_fees: bool

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to invoice and nothing that waits for somebody."""
        return not self.result.lines and not self.exceptions

    @property
    def exceptions(self) -> list[dict[str, Any]]:
        """What keeps work out, but for tickets that are simply not finished: they come with a later month."""
        unfinished = {each.ref for each in self.result.errors if each.code == Code.TICKET_NOT_FINISHED}
        waiting = unfinished | {entry.id for entry in self.inputs.entries if entry.ticket in unfinished}
        return [
            {"code": str(each.code), "ref": each.ref, "values": dict(each.values)}
            for each in self.result.errors
            if each.ref not in waiting
        ]


def first_and_last(month: str) -> tuple[date, date]:
    """The days of a month such as 2026-11. Raises ValueError."""
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


@transaction.atomic
def draft(contract: Contract, month: str, *, at: datetime | None = None) -> Invoice | None:
    """Rate a contract's month anew and keep it as its draft, in place of the one before; None where there is nothing.

    Raises BillingRefused where the month is closed, and NoTerms.
    """
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    refuse_closed(contract.legal_entity_id, month)
    now = at or timezone.now()
    found = rated(contract, month, now)
    before = Invoice.objects.open().filter(contract=contract, month=month, kind=InvoiceKind.INVOICE)
    if found.is_empty:
        before.delete()
        return None
    invoice = before.first() or Invoice(contract=contract, month=month)
    _fill(invoice, found, now)
    invoice.save()
    invoice.lines.all().delete()
    InvoiceLine.objects.bulk_create(lines_of(invoice, found))
    return invoice


def rated(contract: Contract, month: str, now: datetime) -> Rated:
    """What a month of a contract costs, as known at an instant. Raises NoTerms."""
    with_fees = not _fees_invoiced(contract, month)
    months, years = ((month,), _years(contract, month)) if with_fees else ((), ())
    inputs = _of_month(inputs_of(contract, now=now, months=months, years=years), month)
    inputs = replace(inputs, sales=sales_of(contract, inputs.contract, first_and_last(month)[1]))
    result = rate(inputs)
    return Rated(inputs, result, composing.composed(result, _facts(contract, month, inputs, result)), with_fees)


def lines_of(invoice: Invoice, found: Rated) -> list[InvoiceLine]:
    """Rows for reports, beside the document's own lines."""
    numbers = {int(line.ticket) for line in found.result.lines if line.ticket}
    rows = dict(tickets.Ticket.objects.filter(number__in=numbers).values_list("number", "pk"))
    pairs = zip(found.result.lines, found.document.lines, explained(found.result), strict=True)
    made = [_row(line, printed, why) for line, printed, why in pairs]
    for at, (row, line) in enumerate(zip(made, found.result.lines, strict=True), start=1):
        row.invoice, row.position = invoice, at
        row.ticket_id = rows.get(int(line.ticket)) if line.ticket else None
    return made


def refuse_closed(legal_entity_id: int, month: str) -> None:
    """Raises BillingRefused where nothing more is issued for the month."""
    if ClosedMonth.objects.filter(legal_entity=legal_entity_id, month=month).exists():
        raise BillingRefused(_("%(month)s is closed. New work comes with the next month.") % {"month": month})


def sound(found: document.Invoice, trial: str = TRIAL) -> list[str]:
    """What would keep a document from being issued, were it numbered today; in words."""
    day = found.ends_on or date(2000, 1, 1)
    return [str(each) for each in errors_of(composing.issued(found, trial, day, day))]


def _fill(invoice: Invoice, found: Rated, now: datetime) -> None:
    contract, totals = invoice.contract, found.result.totals
    invoice.legal_entity_id, invoice.customer_id = contract.legal_entity_id, contract.customer_id
    invoice.state, invoice.approved_by, invoice.approved_at = InvoiceState.DRAFT, None, None
    invoice.with_fees, invoice.rated_at = found.with_fees, now
    invoice.currency, invoice.net, invoice.tax, invoice.gross = totals.currency, totals.net, totals.tax, totals.gross
    invoice.document = stored.written(found.document)
    invoice.inputs = frozen(found.inputs)
    invoice.result = {**written(found.result), "why": explained(found.result), "exceptions": found.exceptions}
    invoice.findings = sound(found.document) if found.result.lines else []


def _row(line: Line, printed: document.Line, why: list[str]) -> InvoiceLine:
    return InvoiceLine(
        kind=str(line.kind),
        item=line.item,
        name=printed.name[:LONGEST_NAME],
        why=printed.note[:LONGEST_WHY],
        quantity=line.quantity,
        unit=line.unit,
        net=line.net,
        minutes=line.minutes,
        first=line.first,
        last=line.last,
        reasons=why,
    )


def _of_month(inputs: Inputs, month: str) -> Inputs:
    """Without work of later months; what was finished later was not finished then, and waits for its own month."""
    last = first_and_last(month)[1]
    zone = ZoneInfo(inputs.contract.tz)
    until = datetime.combine(last + timedelta(days=1), datetime.min.time(), zone)
    entries = tuple(entry for entry in inputs.entries if entry.start is None or entry.start < until)
    worked = {entry.ticket for entry in entries}
    kept = (_as_of(each, last) for each in inputs.tickets)
    return replace(inputs, entries=entries, tickets=tuple(each for each in kept if each.id in worked or each.finished))


def _as_of(ticket: Ticket, day: date) -> Ticket:
    if ticket.resolved_on is None or ticket.resolved_on <= day:
        return ticket
    return replace(ticket, status="open", resolved_on=None)


def _fees_invoiced(contract: Contract, month: str) -> bool:
    return Invoice.objects.live().filter(contract=contract, month=month, with_fees=True).exists()


def _years(contract: Contract, month: str) -> tuple[int, ...]:
    """The year whose fee falls due: with January, or with the first month of the contract."""
    first = first_and_last(month)[0]
    begins = contract.starts_on.replace(day=1) == first
    return (first.year,) if first.month == 1 or begins else ()


def _facts(contract: Contract, month: str, inputs: Inputs, result: Result) -> composing.Facts:
    seller, buyer = seller_of(contract), buyer_of(contract)
    first, last = first_and_last(month)
    shown = {line.ticket for line in result.lines if line.ticket}
    rows = tickets.Ticket.objects.filter(number__in=[int(number) for number in shown])
    return composing.Facts(
        seller=seller_party(seller),
        buyer=buyer_party(buyer),
        account=account_of(seller),
        language=buyer.language,
        contract=contract.number,
        first=first,
        last=last,
        prefix=contract.tenant.subject_prefix,
        orders={each.id: each.po for each in inputs.tickets if each.po and each.id in shown},
        buyer_reference=buyer.buyer_reference,
        tickets={str(number): title for number, title in rows.values_list("number", "title")},
        works={work.priced_as: work.name for work in tickets.WorkType.objects.all()},
    )
