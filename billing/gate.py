"""The billable-complete gate: what a ticket and its entries still lack before finance may see them.

Pure, so that the same answer stands beside the field while somebody types and decides at "ready for billing". Each
finding has a code, the id of what it is about, the field it belongs to, and a message in the user's words with
%(name)s placeholders filled from `values`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from billing.marks import gettext_noop
from billing.rating.taxes import NoTaxRule, Party, is_vat_id, needs_vat_id, taxes_for
from billing.rating.terms import Contract, Terms
from billing.rating.work import Billing, Entry, Ticket, minute_of

LONGEST_MINUTES = 24 * 60
TRAVELLING = frozenset({"travel", "onsite", "on-site", "on_site"})
# What the customer sees at zero has to say why.
WITH_REASON = frozenset({Billing.GOODWILL, Billing.WARRANTY})


class Code(StrEnum):
    TICKET_NOT_FINISHED = "ticket_not_finished"
    MISSING_CATEGORY = "missing_category"
    MISSING_SEVERITY = "missing_severity"
    MISSING_RESOLUTION = "missing_resolution"
    MISSING_PO = "missing_po"
    NO_PRICE_FOR_SEVERITY = "no_price_for_severity"
    CREDIT_UNDECIDED = "credit_undecided"
    NOT_APPROVED = "not_approved"
    CONTRACT_NOT_ACTIVE = "contract_not_active_on_entry_date"
    MISSING_BUYER_VAT_ID = "missing_buyer_vat_id"
    MISSING_ADDRESS = "missing_address"
    MISSING_EINVOICE_ADDRESS = "missing_einvoice_address"
    NO_TAX_RULE = "no_tax_rule"
    MISSING_TIMES = "missing_times"
    NON_POSITIVE_DURATION = "non_positive_duration"
    TOO_LONG = "too_long"
    IN_FUTURE = "in_future"
    MISSING_AGENT = "missing_agent"
    MISSING_DESCRIPTION = "missing_description"
    NO_RATE = "no_rate_for_work_type"
    NO_KM_RATE = "no_km_rate"
    KM_WITHOUT_TRAVEL = "km_without_travel"
    MISSING_REASON = "missing_reason"
    MISSING_APPROVER = "missing_approver"
    OVERLAP = "overlaps_entry_of_same_agent"
    BEFORE_RECEPTION = "entry_before_reception"
    TOO_LATE = "entry_long_after_close"


# Beside which field a finding stands, and what it says there.
SAID: Mapping[Code, tuple[str, str]] = MappingProxyType(
    {
        Code.TICKET_NOT_FINISHED: ("status", gettext_noop("Resolve the ticket first.")),
        Code.MISSING_CATEGORY: ("category", gettext_noop("Choose a category.")),
        Code.MISSING_SEVERITY: ("severity", gettext_noop("Choose a priority.")),
        Code.MISSING_RESOLUTION: ("resolution", gettext_noop("Say how it was resolved.")),
        Code.MISSING_PO: ("po", gettext_noop("The contract demands an order number. Ask the customer for it.")),
        Code.NO_PRICE_FOR_SEVERITY: ("severity", gettext_noop("The contract has no ticket price for this priority.")),
        Code.CREDIT_UNDECIDED: ("credit", gettext_noop("A promise was broken. Decide whether it is credited.")),
        Code.NOT_APPROVED: ("approval", gettext_noop("A team lead has to approve the work.")),
        Code.CONTRACT_NOT_ACTIVE: ("start", gettext_noop("No contract was in force on %(day)s.")),
        Code.MISSING_BUYER_VAT_ID: ("vat_id", gettext_noop("The customer's VAT number is missing or wrong.")),
        Code.MISSING_ADDRESS: ("address", gettext_noop("The customer's invoicing address is incomplete.")),
        Code.MISSING_EINVOICE_ADDRESS: ("einvoice_address", gettext_noop("The e-invoicing address is incomplete.")),
        Code.NO_TAX_RULE: ("tax", gettext_noop("No tax is set for %(place)s.")),
        Code.MISSING_TIMES: ("start", gettext_noop("Say when the work began and ended.")),
        Code.NON_POSITIVE_DURATION: ("end", gettext_noop("The work ends before it begins.")),
        Code.TOO_LONG: ("end", gettext_noop("More than 24 hours in one go. Split the entry.")),
        Code.IN_FUTURE: ("end", gettext_noop("This time has not come yet.")),
        Code.MISSING_AGENT: ("agent", gettext_noop("Say who did the work.")),
        Code.MISSING_DESCRIPTION: ("description", gettext_noop("Say what was done, in the language of the invoice.")),
        Code.NO_RATE: ("work_type", gettext_noop("The contract has no price for this type of work.")),
        Code.NO_KM_RATE: ("km", gettext_noop("The contract has no price for kilometres.")),
        Code.KM_WITHOUT_TRAVEL: ("km", gettext_noop("Kilometres, but no travel and no work on site.")),
        Code.MISSING_REASON: ("reason", gettext_noop("Say why this is not charged.")),
        Code.MISSING_APPROVER: ("approver", gettext_noop("Say who approved that this is not charged.")),
        Code.OVERLAP: ("start", gettext_noop("The same person has other work at this time (%(other)s).")),
        Code.BEFORE_RECEPTION: ("start", gettext_noop("The work began before the ticket was received.")),
        Code.TOO_LATE: ("start", gettext_noop("More than %(days)s days after the ticket was resolved.")),
    }
)


@dataclass(frozen=True, slots=True)
class Missing:
    """A finding. `ref` is the id of the entry, ticket or contract that it is about."""

    code: Code
    ref: str
    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def field(self) -> str:
        return SAID[self.code][0]

    @property
    def message(self) -> str:
        """With placeholders, for translation."""
        return SAID[self.code][1]

    def __str__(self) -> str:
        return self.message % self.values


def missing_of_contract(contract: Contract) -> list[Missing]:
    """What keeps the whole contract from being invoiced."""
    return list(_of_buyer(contract.id, contract.latest.seller, contract.latest.buyer))


def missing_of_ticket(contract: Contract, ticket: Ticket, entries: Sequence[Entry], now: datetime) -> list[Missing]:
    """What a ticket and its own entries lack; overlaps with work on other tickets are found by `overlaps`."""
    terms = contract.on(_day_of(contract, ticket, entries, now)) or contract.latest
    found = list(_of_ticket(terms, ticket))
    travels = any(entry.work_type in TRAVELLING for entry in entries)
    for entry in entries:
        found += _of_entry(contract, ticket, entry, now)
        if entry.km and not travels:
            found.append(Missing(Code.KM_WITHOUT_TRAVEL, entry.id))
    return found


def overlaps(entries: Iterable[Entry]) -> Iterator[Missing]:
    """Entries that begin while the same agent is still at other work; the one that began later is named."""
    until: dict[str, tuple[int, str]] = {}
    timed = [
        (span, entry)
        for entry in entries
        if entry.timed and (span := entry.span) and span[0] < span[1] and entry.agent
    ]
    for (start, end), entry in sorted(timed, key=lambda pair: (pair[0], pair[1].id)):
        busy, other = until.get(entry.agent, (start, ""))
        if start < busy and not entry.invoiced:
            yield Missing(Code.OVERLAP, entry.id, {"other": other})
        if end > busy:
            until[entry.agent] = end, entry.id


def _day_of(contract: Contract, ticket: Ticket, entries: Sequence[Entry], now: datetime) -> date:
    """The day whose version of the contract rules the ticket as a whole."""
    starts = [entry.start for entry in entries if entry.start]
    return ticket.resolved_on or max(starts, default=now).astimezone(ZoneInfo(contract.tz)).date()


def _of_buyer(ref: str, seller: Party, buyer: Party) -> Iterator[Missing]:
    if needs_vat_id(seller, buyer) and not is_vat_id(buyer.vat_id):
        yield Missing(Code.MISSING_BUYER_VAT_ID, ref)
    if "address" in buyer.incomplete:
        yield Missing(Code.MISSING_ADDRESS, ref)
    if "einvoice_address" in buyer.incomplete:
        yield Missing(Code.MISSING_EINVOICE_ADDRESS, ref)


def _of_ticket(terms: Terms, ticket: Ticket) -> Iterator[Missing]:
    going_on = terms.interim_billing and not ticket.finished
    if not ticket.finished and not terms.interim_billing:
        yield Missing(Code.TICKET_NOT_FINISHED, ticket.id)
    if not ticket.category.strip():
        yield Missing(Code.MISSING_CATEGORY, ticket.id)
    if not ticket.severity.strip():
        yield Missing(Code.MISSING_SEVERITY, ticket.id)
    elif terms.per_ticket and terms.per_ticket.price(ticket.severity) is None:
        yield Missing(Code.NO_PRICE_FOR_SEVERITY, ticket.id)
    if not ticket.resolution.strip() and not going_on:
        yield Missing(Code.MISSING_RESOLUTION, ticket.id)
    yield from _of_decisions(terms, ticket)


def _of_decisions(terms: Terms, ticket: Ticket) -> Iterator[Missing]:
    if terms.po_required and not ticket.po.strip():
        yield Missing(Code.MISSING_PO, ticket.id)
    if ticket.credit_undecided:
        yield Missing(Code.CREDIT_UNDECIDED, ticket.id)
    if ticket.unapproved:
        yield Missing(Code.NOT_APPROVED, ticket.id)


def _of_entry(contract: Contract, ticket: Ticket, entry: Entry, now: datetime) -> Iterator[Missing]:
    yield from _of_times(entry, now)
    if not entry.agent.strip():
        yield Missing(Code.MISSING_AGENT, entry.id)
    if entry.billing in WITH_REASON and not entry.reason.strip():
        yield Missing(Code.MISSING_REASON, entry.id)
    terms = contract.latest
    if entry.start is not None:
        day = entry.start.astimezone(ZoneInfo(contract.tz)).date()
        holding = contract.on(day)
        yield from _of_day(contract, holding, ticket, entry, day)
        terms = holding or terms
    yield from _of_terms(terms, ticket, entry)


def _of_times(entry: Entry, now: datetime) -> Iterator[Missing]:
    span = entry.span
    if span is None:
        yield Missing(Code.MISSING_TIMES, entry.id)
        return
    start, end = span
    if end <= start:
        yield Missing(Code.NON_POSITIVE_DURATION, entry.id)
    if end - start > LONGEST_MINUTES:
        yield Missing(Code.TOO_LONG, entry.id)
    if max(start, end) > minute_of(now):
        yield Missing(Code.IN_FUTURE, entry.id)


def _of_day(contract: Contract, terms: Terms | None, ticket: Ticket, entry: Entry, day: date) -> Iterator[Missing]:
    if terms is None:
        yield Missing(Code.CONTRACT_NOT_ACTIVE, entry.id, {"day": day.isoformat()})
        return
    try:
        taxes_for(terms.seller, terms.buyer, day)
    except NoTaxRule as error:
        yield Missing(Code.NO_TAX_RULE, entry.id, {"place": str(error)})
    if entry.timed and ticket.received_at and entry.start and entry.start < ticket.received_at:
        yield Missing(Code.BEFORE_RECEPTION, entry.id)
    late = terms.late_entry_days
    if late is not None and ticket.resolved_on and day > ticket.resolved_on + timedelta(days=late):
        yield Missing(Code.TOO_LATE, entry.id, {"days": str(late)})


def _of_terms(terms: Terms, ticket: Ticket, entry: Entry) -> Iterator[Missing]:
    if terms.approver_required and entry.billing != Billing.BILLABLE and not entry.approver.strip():
        yield Missing(Code.MISSING_APPROVER, entry.id)
    if entry.billing == Billing.INTERNAL:
        return
    foreign = terms.language and entry.language and terms.language != entry.language
    if not entry.description.strip() or foreign:
        yield Missing(Code.MISSING_DESCRIPTION, entry.id)
    if terms.rate(entry.work_type, ticket.severity) is None and not terms.covers_all_time(entry.work_type):
        yield Missing(Code.NO_RATE, entry.id)
    if entry.km and entry.billing == Billing.BILLABLE and terms.km_rate is None:
        yield Missing(Code.NO_KM_RATE, entry.id)
