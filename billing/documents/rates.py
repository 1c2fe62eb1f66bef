"""The standard and reduced VAT rates of the countries our legal entities sell from, with the day each began.

Sources: Finland, Arvonlisäverolaki 84-85 a § (24 % until 31.8.2024, 25.5 % since; 14 % became 13.5 % on 1.1.2026);
Germany, § 12 UStG (with the second half of 2020); Spain, Ley 37/1992 art. 90-91; Sweden, ML 9 kap.; Estonia, KMS § 15.
"""

from datetime import date
from decimal import Decimal
from itertools import pairwise

LAST = date(9999, 12, 31)
_RATES: dict[str, tuple[tuple[str, str], ...]] = {
    "FI": (("2013-01-01", "24 14 10"), ("2024-09-01", "25.5 14 10"), ("2026-01-01", "25.5 13.5 10")),
    "DE": (("2007-01-01", "19 7"), ("2020-07-01", "16 5"), ("2021-01-01", "19 7")),
    "ES": (("2012-09-01", "21 10 4"),),
    "SE": (("1990-01-01", "25 12 6"),),
    "EE": (("2009-07-01", "20 9"), ("2024-01-01", "22 9"), ("2025-07-01", "24 13 9")),
}


def rates_ever(country: str) -> frozenset[Decimal] | None:
    """Every rate of any time, or None for a country not in the table."""
    return rates_between(country, date.min, LAST)


def rates_between(country: str, first: date, last: date) -> frozenset[Decimal] | None:
    """Every rate that was in force on a day of that time, or None for a country not in the table."""
    if country not in _RATES:
        return None
    steps = [(date.fromisoformat(day), rates.split()) for day, rates in _RATES[country]]
    spans = pairwise([*steps, (LAST, [])])
    return frozenset(
        Decimal(rate) for (begins, rates), (ends, _) in spans if begins <= last and ends > first for rate in rates
    )
