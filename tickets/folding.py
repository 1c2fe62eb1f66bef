"""A long conversation on its page: how it began and what was said last; what lies between stands behind one press."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

# Of messages: so many are shown whole, and so many of more are the last ones.
MOST_SHOWN, LATEST = 40, 20


class HasMessage(Protocol):
    @property
    def message(self) -> object | None: ...


Entry = TypeVar("Entry", bound=HasMessage)


@dataclass(frozen=True, slots=True)
class Folded(Generic[Entry]):
    """What is shown before the fold and behind it, and how many messages are in it."""

    before: Sequence[Entry]
    hidden: int
    behind: Sequence[Entry]


def fold(entries: Sequence[Entry], *, whole: bool = False) -> Folded[Entry]:
    """Leave out what lies between the first message and the latest ones, but only where that is much."""
    said = [place for place, entry in enumerate(entries) if entry.message]
    if whole or len(said) <= MOST_SHOWN:
        return Folded(entries, 0, [])
    first, last = said[0] + 1, said[-LATEST]
    return Folded(entries[:first], len(said) - 1 - LATEST, entries[last:])
