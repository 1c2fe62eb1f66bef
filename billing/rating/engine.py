"""The rating of one contract: gate, cutting, rounding, cap, pools, lines, taxes, totals, in this order.

`rate` depends on nothing but its inputs, and not on the order in which they come.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from billing.gate import Missing, missing_of_contract, missing_of_ticket, overlaps
from billing.rating.fees import cap_lines, fee_lines
from billing.rating.lines import Taxing, extra_lines, lot_lines, ticket_lines, time_lines
from billing.rating.pieces import Piece, pieces_of
from billing.rating.pools import Consumption
from billing.rating.result import Line, Result, tax_totals, totals_of
from billing.rating.work import Entry, Inputs, Ticket

# Lines of equal item: what is paid first, then what is shown at zero.
_KINDS = ("fee", "lot", "callout", "per_ticket", "km", "time", "surcharge")


def rate(inputs: Inputs) -> Result:
    """Lines for every ticket that passes the gate, and what the others lack.

    A fault of the contract or its customer stops everything; a fault of a ticket or entry stops that ticket.
    """
    contract = inputs.contract
    entries = [entry for entry in inputs.entries if not entry.invoiced]
    errors, passed = _gate(inputs, entries)
    if any(missing.ref == contract.id for missing in errors):
        return Result(totals_of((), (), contract.currency), balances=inputs.balances, errors=errors)
    pieces = pieces_of(contract, passed, [entry for entry in entries if entry.ticket in passed])
    consumption = Consumption(inputs.balances, {each.id: each.minutes_before for each in passed.values()})
    lines = _lines(inputs, passed, pieces, consumption)
    taxes = tax_totals(lines, contract.currency)
    return Result(
        totals=totals_of(lines, taxes, contract.currency),
        lines=tuple(lines),
        moves=tuple(consumption.moves),
        balances=consumption.balances,
        taxes=taxes,
        errors=errors,
    )


def _gate(inputs: Inputs, entries: Sequence[Entry]) -> tuple[tuple[Missing, ...], dict[str, Ticket]]:
    """All findings in order, and the tickets without any. Tickets without work or price are not asked about."""
    contract = inputs.contract
    by_ticket: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        by_ticket[entry.ticket].append(entry)
    ticket_of = {entry.id: entry.ticket for entry in entries}
    found: dict[str, list[Missing]] = defaultdict(list)
    for missing in overlaps(inputs.entries):
        found[ticket_of[missing.ref]].append(missing)
    for ticket in inputs.tickets:
        work = by_ticket[ticket.id]
        if work or _is_priced(inputs, ticket):
            found[ticket.id] += missing_of_ticket(contract, ticket, work, inputs.run.now)
    passed = {ticket.id: ticket for ticket in inputs.tickets if not found[ticket.id]}
    errors = [*missing_of_contract(contract), *(missing for each in found.values() for missing in each)]
    return tuple(sorted(errors, key=lambda missing: (missing.ref, missing.code))), passed


def _is_priced(inputs: Inputs, ticket: Ticket) -> bool:
    priced = any(terms.per_ticket for terms in inputs.contract.versions)
    return priced and ticket.finished and not ticket.priced


def _lines(
    inputs: Inputs, tickets: Mapping[str, Ticket], pieces: Sequence[Piece], consumption: Consumption
) -> list[Line]:
    contract, taxing = inputs.contract, Taxing()
    lines = [
        *time_lines(consumption.shares(pieces), tickets, taxing, contract.currency),
        *extra_lines(pieces, taxing, contract.currency),
        *ticket_lines(contract, tickets, _days(inputs, tickets, pieces)),
        *fee_lines(contract, inputs.run),
    ]
    now = contract.on(inputs.run.now.astimezone(ZoneInfo(contract.tz)).date()) or contract.latest
    caps = cap_lines(sorted(lines, key=_sorting), now.cap_money, contract.currency)
    # What is bought beforehand is no cost of the run, and no cap makes it cheaper.
    lines += lot_lines(contract, inputs.sales)
    return [*sorted(lines, key=_sorting), *caps]


def _days(inputs: Inputs, tickets: Mapping[str, Ticket], pieces: Sequence[Piece]) -> dict[str, date]:
    """When each ticket was finished, or else last worked on."""
    days = {ticket.id: ticket.resolved_on for ticket in tickets.values()}
    worked: dict[str, date] = {}
    for piece in pieces:
        worked[piece.entry.ticket] = max(piece.day, worked.get(piece.entry.ticket, piece.day))
    today = inputs.run.now.astimezone(ZoneInfo(inputs.contract.tz)).date()
    return {ticket: day or worked.get(ticket, today) for ticket, day in days.items()}


def _sorting(line: Line) -> tuple[object, ...]:
    """Fees first, then ticket by ticket; the same work first as it is paid, then as it is covered."""
    rank = _KINDS.index(line.kind) if line.kind in _KINDS else len(_KINDS)
    return line.ticket or "", line.item, rank, line.kind, -line.unit_price, line.first, line.tax
