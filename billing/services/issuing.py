"""A draft becomes an invoice: number, days, reference, hash, and all that it takes, in one transaction.

The series' row is held from the number to the commit, so that a rollback gives its number back: no gap, no double.
What was issued the database itself keeps (billing/migrations/0003_frozen.py).
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.services import audit
from billing import ids
from billing.documents import composing, document, stored
from billing.enums import InvoiceKind, InvoiceState
from billing.models import (
    FilesDue,
    Invoice,
    InvoicedEntry,
    InvoicedLot,
    InvoicedTicket,
    PoolMove,
    Seller,
    Series,
)
from billing.rating.freezing import frozen
from billing.rating.pools import INCLUDED, Source
from billing.rating.result import Result
from billing.services import invoiced, logos
from billing.services.drafting import BillingRefused, Rated, rated, refuse_closed, sound
from billing.services.inputs import buyer_of, seller_of
from core.faults import fault_point
from core.later import after_commit
from tickets.models import Ticket

# What counts against a ticket's cap.
COUNTED = frozenset({Source.TIME, Source.INCLUDED, Source.PREPAID, Source.PER_TICKET})
LONGEST_NUMBER = 16


@dataclass(frozen=True, slots=True)
class Place:
    """The next place of a series, held until the transaction ends."""

    series: Series
    ordinal: int
    number: str
    day: date


@transaction.atomic
def approve(invoice: Invoice, *, by: Actor) -> Invoice:
    """Say that a draft is right. Raises BillingRefused for what is issued or not sound."""
    invoice = Invoice.objects.select_for_update().get(pk=invoice.pk)
    _refuse_unready(invoice)
    invoice.state, invoice.approved_by_id, invoice.approved_at = (
        InvoiceState.APPROVED,
        by.membership_id,
        timezone.now(),
    )
    invoice.save(update_fields=["state", "approved_by", "approved_at"])
    audit.record("invoice.approved", by=by, target=invoice.contract, month=invoice.month, net=str(invoice.net))
    return invoice


@transaction.atomic
def issue(invoice: Invoice, *, by: Actor, at: datetime | None = None) -> Invoice:
    """Give a draft its number and freeze it. Raises BillingRefused where it cannot be issued as it stands."""
    now = at or timezone.now()
    # Whoever prices the contract or takes back a lot waits; new tickets do not.
    rows = Invoice.objects.select_for_update(no_key=True).select_related("contract__legal_entity")
    invoice = rows.get(pk=invoice.pk)
    if invoice.kind != InvoiceKind.INVOICE:
        raise BillingRefused(_("A credit note is made from its invoice."))
    _refuse_unready(invoice)
    refuse_closed(invoice.legal_entity_id, invoice.month)
    seller = seller_of(invoice.contract)
    if not seller.issues_here:
        raise BillingRefused(str(seller.why_not_here))
    invoiced.hold_work(invoice.contract)
    found = _unchanged(invoice)
    _take(invoice, found)
    days = buyer_of(invoice.contract).payment_days
    place = next_place(seller, _today(found, now))
    due = place.day + timedelta(days=seller.payment_days if days is None else days)
    return finish(invoice, composing.issued(found.document, place.number, place.day, due), place, by=by, at=now)


def next_place(seller: Seller, today: date) -> Place:
    """The next number of the company's financial year; whoever else asks waits. Days never go back in a series."""
    year = today.year if today.month >= seller.year_begins else today.year - 1
    Series.objects.bulk_create([Series(legal_entity=seller.legal_entity, year=year)], ignore_conflicts=True)
    series = Series.objects.select_for_update().get(legal_entity=seller.legal_entity_id, year=year)
    fault_point("with-series-held")
    ordinal = series.last_number + 1
    prefix = seller.prefix or seller.legal_entity.country
    number = f"{prefix}{year % 100:02}-{seller.series_digit}{ordinal:05}"
    if len(number) > LONGEST_NUMBER:
        raise BillingRefused(_("The numbers of this series are used up."))
    return Place(series, ordinal, number, max(today, series.last_on or today))


