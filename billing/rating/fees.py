"""Fees of months and years, and the cap of a run."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from billing.rating.money import ZERO, apportioned, half_up
from billing.rating.reasons import Reason, Why, reason
from billing.rating.result import MONTH, PIECE, YEAR, Line
from billing.rating.taxes import Taxes, taxes_for
from billing.rating.terms import Contract, Proration, Terms
from billing.rating.work import Run

_ONE = Decimal(1)


def fee_lines(contract: Contract, run: Run) -> Iterator[Line]:
    """What the contract costs by the calendar, in order."""
    for month in sorted(set(run.fee_months)):
        year, number = (int(part) for part in month.split("-"))
        first, last = date(year, number, 1), date(year, number, monthrange(year, number)[1])
        for terms in _charging(contract, first, last):
            if terms.monthly_fee is not None:
                yield _fee(terms, "monthly_fee", terms.monthly_fee, (first, last), month)
    for year in sorted(set(run.fee_years)):
        first, last = date(year, 1, 1), date(year, 12, 31)
        for terms in _charging(contract, first, last):
            if terms.yearly_fee is not None:
                yield _fee(terms, "yearly_fee", terms.yearly_fee, (first, last), str(year))


def _charging(contract: Contract, first: date, last: date) -> list[Terms]:
    """The versions whose fee is due: each that prorates by days, else the one that the period begins with."""
    holding = [terms for terms in contract.versions if _part(terms, first, last)]
    if all(terms.fee_proration == Proration.DAYS for terms in holding):
        return holding
    return holding[:1]


def _part(terms: Terms, first: date, last: date) -> tuple[date, date] | None:
    """The days of a period on which a version holds."""
    start, end = max(first, terms.valid_from), min(last, terms.valid_to or last)
    return (start, end) if start <= end else None


def _fee(terms: Terms, item: str, fee: Decimal, period: tuple[date, date], name: str) -> Line:
    part = _part(terms, *period)
    price, days, said = fee, period, reason(Why.FEE, period=name)
    if terms.fee_proration == Proration.DAYS and part is not None and part != period:
        price, said = _prorated(terms, fee, part, period)
        days = part
    return Line(
        kind="fee",
        item=item,
        quantity=_ONE,
        unit=MONTH if item == "monthly_fee" else YEAR,
        unit_price=price,
        net=half_up(price, terms.currency),
        # A service that lasts is completed on its last day.
        tax=taxes_for(terms.seller, terms.buyer, days[1]),
        first=days[0],
        last=days[1],
        reasons=(said,),
    )


def _prorated(
    terms: Terms, fee: Decimal, part: tuple[date, date], period: tuple[date, date]
) -> tuple[Decimal, Reason]:
    held, whole = ((last - first).days + 1 for first, last in (part, period))
    return half_up(fee * held / whole, terms.currency), reason(Why.FEE_BY_DAYS, days=held, of=whole)


def cap_lines(lines: Sequence[Line], cap: Decimal | None, currency: str) -> Iterator[Line]:
    """What a run costs above its cap, as lines with quantity -1, because prices may not be negative (BR-27).

    Where the lines bear several taxes, each bears its part of the reduction.
    """
    excess = sum((line.net for line in lines), ZERO) - (cap or ZERO)
    if cap is None or excess <= 0:
        return
    nets: dict[Taxes, Decimal] = defaultdict(Decimal)
    for line in lines:
        nets[line.tax] += line.net
    taxes = sorted(tax for tax, net in nets.items() if net > 0)
    parts = apportioned(half_up(excess, currency), [nets[tax] for tax in taxes], currency)
    for tax, part in zip(taxes, parts, strict=True):
        if part:
            yield _cap_line(tax, part, cap, [line for line in lines if line.tax == tax and line.net])


def _cap_line(tax: Taxes, amount: Decimal, cap: Decimal, lines: Iterable[Line]) -> Line:
    days = [day for line in lines for day in (line.first, line.last)]
    return Line(
        kind="cap",
        item="cap",
        quantity=-_ONE,
        unit=PIECE,
        unit_price=amount,
        net=-amount,
        tax=tax,
        first=min(days),
        last=max(days),
        reasons=(reason(Why.MONEY_CAP, cap=cap),),
    )
