"""A long conversation on its page: how it began and what was said last; what lies between stands behind one press."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from tickets.models import Message

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


def ends(messages: QuerySet[Message]) -> QuerySet[Message]:
    """The messages of a ticket that are shown at once, the latest first; the others are not even fetched.

    Each knows in `.said` how many there are.
    """
    place = Window(RowNumber(), order_by=[F("at").desc(), F("pk").desc()])
    rows = messages.annotate(place=place, said=Window(Count("pk")))
    return rows.filter(Q(said__lte=MOST_SHOWN) | Q(place__lte=LATEST) | Q(place=F("said"))).order_by("-at", "-pk")


def fold(entries: Sequence[Entry], hidden: int) -> Folded[Entry]:
    """Where messages are left out, leave out as well what happened between them: they lie behind the first one."""
    if not hidden:
        return Folded(entries, 0, [])
    first, second, *_ = (place for place, entry in enumerate(entries) if entry.message)
    return Folded(entries[: first + 1], hidden, entries[second:])
