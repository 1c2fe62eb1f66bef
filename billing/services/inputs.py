"""From the database to what rating takes: a contract with all its versions, its tickets, its work, what is left."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from billing import ids
from billing.enums import Credit
from billing.models import Buyer, PrepaidLot, Seller, TermsVersion, TicketBilling
from billing.rating import work
from billing.rating.format import read_contract
from billing.rating.terms import Contract as Terms
from billing.services.invoiced import Taken, not_charged, not_invoiced, taken_of
from billing.versions import Period, periods
from sla.models import Calendar, Contract, Timer
from tickets.enums import StatusClass
from tickets.models import Ticket, WorkEntry


class NoTerms(LookupError):
    """No version says what the contract costs, or none that ever holds."""


def inputs_of(
    contract: Contract,
    *,
    now: datetime,
    months: Sequence[str] = (),
    years: Sequence[int] = (),
) -> work.Inputs:
    """All that rating a contract depends on: its tickets with work or a price that no invoice has, as they are now.

    `months` ("2026-11") and `years` are those whose fees are due. Tickets that were finished before the first version
    held were invoiced elsewhere. Raises NoTerms.
    """
    versions = list(TermsVersion.objects.filter(contract=contract))
    terms = terms_of(contract, versions)
    tickets = list(_tickets(contract, terms))
    entries = entries_of(tickets)
    taken = taken_of(contract, [ids.ticket_id(ticket.number) for ticket in tickets])
    return work.Inputs(
        contract=terms,
        tickets=tuple(tickets_of(tickets, terms, asks_of(versions), taken)),
        entries=tuple(entries),
        run=work.Run(now, tuple(months), tuple(years)),
        balances=balances_of(contract, terms, entries, taken, now),
    )


def terms_of(contract: Contract, versions: Sequence[TermsVersion] | None = None) -> Terms:
    """What it costs, with all that the two sides and the office decide. Raises NoTerms."""
    versions = list(TermsVersion.objects.filter(contract=contract)) if versions is None else versions
    starts = [(version.number, version.valid_from) for version in versions]
    holding = periods(starts, first=contract.starts_on, last=contract.ends_on)
    if not holding:
        raise NoTerms(contract.number)
    by_number = {version.number: version for version in versions}
    shared = {"id": ids.contract_id(contract.pk)} | _shared(contract, versions[0].currency)
    return read_contract(shared | {"versions": [_dated(by_number[each.number].data, each) for each in holding]})


@dataclass(frozen=True, slots=True)
class Asks:
    """What a contract wants decided of a ticket by people; the newest version says it for all."""

    credit: bool = False
    approval: bool = False


def asks_of(versions: Sequence[TermsVersion]) -> Asks:
    data = versions[-1].data
    return Asks(bool(data.get("credit_decision")), bool(data.get("approval_required")))


def _dated(data: Mapping[str, Any], period: Period) -> dict[str, Any]:
    last = period.last.isoformat() if period.last else None
    return {**data, "valid_from": period.first.isoformat(), "valid_to": last}


def _shared(contract: Contract, currency: str) -> dict[str, Any]:
    """What all versions have in common."""
    seller, buyer = seller_of(contract), buyer_of(contract)
    company, customer = contract.legal_entity, contract.customer
    return {
        "currency": currency,
        "tz": customer.office.time_zone,
        "seller": {"country": company.country, "region": seller.region, "vat_id": company.vat_id},
        "buyer": {
            "country": customer.country,
            "region": buyer.region,
            "vat_id": buyer.vat_id,
            "business": buyer.business,
            "incomplete": sorted(buyer.incomplete),
        },
        "holidays": _holidays(contract),
        "language": buyer.language,
    }


def seller_of(contract: Contract) -> Seller:
    """What is printed of the contract's company; an empty one, not saved, where nobody has said anything yet."""
    found = Seller.objects.filter(legal_entity=contract.legal_entity_id).first()
    return found or Seller(legal_entity=contract.legal_entity)


def buyer_of(contract: Contract) -> Buyer:
    """What is printed of the contract's customer; likewise."""
    return Buyer.objects.filter(customer=contract.customer_id).first() or Buyer(customer=contract.customer)


def _holidays(contract: Contract) -> list[str]:
    """Days on which the serving office is closed all day: the contract's calendar, or the office's own, or none."""
    own, office = Q(pk=contract.calendar_id), Q(office=contract.customer.office_id)
    calendars = Calendar.objects.filter(own if contract.calendar_id else office).exclude(current=None).order_by("pk")
    exceptions = calendars.values_list("current__exceptions", flat=True).first() or {}
    return sorted(day for day, special in exceptions.items() if not special.get("open"))


def _tickets(contract: Contract, terms: Terms) -> QuerySet[Ticket]:
    """Those with something to invoice, and those that are not finished and have work."""
    first_day = datetime.combine(terms.versions[0].valid_from, datetime.min.time(), ZoneInfo(terms.tz))
    wanted = Q(Exists(WorkEntry.objects.filter(not_invoiced(), ticket=OuterRef("pk"))))
    if any(version.per_ticket for version in terms.versions):
        wanted |= Q(status_class__in=[StatusClass.RESOLVED, StatusClass.CLOSED])
    rows = Ticket.objects.filter(Q(resolved_at=None) | Q(resolved_at__gte=first_day), wanted, contract=contract)
    return rows.select_related("merged_into").order_by("number")


