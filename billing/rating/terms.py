"""A contract as values: immutable versions, each a composition of a few primitives.

Money is Decimal in the contract's currency and net of tax, time is whole minutes, dates are civil dates of the
office. Nothing here knows a kind of contract: a fixed fee is a fee with unlimited included time, a retainer a fee with
included minutes that roll over, time and material is rates alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo

from billing.rating.taxes import Party

ONE = Decimal(1)
# A price that holds for every severity.
ANY = ""


class Mode(StrEnum):
    UP = "up"
    DOWN = "down"
    NEAREST = "nearest"


class Scope(StrEnum):
    """What is rounded together."""

    ENTRY = "entry"
    TICKET_DAY = "ticket_day"
    TICKET = "ticket"


class PoolBandMode(StrEnum):
    """What an hour of a dearer band takes from a pool: its weight in minutes, or an hour and a surcharge in money."""

    WEIGHTED = "weighted"
    SURCHARGE_LINE = "surcharge_line"


class Proration(StrEnum):
    """What a month's fee costs where the contract does not hold for all of it: a whole one, or by its days."""

    NONE = "none"
    DAYS = "days"


@dataclass(frozen=True, slots=True)
class Band:
    """Hours that cost `multiplier` times the rate. All conditions given must hold, at the civil date of the minute.

    `hours` is [from, to) in minutes of the day; `to` at or before `from` goes over midnight. `weekdays` are 0 (Monday)
    to 6, empty for all. `holiday` is whether the date must be one, None where that does not matter.
    """

    code: str
    multiplier: Decimal = ONE
    holiday: bool | None = None
    weekdays: frozenset[int] = frozenset()
    hours: tuple[int, int] | None = None

    def covers(self, weekday: int, holiday: bool, minute: int) -> bool:
        """Whether a minute of such a day lies in it."""
        if self.holiday is not None and self.holiday != holiday:
            return False
        if self.weekdays and weekday not in self.weekdays:
            return False
        if self.hours is None:
            return True
        start, end = self.hours
        return start <= minute < end if start < end else minute >= start or minute < end


# Whatever no band of the contract covers.
NORMAL = Band("normal")


@dataclass(frozen=True, slots=True)
class Rounding:
    """To whole increments of minutes, and never less than the minimum, both for the sum of the scope."""

    increment: int = 1
    mode: Mode = Mode.UP
    scope: Scope = Scope.ENTRY
    minimum: int = 0

    def __post_init__(self) -> None:
        if self.increment < 1 or self.minimum < 0:
            raise ValueError(f"no rounding: {self.increment}, {self.minimum}")


@dataclass(frozen=True, slots=True)
class Included:
    """Time that the fee covers, in these bands (None: in all), so many minutes a month.

    Unused minutes live on for `rollover_months`. `minutes` None means that only what the balances say is there.
    """

    minutes: int | None = None
    bands: frozenset[str] | None = None
    rollover_months: int = 0
    unlimited: bool = False


@dataclass(frozen=True, slots=True)
class PerTicket:
    """A price for each finished ticket, by severity or `ANY`, and the minutes it covers."""

    prices: Mapping[str, Decimal]
    included_minutes: int = 0

    def price(self, severity: str) -> Decimal | None:
        return self.prices.get(severity, self.prices.get(ANY))


@dataclass(frozen=True, slots=True)
class CallOut:
    """A fee for work that somebody was called out to, if it begins in one of these bands."""

    fees: Mapping[str, Decimal]


def _nothing() -> Mapping[str, Decimal]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """One version of a contract, in force from `valid_from` to `valid_to`, both days included.

    `rates` are prices of an hour by work type; `severity_rates` by severity and then work type go first. `bands` are
    in order, the first that covers a minute rules. `cap_money` bounds the net of one run, `cap_minutes` what a ticket
    may cost in time. Work types in `pool_excludes` are never covered by included or prepaid time.
    """

    currency: str
    tz: str
    seller: Party
    buyer: Party
    valid_from: date
    valid_to: date | None = None
    rates: Mapping[str, Decimal] = field(default_factory=_nothing)
    severity_rates: Mapping[str, Mapping[str, Decimal]] = field(default_factory=lambda: MappingProxyType({}))
    bands: tuple[Band, ...] = ()
    holidays: frozenset[date] = frozenset()
    rounding: Rounding = Rounding()
    monthly_fee: Decimal | None = None
    yearly_fee: Decimal | None = None
    fee_proration: Proration = Proration.NONE
    included: Included | None = None
    per_ticket: PerTicket | None = None
    callout: CallOut | None = None
    km_rate: Decimal | None = None
    cap_minutes: int | None = None
    cap_money: Decimal | None = None
    pool_band_mode: PoolBandMode = PoolBandMode.WEIGHTED
    pool_excludes: frozenset[str] = frozenset()
    po_required: bool = False
    interim_billing: bool = False
    approver_required: bool = False
    language: str = ""
    late_entry_days: int | None = None

    def __post_init__(self) -> None:
        ZoneInfo(self.tz)
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError(f"a version that ends before it begins: {self.valid_from}")

    def rate(self, work_type: str, severity: str) -> Decimal | None:
        """The price of an hour outside all bands; None where there is none."""
        return self.severity_rates.get(severity, {}).get(work_type, self.rates.get(work_type))

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def covers_all_time(self, work_type: str) -> bool:
        """Whether such work can never cost anything, so that it needs no rate."""
        free = self.included is not None and self.included.unlimited and self.included.bands is None
        return free and work_type not in self.pool_excludes and self.pool_band_mode == PoolBandMode.WEIGHTED


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract by its id with its versions, which do not overlap and agree on currency, zone and seller.

    Raises ValueError otherwise: one invoice has one seller and one currency, and one zone decides its dates.
    """

    id: str
    versions: tuple[Terms, ...]

    def __post_init__(self) -> None:
        versions = tuple(sorted(self.versions, key=lambda terms: terms.valid_from))
        if len({(terms.currency, terms.tz, terms.seller) for terms in versions}) != 1:
            raise ValueError(f"{self.id}: versions differ in currency, zone or seller, or there is none")
        for earlier, later in pairwise(versions):
            if earlier.valid_to is None or earlier.valid_to >= later.valid_from:
                raise ValueError(f"{self.id}: two versions hold on {later.valid_from}")
        object.__setattr__(self, "versions", versions)

    @property
    def currency(self) -> str:
        return self.versions[0].currency

    @property
    def tz(self) -> str:
        return self.versions[0].tz

    @property
    def latest(self) -> Terms:
        return self.versions[-1]

    def on(self, day: date) -> Terms | None:
        """The version in force on a day."""
        return next((terms for terms in reversed(self.versions) if terms.holds_on(day)), None)
