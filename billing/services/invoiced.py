"""What earlier invoices have taken already, so that nothing is invoiced twice."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from sla.models import Contract


@dataclass(frozen=True, slots=True)
class Taken:
    """What the invoices of a contract have taken; tickets by their ids in rating.

    `included` are minutes moved by month and `lots` by the lot's id, negative where they were used. `minutes` are
    those that count against a ticket's cap, `left` those that its own price still covers, `priced` the tickets whose
    price was charged.
    """

    included: Mapping[str, int] = field(default_factory=dict)
    lots: Mapping[str, int] = field(default_factory=dict)
    minutes: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    priced: frozenset[str] = frozenset()


def taken_of(contract: Contract, tickets: Iterable[str]) -> Taken:
    """What the invoices of a contract took, for these tickets."""
    return Taken()


def not_invoiced() -> Q:
    """Work entries that no invoice has."""
    return Q()
