"""A version's own terms as they are stored, without what the two sides and the office decide. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from billing.rating.format import read_contract
from billing.rating.freezing import frozen_terms
from billing.rating.taxes import Party
from billing.rating.terms import Terms

DECIDED_ELSEWHERE = frozenset({"currency", "tz", "seller", "buyer", "valid_from", "valid_to", "holidays", "language"})
_NOBODY = {"country": ""}


def blank(currency: str) -> Terms:
    """Terms of nothing, to be composed; its sides, zone and days mean nothing."""
    return Terms(currency=currency, tz="UTC", seller=Party(""), buyer=Party(""), valid_from=date.min)


def stored(terms: Terms) -> dict[str, Any]:
    """What is kept of a version."""
    kept = {name: value for name, value in frozen_terms(terms).items() if name not in DECIDED_ELSEWHERE}
    return {name: value for name, value in kept.items() if value not in (None, False, [], {})}


def read(data: Mapping[str, Any], currency: str) -> Terms:
    """The terms that were stored, with sides, zone and days that mean nothing. Raises FormatError."""
    around = {"currency": currency, "tz": "UTC", "seller": _NOBODY, "buyer": _NOBODY}
    return read_contract({"id": "", **data, **around, "valid_from": date.min.isoformat()}).latest
