"""Amounts: rounded half up, away from zero, to the cent; never a float."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Context, Decimal

ZERO = Decimal(0)
ONE_PIECE = Decimal(1)
CENT = Decimal("0.01")
HUNDRED = Decimal(100)
# Wide enough for whatever was read from a file.
_WIDE = Context(prec=100, rounding=ROUND_HALF_UP)


def cents(amount: Decimal) -> Decimal:
    """The amount with exactly two decimals (EN 16931 6.5.2 allows no more in totals)."""
    return amount.quantize(CENT, context=_WIDE)


def share(base: Decimal, percent: Decimal) -> Decimal:
    """So many percent of a sum of money, to the cent (BR-CO-17)."""
    return cents(base * percent / HUNDRED)


def total(amounts: Iterable[Decimal | None]) -> Decimal:
    """The sum; what is absent counts as nothing."""
    return sum((amount for amount in amounts if amount is not None), ZERO)


def decimals(amount: Decimal) -> int:
    """How many decimals are written: 2 for 1.50."""
    exponent = amount.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def shortest(number: Decimal) -> str:
    """Without trailing zeros and without an exponent: 25.5, 60, 0."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
