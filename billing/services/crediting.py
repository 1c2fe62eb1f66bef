"""Taking back what was issued: by reference only, whole, and with everything given back that it took."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from billing.documents import composing, stored
from billing.enums import InvoiceKind, InvoiceState
from billing.models import Invoice, InvoicedEntry, InvoicedLot, InvoicedTicket, InvoiceLine, PoolMove
from billing.rating.credit import credited
from billing.rating.engine import rate
from billing.rating.format import read_inputs
from billing.rating.writing import explained, written
from billing.services.drafting import BillingRefused
from billing.services.inputs import seller_of
from billing.services.issuing import finish, next_place
from sla.models import Contract


@transaction.atomic
def credit(invoice: Invoice, *, reason: str, by: Actor, at: datetime | None = None) -> Invoice:
    """The credit note of an invoice; its work can be invoiced again. Raises BillingRefused."""
    now = at or timezone.now()
    contract = Contract.objects.select_for_update().get(pk=invoice.contract_id)
    invoice = Invoice.objects.select_for_update().get(pk=invoice.pk)
    if invoice.kind != InvoiceKind.INVOICE or not invoice.is_issued:
        raise BillingRefused(_("Only an issued invoice can be credited."))
    if Invoice.objects.filter(credits=invoice).exists():
        raise BillingRefused(_("%(number)s is credited already.") % {"number": invoice.number})
    if not reason.strip():
        raise BillingRefused(_("Say why it is credited."))
    note = _note(invoice, reason, now)
    _lines(invoice, note)
    _give_back(invoice, note)
    place = next_place(seller_of(contract), now.astimezone(ZoneInfo(contract.customer.office.time_zone)).date())
    made = composing.credited(stored.read(invoice.document), place.number, place.day, reason)
    return finish(note, made, place, by=by, at=now)


def _note(invoice: Invoice, reason: str, now: datetime) -> Invoice:
    """A draft that is not numbered yet. What is rated again from the frozen inputs is what was rated then."""
    inputs = read_inputs(invoice.inputs)
    result = credited(rate(inputs), inputs.balances)
    return Invoice.objects.create(
        legal_entity_id=invoice.legal_entity_id,
        customer_id=invoice.customer_id,
        contract_id=invoice.contract_id,
        kind=InvoiceKind.CREDIT,
        state=InvoiceState.DRAFT,
        credits=invoice,
        reason=reason,
        month=invoice.month,
        currency=invoice.currency,
        net=-invoice.net,
        tax=-invoice.tax,
        gross=-invoice.gross,
        inputs=invoice.inputs,
        result={**written(result), "why": explained(result)},
        rated_at=now,
    )


def _lines(invoice: Invoice, note: Invoice) -> None:
    rows = list(invoice.lines.all())
    for row in rows:
        row.pk, row.invoice = None, note
        row.net, row.quantity, row.minutes = -row.net, -row.quantity, -row.minutes
    InvoiceLine.objects.bulk_create(rows)


def _give_back(invoice: Invoice, note: Invoice) -> None:
    """Work, sold lots, minutes and ticket prices are free again."""
    for bound in (InvoicedEntry, InvoicedLot):
        bound.objects.filter(invoice=invoice, released_by=None).update(released_by=note)
    moves = [
        PoolMove(invoice=note, contract_id=note.contract_id, pool=move.pool, key=move.key, minutes=-move.minutes)
        for move in PoolMove.objects.filter(invoice=invoice)
    ]
    PoolMove.objects.bulk_create(moves)
    rows = InvoicedTicket.objects.filter(invoice=invoice)
    InvoicedTicket.objects.bulk_create(
        [
            InvoicedTicket(
                invoice=note,
                ticket_id=row.ticket_id,
                minutes=-row.minutes,
                priced=-row.priced,
                left=None if row.left is None else row.left + row.minutes,
            )
            for row in rows
        ]
    )
