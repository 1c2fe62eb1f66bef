"""What a ticket's work means for its invoice, as far as it is known now."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from billing import ids
from billing.estimates import estimated
from billing.gate import Missing, missing_of_contract, missing_of_ticket, overlaps
from billing.models import TermsVersion
from billing.rating.result import Line
from billing.rating.terms import Contract as Terms
from billing.rating.work import ZERO, Balances, Entry, Inputs, month_of, months_up_to
from billing.rating.work import Ticket as Facts
from billing.services.inputs import NoTerms, asks_of, inputs_of, tickets_of
from billing.services.invoiced import taken_of
from sla.models import Contract
from tickets.models import Ticket


class State(StrEnum):
    """What can be said of a ticket's work."""

    NO_CONTRACT = "no_contract"
    NO_PRICE = "no_price"
    NOTHING = "nothing"
    COVERED = "covered"
    BILLABLE = "billable"
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True)
class Left:
    """Minutes that the contract still has, all work so far taken off; None where there is no such pool."""

    included: int | None = None
    prepaid: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """`lines` and `net` are what is not invoiced yet; `unclear` is why they cannot be known, `missing` what the gate
    misses now."""

    state: State
    currency: str = ""
    net: Decimal = ZERO
    lines: tuple[Line, ...] = ()
    unclear: tuple[Missing, ...] = ()
    missing: tuple[Missing, ...] = ()
    left: Left = field(default_factory=Left)


def verdict_of(ticket: Ticket, *, now: datetime, typed: Entry | None = None) -> Verdict:
    """What a ticket's work costs and lacks; with `typed` as if that work were logged too."""
    if ticket.contract_id is None:
        return Verdict(State.NO_CONTRACT)
    contract = Contract.objects.select_related("customer__office", "legal_entity").get(pk=ticket.contract_id)
    try:
        inputs = _with(ticket, contract, inputs_of(contract, now=now), typed)
    except NoTerms:
        return Verdict(State.NO_PRICE)
    name = ids.ticket_id(ticket.number)
    own = {name, inputs.contract.id, *(entry.id for entry in inputs.entries if entry.ticket == name)}
    result = estimated(inputs)
    lines = tuple(line for line in result.lines if line.ticket == name)
    unclear = tuple(missing for missing in result.errors if missing.ref in own)
    net = sum((line.net for line in lines), ZERO)
    return Verdict(
        state=_state(lines, unclear, net),
        currency=inputs.contract.currency,
        net=net,
        lines=lines,
        unclear=unclear,
        missing=tuple(_missing(inputs, name)),
        left=_left(inputs.contract, result.balances, now),
    )


def _with(ticket: Ticket, contract: Contract, inputs: Inputs, typed: Entry | None) -> Inputs:
    """The inputs with this ticket in any case, and with what is being typed."""
    name, tickets = ids.ticket_id(ticket.number), inputs.tickets
    if name not in {each.id for each in tickets}:
        versions = list(TermsVersion.objects.filter(contract=contract))
        tickets = (*tickets, *tickets_of([ticket], inputs.contract, asks_of(versions), taken_of(contract, [name])))
    entries = (*inputs.entries, typed) if typed else inputs.entries
    return Inputs(inputs.contract, tickets, entries, inputs.run, inputs.balances)


def _state(lines: tuple[Line, ...], unclear: tuple[Missing, ...], net: Decimal) -> State:
    if unclear:
        return State.UNCLEAR
    if not lines:
        return State.NOTHING
    return State.BILLABLE if net else State.COVERED


def _missing(inputs: Inputs, name: str) -> list[Missing]:
    """What the gate misses of one ticket as it is, and of its contract."""
    ticket: Facts = next(each for each in inputs.tickets if each.id == name)
    own = [entry for entry in inputs.entries if entry.ticket == name]
    found = missing_of_contract(inputs.contract)
    found += missing_of_ticket(inputs.contract, ticket, own, inputs.run.now)
    names = {entry.id for entry in own}
    return [*found, *(missing for missing in overlaps(inputs.entries) if missing.ref in names)]


def _left(terms: Terms, balances: Balances, now: datetime) -> Left:
    today = now.astimezone(ZoneInfo(terms.tz)).date()
    holding = terms.on(today) or terms.latest
    included = holding.included
    months = None
    if included and not included.unlimited and included.minutes is not None:
        living = months_up_to(month_of(today), included.rollover_months)
        known = {month_of(today): included.minutes} | dict(balances.included)
        months = sum(known.get(month, 0) for month in living)
    lots = [lot.minutes for lot in balances.lots if lot.usable_on(today)]
    return Left(months, sum(lots) if lots else None)
