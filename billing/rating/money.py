"""Amounts of money: Decimals at the minor unit of their currency, rounded half up."""

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

ZERO = Decimal(0)

# ISO 4217: currencies that do not have two decimals.
_DIGITS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}


def minor_unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 of EUR, 1 of JPY, 0.001 of KWD."""
    return Decimal(1).scaleb(-_DIGITS.get(currency, 2))


def half_up(amount: Decimal, currency: str) -> Decimal:
    """The nearest amount that can be paid; a half goes away from zero."""
    return amount.quantize(minor_unit(currency), rounding=ROUND_HALF_UP)


def apportioned(amount: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """`amount` by weights, each share payable, together exactly `amount`; the largest remainders get the last units.

    `amount` is at the minor unit and not negative. Raises ValueError where no weight is positive.
    """
    total = sum(weights, ZERO)
    if total <= 0:
        raise ValueError("nothing to apportion by")
    unit = minor_unit(currency)
    exact = [amount * weight / total for weight in weights]
    shares = [share.quantize(unit, rounding=ROUND_FLOOR) for share in exact]
    left = int((amount - sum(shares, ZERO)) / unit)
    by_remainder = sorted(range(len(shares)), key=lambda index: (shares[index] - exact[index], index))
    for index in by_remainder[:left]:
        shares[index] += unit
    return shares