def finish(invoice: Invoice, made: document.Invoice, place: Place, *, by: Actor, at: datetime) -> Invoice:
    """The last step: number, document and hash, and the series moves on. Nothing changes after it."""
    series = place.series
    invoice.series, invoice.ordinal, invoice.number = series, place.ordinal, place.number
    invoice.state, invoice.issued_at, invoice.issued_by_id = InvoiceState.ISSUED, at, by.membership_id
    invoice.issued_on, invoice.due_on, invoice.reference = made.issued_on, made.due_on, made.payment.reference
    invoice.logo_key = logos.key_of(invoice.legal_entity_id)
    invoice.document, invoice.previous_sha256 = stored.written(made), series.last_hash
    invoice.sha256 = hash_of(invoice)
    invoice.save()
    series.last_number, series.last_hash, series.last_on = place.ordinal, invoice.sha256, place.day
    series.save(update_fields=["last_number", "last_hash", "last_on"])
    FilesDue.objects.create(invoice=invoice)
    after_commit("billing.tasks.make_files", invoice.tenant_id, invoice.pk)
    audit.record("invoice.issued", by=by, target=invoice.number, gross=str(invoice.gross), currency=invoice.currency)
    fault_point("before-issue-commit")
    return invoice


def hash_of(invoice: Invoice) -> str:
    """What chains it to the one before: whoever changes a byte of any changes all that follow."""
    parts = (invoice.number, invoice.document, invoice.inputs, invoice.result, invoice.logo_key)
    return stored.chained(invoice.previous_sha256, *parts)


def _refuse_unready(invoice: Invoice) -> None:
    if invoice.is_issued:
        raise BillingRefused(_("%(number)s is issued already.") % {"number": invoice.number})
    if not invoice.lines.exists():
        raise BillingRefused(_("There is nothing on it."))
    if invoice.findings:
        raise BillingRefused(invoice.findings[0])


def _unchanged(invoice: Invoice) -> Rated:
    """The same once more: whatever has changed since somebody looked at the draft has to be looked at again."""
    found = rated(invoice.contract, invoice.month, invoice.rated_at)
    if stored.canonical(frozen(found.inputs)) != stored.canonical(invoice.inputs):
        raise BillingRefused(_("Something has changed since the draft was prepared. Prepare it again."))
    if stored.canonical(stored.written(found.document)) != stored.canonical(invoice.document):
        raise BillingRefused(_("Names or addresses have changed since the draft was prepared. Prepare it again."))
    if problems := sound(found.document):
        raise BillingRefused(problems[0])
    return found


def _today(found: Rated, now: datetime) -> date:
    """The day where the serving office is."""
    return now.astimezone(ZoneInfo(found.inputs.contract.tz)).date()


def _take(invoice: Invoice, found: Rated) -> None:
    """Bind the work, the tickets, the minutes and what was sold.

    Internal work, which nobody sees, is bound with its ticket.
    """
    failed = {each.ref for each in found.result.errors}
    held = failed | {entry.ticket for entry in found.inputs.entries if entry.id in failed}
    bound = [entry for entry in found.inputs.entries if entry.ticket not in held and not entry.invoiced]
    InvoicedEntry.objects.bulk_create(
        [InvoicedEntry(invoice=invoice, entry_id=ids.pk_of(entry.id)) for entry in bound]
    )
    InvoicedLot.objects.bulk_create(
        [InvoicedLot(invoice=invoice, lot_id=ids.pk_of(sale.id)) for sale in found.inputs.sales]
    )
    PoolMove.objects.bulk_create(_moves(invoice, found.result))
    InvoicedTicket.objects.bulk_create(list(_tickets(invoice, found)))


def _moves(invoice: Invoice, result: Result) -> list[PoolMove]:
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for move in result.moves:
        pool, key = (invoiced.INCLUDED, move.month or "") if move.pool == INCLUDED else (invoiced.LOT, move.pool)
        sums[pool, key] += move.minutes
    return [
        PoolMove(invoice=invoice, contract_id=invoice.contract_id, pool=pool, key=key, minutes=minutes)
        for (pool, key), minutes in sorted(sums.items())
    ]


def _tickets(invoice: Invoice, found: Rated) -> Iterator[InvoicedTicket]:
    minutes: dict[str, int] = defaultdict(int)
    covered: dict[str, int] = defaultdict(int)
    priced: set[str] = set()
    for line in found.result.lines:
        if line.ticket:
            minutes[line.ticket] += line.minutes if line.kind in COUNTED else 0
            covered[line.ticket] += line.minutes if line.kind == Source.PER_TICKET else 0
            priced |= {line.ticket} if line.kind == "per_ticket" else set()
    rows = dict(Ticket.objects.filter(number__in=[int(name) for name in minutes]).values_list("number", "pk"))
    price = found.inputs.contract.latest.per_ticket
    for name, spent in minutes.items():
        left = found.inputs.balances.tickets.get(name, price.included_minutes if price else 0) - covered[name]
        yield InvoicedTicket(
            invoice=invoice,
            ticket_id=rows[int(name)],
            minutes=spent,
            priced=int(name in priced),
            left=max(0, left) if price else None,
        )
