"""When each version of a contract holds. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days on which a version holds, both included; open where `last` is None."""

    number: int
    first: date
    last: date | None


def periods(starts: Iterable[tuple[int, date]], *, first: date, last: date | None) -> list[Period]:
    """The days of each version by (number, first day), within those of the contract, in order.

    A later version ends the ones before it, and takes the place of those that begin no earlier than itself.
    """
    return sorted(_backwards(starts, first, last), key=lambda period: period.first)


def _backwards(starts: Iterable[tuple[int, date]], first: date, last: date | None) -> Iterator[Period]:
    until = last
    for number, day in sorted(starts, reverse=True):
        begins = max(day, first)
        if until is None or begins <= until:
            yield Period(number, begins, until)
            until = begins - _DAY
