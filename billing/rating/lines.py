"""Shares of work, calls, kilometres and ticket prices as lines of an invoice."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from billing.rating.explaining import why
from billing.rating.money import ZERO, half_up
from billing.rating.pieces import Piece
from billing.rating.pools import Share, Source
from billing.rating.reasons import Reason, Why, distinct, reason
from billing.rating.result import HOUR, KILOMETRE, MINUTE, PIECE, Line
from billing.rating.taxes import Taxes, taxes_for
from billing.rating.terms import Contract, Terms
from billing.rating.work import Billing, Sale, Ticket

MINUTES_AN_HOUR = 60
_ONE = Decimal(1)


class _Group(NamedTuple):
    """What lines are aggregated by."""

    ticket: str
    work_type: str
    band: str
    source: Source
    price: Decimal
    tax: Taxes


class _Extra(NamedTuple):
    """What calls and kilometres are aggregated by."""

    ticket: str
    kind: str
    price: Decimal
    tax: Taxes


class _Part(NamedTuple):
    entry: str
    day: date
    quantity: Decimal
    reason: Reason


class Taxing:
    """The tax of a day under a version of the contract, looked up once."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, date], Taxes] = {}

    def on(self, terms: Terms, day: date) -> Taxes:
        key = id(terms), day
        if key not in self._known:
            self._known[key] = taxes_for(terms.seller, terms.buyer, day)
        return self._known[key]


def time_lines(
    shares: Iterable[Share], tickets: Mapping[str, Ticket], taxing: Taxing, currency: str
) -> Iterator[Line]:
    """One line for each ticket, work type, band, source, price and tax; its net is rounded once."""
    groups: dict[_Group, list[Share]] = defaultdict(list)
    for share in shares:
        piece, entry = share.piece, share.piece.entry
        tax = taxing.on(piece.terms, piece.day)
        groups[_Group(entry.ticket, entry.work_type, piece.band.code, share.source, _price(share), tax)].append(share)
    for key, group in groups.items():
        yield _time_line(key, group, tickets[key.ticket], currency)


def _price(share: Share) -> Decimal:
    piece = share.piece
    if share.source == Source.TIME:
        return piece.hourly
    if share.source == Source.SURCHARGE:
        return piece.rate * (piece.band.multiplier - _ONE)
    return ZERO


def _time_line(key: _Group, shares: Sequence[Share], ticket: Ticket, currency: str) -> Line:
    minutes = sum(share.minutes for share in shares)
    days = [share.piece.day for share in shares]
    return Line(
        kind=key.source,
        item=f"{key.work_type}/{key.band}",
        **_measured(minutes),
        unit_price=key.price,
        net=half_up(minutes * key.price / MINUTES_AN_HOUR, currency),
        tax=key.tax,
        first=min(days),
        last=max(days),
        ticket=key.ticket,
        minutes=minutes,
        entries=tuple(dict.fromkeys(share.piece.entry.id for share in shares)),
        reasons=why(shares, ticket),
    )


def _measured(minutes: int) -> dict[str, Any]:
    """Quantity, unit and price base: hours with two decimals where those are exact.

    Thirds of an hour are told in minutes, of which sixty have the price.
    """
    if minutes % 3:
        return {"quantity": Decimal(minutes), "unit": MINUTE, "price_base": MINUTES_AN_HOUR}
    hours = (Decimal(minutes) / MINUTES_AN_HOUR).quantize(Decimal("0.01"))
    return {"quantity": hours, "unit": HOUR, "price_base": 1}


def extra_lines(pieces: Iterable[Piece], taxing: Taxing, currency: str) -> Iterator[Line]:
    """Calls and kilometres of billable entries, one line for each ticket, price and tax."""
    groups: dict[_Extra, list[_Part]] = defaultdict(list)
    seen: set[str] = set()
    for piece in pieces:
        if piece.entry.billing == Billing.BILLABLE and piece.entry.id not in seen:
            seen.add(piece.entry.id)
            for key, part in _extras(piece, taxing):
                groups[key].append(part)
    for key, parts in groups.items():
        yield _extra_line(key, parts, currency)


def _extras(first: Piece, taxing: Taxing) -> Iterator[tuple[_Extra, _Part]]:
    """What an entry costs besides its time; `first` is the piece with which it begins."""
    terms, entry, tax = first.terms, first.entry, taxing.on(first.terms, first.day)
    if entry.callout and terms.callout and first.band.code in terms.callout.fees:
        price = terms.callout.fees[first.band.code]
        said = reason(Why.CALLOUT, band=first.band.code)
        yield _Extra(entry.ticket, "callout", price, tax), _Part(entry.id, first.day, _ONE, said)
    if entry.km and terms.km_rate is not None:
        said = reason(Why.KILOMETRES, price=terms.km_rate)
        yield _Extra(entry.ticket, "km", terms.km_rate, tax), _Part(entry.id, first.day, entry.km, said)


def _extra_line(key: _Extra, parts: Sequence[_Part], currency: str) -> Line:
    quantity = sum((part.quantity for part in parts), ZERO)
    days = [part.day for part in parts]
    return Line(
        kind=key.kind,
        item=key.kind,
        quantity=quantity,
        unit=KILOMETRE if key.kind == "km" else PIECE,
        unit_price=key.price,
        net=half_up(quantity * key.price, currency),
        tax=key.tax,
        first=min(days),
        last=max(days),
        ticket=key.ticket,
        entries=tuple(part.entry for part in parts),
        reasons=distinct(part.reason for part in parts),
    )


def ticket_lines(contract: Contract, tickets: Mapping[str, Ticket], days: Mapping[str, date]) -> Iterator[Line]:
    """The price of each finished ticket, once. `days` are those on which tickets were finished or last worked on."""
    for ticket in tickets.values():
        day = days.get(ticket.id)
        terms = contract.on(day) if day else None
        price = terms.per_ticket.price(ticket.severity) if terms and terms.per_ticket else None
        if terms and day and price is not None and ticket.finished and not ticket.priced:
            yield Line(
                kind="per_ticket",
                item=f"per_ticket/{ticket.severity}",
                quantity=_ONE,
                unit=PIECE,
                unit_price=price,
                net=half_up(price, contract.currency),
                tax=taxes_for(terms.seller, terms.buyer, day),
                first=day,
                last=day,
                ticket=ticket.id,
                reasons=(reason(Why.TICKET_PRICE, severity=ticket.severity),),
            )


def lot_lines(contract: Contract, sales: Iterable[Sale]) -> Iterator[Line]:
    """Prepaid time, charged when it is sold and taxed as of that day; the work it pays for later stands at zero."""
    for sale in sorted(sales, key=lambda sale: (sale.sold_on, sale.id)):
        terms = contract.on(sale.sold_on) or contract.latest
        yield Line(
            kind="lot",
            item="lot",
            **_measured(sale.minutes),
            unit_price=sale.unit_price,
            net=half_up(sale.minutes * sale.unit_price / MINUTES_AN_HOUR, contract.currency),
            tax=taxes_for(terms.seller, terms.buyer, sale.sold_on),
            first=sale.sold_on,
            last=sale.sold_on,
            reasons=(reason(Why.LOT_SOLD, lot=sale.id, since=sale.sold_on.isoformat()),),
        )
