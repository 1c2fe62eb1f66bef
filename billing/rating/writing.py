"""Results of a rating as JSON, to be stored beside their inputs. Numbers are strings with all their digits."""

from decimal import Decimal
from typing import Any

from billing.rating.money import half_up
from billing.rating.pools import PoolMove
from billing.rating.result import Line, Result, TaxTotal
from billing.rating.taxes import Tax


def written(result: Result) -> dict[str, Any]:
    """The result as an object of strings, whole numbers and lists, the same for equal results."""
    totals, after = result.totals, result.balances
    amounts = {"net": totals.net, "tax": totals.tax, "gross": totals.gross}
    return {
        "errors": [{"code": str(error.code), "ref": error.ref} for error in result.errors],
        "lines": [_line(line) for line in result.lines],
        "pool_moves": [_move(move) for move in result.moves],
        "pools_after": {
            "included": dict(after.included),
            "lots": {lot.id: lot.minutes for lot in after.lots},
            **({"tickets": dict(after.tickets)} if after.tickets else {}),
        },
        "taxes": [_tax_total(total) for total in result.taxes],
        "totals": {
            **{name: _number(half_up(amount, totals.currency)) for name, amount in amounts.items()},
            "currency": totals.currency,
        },
    }


def explained(result: Result) -> list[list[str]]:
    """Beside `written`: for each line its reasons, as codes with their values."""
    return [
        [" ".join((str(each.why), *(f"{name}={value}" for name, value in each.values))) for each in line.reasons]
        for line in result.lines
    ]


def _line(line: Line) -> dict[str, Any]:
    return {
        "kind": str(line.kind),
        "ticket": line.ticket,
        "item": line.item,
        "quantity": _number(line.quantity),
        "unit": line.unit,
        "price_base": line.price_base,
        "unit_price": _number(line.unit_price),
        "net": _number(line.net),
        "tax": [_tax(tax) for tax in line.tax],
        "from": line.first.isoformat(),
        "to": line.last.isoformat(),
    }


def _tax(tax: Tax) -> dict[str, str]:
    return {"category": tax.category, "rate": _number(tax.rate), "code": tax.code}


def _tax_total(total: TaxTotal) -> dict[str, str]:
    return {
        "category": total.category,
        "rate": _number(total.rate),
        "code": total.code,
        "base": _number(total.base),
        "amount": _number(total.amount),
    }


def _move(move: PoolMove) -> dict[str, Any]:
    month = {} if move.month is None else {"month": move.month}
    return {"pool": move.pool, **month, "entry": move.entry, "minutes": move.minutes}


def _number(value: Decimal) -> str:
    return f"{value:f}"
