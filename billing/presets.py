"""Contracts that most customers have, from the two or three figures in which they differ.

Each gives the versions' terms on top of what the legal entity decides (currency, zone, seller, bands, holidays).
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from billing.rating.terms import ANY, Included, PerTicket, Rounding, Scope, Terms

QUARTERS = Rounding(increment=15)
NO_RATES: Mapping[str, Decimal] = {}


def fixed_fee(base: Terms, *, monthly_fee: Decimal) -> Terms:
    """Everything for one fee a month."""
    return replace(base, monthly_fee=monthly_fee, included=Included(unlimited=True))


def retainer(
    base: Terms, *, monthly_fee: Decimal, minutes: int, rates: Mapping[str, Decimal], rollover_months: int = 0
) -> Terms:
    """So many minutes a month for a fee, and what is above them by the hour."""
    included = Included(minutes=minutes, rollover_months=rollover_months)
    return replace(base, monthly_fee=monthly_fee, included=included, rates=rates, rounding=QUARTERS)


def prepaid_hours(base: Terms, *, rates: Mapping[str, Decimal]) -> Terms:
    """Hours bought beforehand in lots, and what is above them by the hour. Travel is never prepaid."""
    return replace(base, rates=rates, rounding=QUARTERS, pool_excludes=frozenset({"travel"}))


def time_and_material(base: Terms, *, rates: Mapping[str, Decimal], km_rate: Decimal | None = None) -> Terms:
    """Each begun quarter of an hour, and kilometres."""
    return replace(base, rates=rates, rounding=QUARTERS, km_rate=km_rate)


def per_ticket(
    base: Terms, *, price: Decimal, included_minutes: int, rates: Mapping[str, Decimal] = NO_RATES
) -> Terms:
    """A price for each ticket that covers so many minutes, and what is above them by the hour."""
    rounding = Rounding(increment=15, scope=Scope.TICKET)
    return replace(base, per_ticket=PerTicket({ANY: price}, included_minutes), rates=rates, rounding=rounding)
