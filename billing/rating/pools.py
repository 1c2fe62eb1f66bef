"""What pays for each minute: the ticket's own price, included time, prepaid lots, and money for the rest.

Consumption is in the order of the work. A pool never goes below zero and is taken in whole minutes: a dearer band
covers as many real minutes as its weight allows and takes them rounded up.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from billing.rating.pieces import Piece
from billing.rating.terms import PoolBandMode
from billing.rating.work import Balances, Billing, month_of, months_up_to

INCLUDED = "included"


class Source(StrEnum):
    """What a stretch of work is paid from. The values are the kinds of the lines that show them."""

    TIME = "time"
    SURCHARGE = "surcharge"
    CAPPED = "capped"
    GOODWILL = "goodwill"
    PER_TICKET = "per_ticket_included"
    INCLUDED = "included"
    PREPAID = "prepaid"
    WARRANTY = "warranty"


_FREE = {Billing.GOODWILL: Source.GOODWILL, Billing.WARRANTY: Source.WARRANTY}


@dataclass(frozen=True, slots=True)
class PoolMove:
    """Minutes taken from (negative) or given back to a pool. `month` only for included time."""

    pool: str
    month: str | None
    entry: str
    minutes: int


@dataclass(frozen=True, slots=True)
class Share:
    """So many minutes of a piece, paid from one source; `pool` names the month or lot."""

    piece: Piece
    source: Source
    minutes: int
    pool: str = ""


class Consumption:
    """One run over the pieces. Starts from balances and ends with what is left of them."""

    def __init__(self, balances: Balances, minutes_before: dict[str, int]) -> None:
        self.moves: list[PoolMove] = []
        self._included = dict(balances.included)
        self._lots = sorted(balances.lots, key=lambda lot: lot.sorting)
        self._left = {lot.id: lot.minutes for lot in self._lots}
        self._tickets = dict(balances.tickets)
        self._named = frozenset(balances.tickets)
        self._counted = defaultdict(int, minutes_before)

    def shares(self, pieces: Iterable[Piece]) -> Iterator[Share]:
        """What pays for each piece, in the order of the work. Work that is internal is not shown and pays nothing."""
        for piece in pieces:
            if piece.entry.billing == Billing.INTERNAL or not piece.minutes:
                continue
            if piece.entry.billing in _FREE:
                yield Share(piece, _FREE[piece.entry.billing], piece.minutes)
                continue
            allowed = self._below_cap(piece)
            if allowed:
                yield from self._covered(piece, allowed)
            if allowed < piece.minutes:
                yield Share(piece, Source.CAPPED, piece.minutes - allowed)

    @property
    def balances(self) -> Balances:
        """What is left."""
        lots = tuple(replace(lot, minutes=self._left[lot.id]) for lot in self._lots)
        return Balances(self._included, lots, {ticket: self._tickets[ticket] for ticket in self._named})

    def _below_cap(self, piece: Piece) -> int:
        """How many minutes of the piece the ticket's cap lets through; the latest ones are free."""
        cap, ticket = piece.terms.cap_minutes, piece.entry.ticket
        allowed = piece.minutes if cap is None else min(piece.minutes, max(0, cap - self._counted[ticket]))
        self._counted[ticket] += allowed
        return allowed

    def _covered(self, piece: Piece, minutes: int) -> Iterator[Share]:
        left = minutes
        if piece.entry.work_type not in piece.terms.pool_excludes:
            for share in self._from_pools(piece, minutes):
                left -= share.minutes
                yield share
                yield from _surcharge(share)
        if left:
            yield Share(piece, Source.TIME, left)

    def _from_pools(self, piece: Piece, minutes: int) -> Iterator[Share]:
        """The ticket's own price first, then the months from the oldest, then the lots from the first to expire."""
        left = minutes
        for take in (self._of_ticket, self._of_months, self._of_lots):
            for share in take(piece, left):
                left -= share.minutes
                yield share
            if not left:
                return

    def _of_ticket(self, piece: Piece, minutes: int) -> Iterator[Share]:
        price, ticket = piece.terms.per_ticket, piece.entry.ticket
        if price is None:
            return
        left = self._tickets.setdefault(ticket, price.included_minutes)
        real, taken = drawn(piece, minutes, left)
        self._tickets[ticket] = left - taken
        if real:
            yield Share(piece, Source.PER_TICKET, real, ticket)

    def _of_months(self, piece: Piece, minutes: int) -> Iterator[Share]:
        included, month = piece.terms.included, month_of(piece.day)
        if included is None or (included.bands is not None and piece.band.code not in included.bands):
            return
        if included.unlimited:
            yield Share(piece, Source.INCLUDED, minutes, month)
            return
        if included.minutes is not None:
            self._included.setdefault(month, included.minutes)
        for name in months_up_to(month, included.rollover_months):
            if minutes and (balance := self._included.get(name, 0)) > 0:
                real, taken = drawn(piece, minutes, balance)
                minutes -= real
                if real:
                    self._included[name] = balance - taken
                    self.moves.append(PoolMove(INCLUDED, name, piece.entry.id, -taken))
                    yield Share(piece, Source.INCLUDED, real, name)

    def _of_lots(self, piece: Piece, minutes: int) -> Iterator[Share]:
        for lot in self._lots:
            if minutes and (balance := self._left[lot.id]) > 0 and lot.usable_on(piece.day):
                real, taken = drawn(piece, minutes, balance)
                minutes -= real
                if real:
                    self._left[lot.id] = balance - taken
                    self.moves.append(PoolMove(lot.id, None, piece.entry.id, -taken))
                    yield Share(piece, Source.PREPAID, real, lot.id)


def drawn(piece: Piece, minutes: int, balance: int) -> tuple[int, int]:
    """How many real minutes a balance covers, and how many minutes of the pool that takes."""
    weight = piece.band.multiplier if piece.terms.pool_band_mode == PoolBandMode.WEIGHTED else Decimal(1)
    if weight <= 0:
        return minutes, 0
    coverable = int((Decimal(max(0, balance)) / weight).to_integral_value(ROUND_FLOOR))
    real = min(minutes, coverable)
    return real, int((real * weight).to_integral_value(ROUND_CEILING))


def _surcharge(share: Share) -> Iterator[Share]:
    """Where bands are paid in money, a covered hour of a dearer band still costs what it is dearer by."""
    terms, band = share.piece.terms, share.piece.band
    if terms.pool_band_mode == PoolBandMode.SURCHARGE_LINE and band.multiplier > 1:
        yield Share(share.piece, Source.SURCHARGE, share.minutes, share.pool)
