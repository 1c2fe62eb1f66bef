"""Days in an order that can be: nothing is due before it is invoiced, no period ends before it begins."""

from collections.abc import Iterator
from datetime import date, timedelta

from billing.documents.document import Invoice, is_finnish
from billing.documents.findings import Finding, error

# Beyond these a year was mistyped.
LONGEST_TERM = timedelta(days=366)
FURTHEST = timedelta(days=3 * 366)
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)


def check(invoice: Invoice) -> Iterator[Finding]:
    """Every day that cannot be right."""
    issued = invoice.issued_on
    if issued and not FIRST <= issued <= LAST:
        yield error("VASTE-DATE", "BT-2", "the invoice date {day} cannot be right", day=issued)
    if issued and invoice.due_on:
        if invoice.due_on < issued:
            text = "due on {due}, before the invoice date {issued}"
            yield error("VASTE-DUE", "BT-9", text, due=invoice.due_on, issued=issued)
        elif invoice.due_on - issued > LONGEST_TERM:
            text = "due on {due}, more than a year after the invoice date {issued}"
            yield error("VASTE-DUE", "BT-9", text, due=invoice.due_on, issued=issued)
    if not invoice.is_credit and not invoice.due_on and not invoice.terms and (invoice.totals.payable or 0) > 0:
        yield error("BR-CO-25", "BT-9", "neither a due date nor terms of payment are given")
    elif is_finnish(invoice.seller) and not invoice.is_credit and not invoice.due_on:
        yield error("VASTE-DUE", "BT-9", "the due date is missing")
    yield from _periods(invoice)
    yield from _near(invoice)
    yield from _preceding(invoice)


def _periods(invoice: Invoice) -> Iterator[Finding]:
    first, last = invoice.starts_on, invoice.ends_on
    if first and last and last < first:
        yield error("BR-29", "BT-74", "the period ends on {last}, before it begins", last=last)
    for line in invoice.lines:
        where = f"line {line.id}"
        if line.starts_on and line.ends_on and line.ends_on < line.starts_on:
            yield error("BR-30", "BT-135", "the period ends on {last}, before it begins", where, last=line.ends_on)
        for code, term, day in (
            ("PEPPOL-EN16931-R110", "BT-134", line.starts_on),
            ("PEPPOL-EN16931-R111", "BT-135", line.ends_on),
        ):
            if day and ((first and day < first) or (last and day > last)):
                yield error(code, term, "{day} lies outside the invoice's period", where, day=day)


def _near(invoice: Invoice) -> Iterator[Finding]:
    """A fee may be invoiced a year ahead and work years later, but not decades."""
    rows = (("BT-72", invoice.delivered_on), ("BT-73", invoice.starts_on), ("BT-74", invoice.ends_on))
    for term, day in rows:
        if day and invoice.issued_on and abs(day - invoice.issued_on) > FURTHEST:
            text = "{day} is years away from the invoice date {issued}"
            yield error("VASTE-DATE", term, text, day=day, issued=invoice.issued_on)


def _preceding(invoice: Invoice) -> Iterator[Finding]:
    if invoice.is_credit and not invoice.preceding:
        yield error("VASTE-CREDIT", "BT-25", "a credit note must name the invoice that it credits")
    if len({preceding.number for preceding in invoice.preceding}) < len(invoice.preceding):
        yield error("VASTE-CREDIT", "BT-25", "a preceding invoice is named twice")
    for preceding in invoice.preceding:
        if not preceding.number:
            yield error("BR-55", "BT-25", "a preceding invoice is named without its number")
        elif preceding.number == invoice.number:
            yield error("VASTE-CREDIT", "BT-25", "the document names itself as the preceding invoice")
        if preceding.issued_on and invoice.issued_on and preceding.issued_on > invoice.issued_on:
            text = "the preceding invoice is of {day}, later than this document"
            yield error("VASTE-CREDIT", "BT-26", text, day=preceding.issued_on)
