"""Entries as pieces of one band on one date, and the rounding of their minutes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import chain
from zoneinfo import ZoneInfo

from billing.rating.bands import Timeline
from billing.rating.terms import Band, Contract, Mode, Rounding, Scope, Terms
from billing.rating.work import ZERO, Billing, Entry, Ticket

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of an entry. `start` is in minutes since 1970, `minutes` what counts, `worked` what the clock said.

    `rate` is the price of an hour without the band.
    """

    entry: Entry
    terms: Terms
    band: Band
    day: date
    start: int
    minutes: int
    worked: int
    rate: Decimal

    @property
    def hourly(self) -> Decimal:
        return self.rate * self.band.multiplier

    @property
    def sorting(self) -> tuple[int, str]:
        """The order of the work: what was entered when has no say in it."""
        return self.start, self.entry.id


def pieces_of(contract: Contract, tickets: dict[str, Ticket], entries: Sequence[Entry]) -> list[Piece]:
    """All entries cut and rounded, in the order of the work. Each has passed the gate."""
    cut = list(chain.from_iterable(_cut(contract, tickets, entries)))
    billable = [piece for piece in cut if piece.entry.billing == Billing.BILLABLE]
    others = [piece for piece in cut if piece.entry.billing != Billing.BILLABLE]
    return sorted([*_rounded(billable), *others], key=lambda piece: piece.sorting)


def _cut(contract: Contract, tickets: dict[str, Ticket], entries: Sequence[Entry]) -> Iterator[Iterator[Piece]]:
    zone = ZoneInfo(contract.tz)
    spans: dict[int, list[tuple[int, int, Entry]]] = defaultdict(list)
    versions: dict[int, Terms] = {}
    for entry in entries:
        if entry.span is None:
            raise ValueError(f"{entry.id} has no times")
        start, end = entry.span
        terms = contract.on((_EPOCH + timedelta(minutes=start)).astimezone(zone).date())
        if terms is None:
            raise ValueError(f"{entry.id}: no version of {contract.id} was in force")
        versions[id(terms)] = terms
        spans[id(terms)].append((start, end, entry))
    for key, terms in versions.items():
        timeline = Timeline(terms, min(span[0] for span in spans[key]), max(span[1] for span in spans[key]))
        for start, end, entry in spans[key]:
            rate = terms.rate(entry.work_type, tickets[entry.ticket].severity)
            yield _pieces(timeline, terms, entry, (start, end), ZERO if rate is None else rate)


def _pieces(timeline: Timeline, terms: Terms, entry: Entry, span: tuple[int, int], rate: Decimal) -> Iterator[Piece]:
    for cell in timeline.cut(*span):
        minutes = cell.end - cell.start
        yield Piece(entry, terms, cell.band, cell.day, cell.start, minutes, minutes, rate)


def rounded_minutes(rounding: Rounding, minutes: int) -> int:
    """What so many minutes count as. A half increment is nearest to the longer time."""
    whole, rest = divmod(minutes, rounding.increment)
    up = rest > 0 and (rounding.mode == Mode.UP or (rounding.mode == Mode.NEAREST and 2 * rest >= rounding.increment))
    return max((whole + up) * rounding.increment, rounding.minimum)


def _rounded(pieces: Iterable[Piece]) -> Iterator[Piece]:
    scopes: dict[tuple[object, ...], list[Piece]] = defaultdict(list)
    for piece in pieces:
        scopes[_scope(piece)].append(piece)
    for group in scopes.values():
        total = sum(piece.minutes for piece in group)
        more = rounded_minutes(group[0].terms.rounding, total) - total
        yield from _lengthened(group, more) if more > 0 else _shortened(group, -more)


def _scope(piece: Piece) -> tuple[object, ...]:
    version = piece.terms.valid_from
    match piece.terms.rounding.scope:
        case Scope.ENTRY:
            return version, piece.entry.id
        case Scope.TICKET_DAY:
            return version, piece.entry.ticket, piece.day
        case Scope.TICKET:
            return version, piece.entry.ticket


def _lengthened(group: list[Piece], more: int) -> list[Piece]:
    """Rounding never buys a surcharge: what it adds goes to the cheapest piece, the earliest of them."""
    cheapest = min(group, key=lambda piece: (piece.hourly, piece.sorting))
    return [replace(piece, minutes=piece.minutes + more) if piece is cheapest else piece for piece in group]


def _shortened(group: list[Piece], less: int) -> Iterator[Piece]:
    """What rounding takes away is taken from the dearest, the latest first."""
    for piece in sorted(group, key=lambda piece: (piece.hourly, piece.sorting), reverse=True):
        taken = min(less, piece.minutes)
        less -= taken
        yield replace(piece, minutes=piece.minutes - taken) if taken else piece