def tickets_of(tickets: Iterable[Ticket], terms: Terms, asks: Asks, taken: Taken) -> list[work.Ticket]:
    """Tickets as rating takes them."""
    rows = list(tickets)
    said = {row.ticket_id: row for row in TicketBilling.objects.filter(ticket__in=rows)}
    broken = _broken(rows) if asks.credit else frozenset()
    found = []
    for row in rows:
        billing = said.get(row.pk) or TicketBilling(ticket=row)
        undecided = row.pk in broken and billing.credit == Credit.UNDECIDED
        unapproved = asks.approval and billing.approved_at is None
        found.append(replace(_ticket(row, terms, billing, taken), credit_undecided=undecided, unapproved=unapproved))
    return found


def _broken(tickets: Iterable[Ticket]) -> frozenset[int]:
    """Which of them had a promise broken."""
    timers = Timer.objects.filter(subject__in=[ticket.pk for ticket in tickets]).exclude(breached_at=None)
    return frozenset(timers.values_list("subject", flat=True))


def _ticket(row: Ticket, terms: Terms, billing: TicketBilling, taken: Taken) -> work.Ticket:
    """A merged ticket is as far as the one that its matter goes on in, and has no price of its own."""
    name = ids.ticket_id(row.number)
    leading = row.merged_into or row
    return work.Ticket(
        id=name,
        status=leading.status_class,
        category=row.kind,
        severity=row.priority,
        resolution=leading.solution,
        resolved_on=_day(leading.resolved_at, terms),
        received_at=row.received_at,
        po=billing.order_number,
        minutes_before=taken.minutes.get(name, 0),
        priced=name in taken.priced or row.merged_into_id is not None,
    )


def _day(instant: datetime | None, terms: Terms) -> date | None:
    return instant.astimezone(ZoneInfo(terms.tz)).date() if instant else None


def entries_of(tickets: Iterable[Ticket]) -> list[work.Entry]:
    """The work of tickets that no invoice has."""
    rows = WorkEntry.objects.filter(not_invoiced(), ticket__in=list(tickets))
    people = ("member__user", "work_type", "ticket", "approver__user")
    return [entry_of(row) for row in rows.select_related(*people)]


def entry_of(row: WorkEntry) -> work.Entry:
    """An entry as rating takes it; also one that is not saved yet."""
    return work.Entry(
        id=ids.entry_id(row.pk or 0),
        ticket=ids.ticket_id(row.ticket.number),
        agent=str(row.member_id),
        work_type=row.work_type.priced_as,
        start=row.started_at,
        end=row.ended_at,
        description=row.text,
        billing=work.Billing(row.billing),
        reason=row.reason,
        approver=row.approver.name if row.approver else "",
        callout=row.called_out,
        km=row.kilometres,
        timed=row.timed,
    )


def balances_of(
    contract: Contract, terms: Terms, entries: Iterable[work.Entry], taken: Taken, now: datetime
) -> work.Balances:
    """What is left of included and prepaid minutes after the invoices so far."""
    lots = [
        work.Lot(name, lot.minutes + taken.lots.get(name, 0), lot.valid_from, lot.expires)
        for lot in PrepaidLot.objects.standing().filter(contract=contract)
        if (name := ids.lot_id(lot.pk))
    ]
    starts = [entry.start for entry in entries if entry.start]
    return work.Balances(_included(terms, min([*starts, now]), now, taken.included), tuple(lots), dict(taken.left))


def sales_of(contract: Contract, terms: Terms, last: date) -> tuple[work.Sale, ...]:
    """Prepaid time sold up to a day that no invoice has charged; before the first version others invoiced it."""
    lots = PrepaidLot.objects.standing().filter(not_charged(), contract=contract, invoiced_elsewhere=False)
    due = lots.filter(unit_price__gt=0, sold_on__gte=terms.versions[0].valid_from, sold_on__lte=last)
    return tuple(work.Sale(ids.lot_id(lot.pk), lot.minutes, lot.unit_price, lot.sold_on) for lot in due)


def _included(terms: Terms, since: datetime, now: datetime, moved: Mapping[str, int]) -> dict[str, int]:
    """Minutes by month, from the oldest that work since then can still draw on."""
    zone = ZoneInfo(terms.tz)
    rollover = max((each.included.rollover_months for each in terms.versions if each.included), default=0)
    first = work.months_up_to(work.month_of(since.astimezone(zone).date()), rollover)[0]
    last = work.month_of(now.astimezone(zone).date())
    found: dict[str, int] = defaultdict(int)
    for month in _months(first, last):
        found[month] = (_minutes_in(terms, month) or 0) + moved.get(month, 0)
    return {month: minutes for month, minutes in found.items() if minutes or month in moved}


def _months(first: str, last: str) -> tuple[str, ...]:
    (year, number), (end, final) = (map(int, month.split("-")) for month in (first, last))
    return work.months_up_to(last, max(0, (end - year) * 12 + final - number))


def _minutes_in(terms: Terms, month: str) -> int | None:
    """What the first version that holds in a month includes for it."""
    holding = [each for each in terms.versions if work.month_of(each.valid_from) <= month]
    holding = [each for each in holding if each.valid_to is None or month <= work.month_of(each.valid_to)]
    return holding[0].included.minutes if holding and holding[0].included else None
