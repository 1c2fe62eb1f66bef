"""What comes out of a rating."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain

from billing.gate import Missing
from billing.rating.money import ZERO, half_up
from billing.rating.pools import PoolMove
from billing.rating.reasons import Reason
from billing.rating.taxes import Taxes
from billing.rating.work import Balances

HOUR, MINUTE, PIECE, MONTH, YEAR, KILOMETRE = "HUR", "MIN", "C62", "MON", "ANN", "KMT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of an invoice, net of tax; `quantity` x `unit_price` / `price_base`, rounded once, is `net`.

    `ticket` is None for fees and the cap of a run. `entries` are the ids behind it, `minutes` its minutes of work.
    `first` and `last` are the dates of the service. Units are codes of UN/ECE Recommendation 20.
    """

    kind: str
    item: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    net: Decimal
    tax: Taxes
    first: date
    last: date
    ticket: str | None = None
    price_base: int = 1
    minutes: int = 0
    entries: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class TaxTotal:
    """The tax of one component on the sum of the lines that bear it."""

    category: str
    rate: Decimal
    code: str
    base: Decimal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    net: Decimal
    tax: Decimal
    currency: str

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


@dataclass(frozen=True, slots=True)
class Result:
    """Lines of what passed the gate, and what the rest lacks. `balances` are what is left after the moves."""

    totals: Totals
    lines: tuple[Line, ...] = ()
    moves: tuple[PoolMove, ...] = ()
    balances: Balances = field(default_factory=Balances)
    taxes: tuple[TaxTotal, ...] = ()
    errors: tuple[Missing, ...] = ()


def tax_totals(lines: Iterable[Line], currency: str) -> tuple[TaxTotal, ...]:
    """Each component once, on the sum and never by line (BR-CO-17), half up."""
    lines = list(lines)
    taxes = sorted(set(chain.from_iterable(line.tax for line in lines)))
    bases = {tax: sum((line.net for line in lines if tax in line.tax), ZERO) for tax in taxes}
    return tuple(
        TaxTotal(tax.category, tax.rate, tax.code, bases[tax], half_up(bases[tax] * tax.rate / 100, currency))
        for tax in taxes
    )


def totals_of(lines: Iterable[Line], taxes: Iterable[TaxTotal], currency: str) -> Totals:
    """Sums of what has been rounded already."""
    zero = half_up(ZERO, currency)
    net, tax = (line.net for line in lines), (total.amount for total in taxes)
    return Totals(sum(net, zero), sum(tax, zero), currency)
