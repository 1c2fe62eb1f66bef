"""The VAT rates of the Union's countries that our legal entities sell from, with the day each began.

The standard rate comes first, then the reduced ones.

Sources: Finland, Arvonlisäverolaki 84-85 a § (24 % until 31.8.2024, 25.5 % since; 14 % became 13.5 % on 1.1.2026);
Germany, § 12 UStG (with the second half of 2020); Spain, Ley 37/1992 art. 90-91; Sweden, ML 9 kap.; Estonia, KMS § 15.
"""

from datetime import date
from decimal import Decimal
from itertools import pairwise

LAST = date(9999, 12, 31)
RATES: dict[str, tuple[tuple[str, str], ...]] = {
    "FI": (
        ("2010-07-01", "23 13 9"),
        ("2013-01-01", "24 14 10"),
        ("2024-09-01", "25.5 14 10"),
        ("2026-01-01", "25.5 13.5 10"),
    ),
    "DE": (("2007-01-01", "19 7"), ("2020-07-01", "16 5"), ("2021-01-01", "19 7")),
    "ES": (("2012-09-01", "21 10 4"),),
    "SE": (("1990-07-01", "25 12 6"),),
    "EE": (("2009-07-01", "20 9"), ("2024-01-01", "22 9"), ("2025-07-01", "24 13 9")),
}


def rates_ever(country: str) -> frozenset[Decimal] | None:
    """Every rate of any time, or None for a country not in the table."""
    return rates_between(country, date.min, LAST)


def rates_between(country: str, first: date, last: date) -> frozenset[Decimal] | None:
    """Every rate that was in force on a day of that time, or None for a country not in the table."""
    if country not in RATES:
        return None
    spans = pairwise([*steps(country), (LAST, [])])
    return frozenset(rate for (begins, rates), (ends, _) in spans if begins <= last and ends > first for rate in rates)


def steps(country: str) -> list[tuple[date, list[Decimal]]]:
    """From when on which rates; nothing for a country not in the table."""
    return [
        (date.fromisoformat(day), [Decimal(rate) for rate in rates.split()]) for day, rates in RATES.get(country, ())
    ]
