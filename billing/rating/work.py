"""What is rated: tickets, entries, what is left of included and prepaid time, and the run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from billing.rating.terms import Contract

ZERO = Decimal(0)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)
FINISHED = frozenset({"resolved", "closed"})


class Billing(StrEnum):
    """What becomes of an entry: billable as the contract says, shown at zero, or not shown at all."""

    BILLABLE = "billable"
    GOODWILL = "goodwill"
    WARRANTY = "warranty"
    INTERNAL = "internal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """The facts of a ticket that an invoice needs. `minutes_before` and `priced` tell what earlier runs billed."""

    id: str
    status: str = ""
    category: str = ""
    severity: str = ""
    resolution: str = ""
    resolved_on: date | None = None
    received_at: datetime | None = None
    po: str = ""
    minutes_before: int = 0
    priced: bool = False
    credit_undecided: bool = False
    unapproved: bool = False

    @property
    def finished(self) -> bool:
        return self.status in FINISHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Work from `start` to `end`, aware instants that are cut to whole minutes. `km` are driven kilometres.

    Where it is not `timed`, only its length was told: it may lie beside other work and before the reception.
    """

    id: str
    ticket: str
    agent: str = ""
    work_type: str = ""
    start: datetime | None = None
    end: datetime | None = None
    description: str = ""
    language: str = ""
    billing: Billing = Billing.BILLABLE
    reason: str = ""
    approver: str = ""
    callout: bool = False
    km: Decimal = ZERO
    timed: bool = True
    invoiced: bool = False

    @property
    def minutes(self) -> int | None:
        """Whole minutes of real time, however the clocks were set meanwhile; None where a time is missing."""
        span = self.span
        return None if span is None else span[1] - span[0]

    @property
    def span(self) -> tuple[int, int] | None:
        """[start, end) in minutes since 1970."""
        if self.start is None or self.end is None:
            return None
        return minute_of(self.start), minute_of(self.end)


@dataclass(frozen=True, slots=True)
class Lot:
    """Prepaid minutes that are left, usable from `valid_from` to `expires`, both days included; open where None."""

    id: str
    minutes: int
    valid_from: date | None = None
    expires: date | None = None

    def usable_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.expires is None or day <= self.expires)

    @property
    def sorting(self) -> tuple[date, str]:
        """First what expires first."""
        return self.expires or date.max, self.id


@dataclass(frozen=True, slots=True)
class Sale:
    """Prepaid minutes that were sold on a day, at so much an hour, and that no invoice has charged."""

    id: str
    minutes: int
    unit_price: Decimal
    sold_on: date


def _no_minutes() -> Mapping[str, int]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Balances:
    """Minutes left: included ones by month ("2026-11"), prepaid lots, and by ticket what its own price still covers.

    The month of the work itself, where it is not named, has what the contract includes; a ticket likewise.
    """

    included: Mapping[str, int] = field(default_factory=_no_minutes)
    lots: tuple[Lot, ...] = ()
    tickets: Mapping[str, int] = field(default_factory=_no_minutes)


@dataclass(frozen=True, slots=True)
class Run:
    """The instant of the run, and the months ("2026-11") and years (2026) whose fees are due."""

    now: datetime
    fee_months: tuple[str, ...] = ()
    fee_years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that a rating depends on. Raises ValueError where an entry's ticket is missing or an id appears twice."""

    contract: Contract
    tickets: tuple[Ticket, ...]
    entries: tuple[Entry, ...]
    run: Run
    balances: Balances = field(default_factory=Balances)
    sales: tuple[Sale, ...] = ()

    def __post_init__(self) -> None:
        known = {ticket.id for ticket in self.tickets}
        ids = {entry.id for entry in self.entries}
        lots = {lot.id for lot in self.balances.lots}
        sold = {sale.id for sale in self.sales}
        rows = self.tickets, self.entries, self.balances.lots, self.sales
        if any(len(names) != len(row) for names, row in zip((known, ids, lots, sold), rows, strict=True)):
            raise ValueError("two tickets, entries or lots have the same id")
        if lost := sorted({entry.ticket for entry in self.entries} - known):
            raise ValueError(f"entries of unknown tickets: {', '.join(lost)}")


def minute_of(instant: datetime) -> int:
    """Whole minutes since 1970; what is left of a minute is cut off."""
    return (instant - _EPOCH) // _MINUTE


def month_of(day: date) -> str:
    """The month's name, as balances and runs use it."""
    return f"{day.year:04}-{day.month:02}"


@lru_cache(maxsize=4096)
def months_up_to(month: str, before: int) -> tuple[str, ...]:
    """So many months before a month and then itself, the oldest first."""
    year, number = (int(part) for part in month.split("-"))
    ordinals = range(year * 12 + number - 1 - before, year * 12 + number)
    return tuple(f"{ordinal // 12:04}-{ordinal % 12 + 1:02}" for ordinal in ordinals)
