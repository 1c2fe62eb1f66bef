"""Taking back what was rated. What has been invoiced is never changed, only credited."""

from dataclasses import replace

from billing.rating.reasons import Why, distinct, reason
from billing.rating.result import Line, Result, Totals
from billing.rating.work import Balances


def credited(result: Result, balances: Balances) -> Result:
    """The exact opposite of a result, against the balances of today: minutes go back to the pools they came from.

    A lot that has expired meanwhile gets its minutes back and stays expired.
    """
    lots = {move.pool: 0 for move in result.moves if move.month is None}
    months = {move.month: 0 for move in result.moves if move.month is not None}
    for move in result.moves:
        if move.month is None:
            lots[move.pool] -= move.minutes
        else:
            months[move.month] -= move.minutes
    back = replace(
        balances,
        included={**balances.included, **{month: balances.included.get(month, 0) + n for month, n in months.items()}},
        lots=tuple(replace(lot, minutes=lot.minutes + lots.get(lot.id, 0)) for lot in balances.lots),
    )
    totals = result.totals
    return Result(
        totals=Totals(-totals.net, -totals.tax, totals.currency),
        lines=tuple(_credited(line) for line in result.lines),
        moves=tuple(replace(move, minutes=-move.minutes) for move in result.moves),
        balances=back,
        taxes=tuple(replace(tax, base=-tax.base, amount=-tax.amount) for tax in result.taxes),
    )


def _credited(line: Line) -> Line:
    """Prices stay positive, quantities turn around (BR-27)."""
    reasons = distinct([*line.reasons, reason(Why.CREDITED)])
    return replace(line, quantity=-line.quantity, net=-line.net, minutes=-line.minutes, reasons=reasons)
