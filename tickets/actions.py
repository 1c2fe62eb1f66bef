"""What is to be done to a ticket, as a list of plain values: macros keep one, and so can whatever else acts by itself.

Knows no table: a value is a word that tickets.services.deeds understands, such as a row's id.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tickets.enums import BulkKind

# For whoever runs it, where somebody is to get the ticket.
ME = "me"
LONGEST = 40
MOST = 30
# Several of these make sense side by side.
REPEATED = (BulkKind.TAG, BulkKind.UNTAG)
# Moving takes a ticket out of everybody's hands, so that comes before it is given to somebody; promises are chosen
# anew by kind and priority, so those come before the status that moves clocks.
ORDER = (
    BulkKind.MOVE,
    BulkKind.ASSIGN,
    BulkKind.KIND,
    BulkKind.PRIORITY,
    BulkKind.STATUS,
    BulkKind.TAG,
    BulkKind.UNTAG,
)


class BadActions(ValueError):
    """What was read is no list of actions."""


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that a ticket gets: `value` as the deed of that kind reads it."""

    kind: BulkKind
    value: str


def ordered(actions: Iterable[Action]) -> tuple[Action, ...]:
    """In the order in which they can be done, each once.

    Raises BadActions where two contradict each other, one is of no kind that can be done, or there are too many.
    """
    wanted = tuple(dict.fromkeys(actions))
    single = [each.kind for each in wanted if each.kind not in REPEATED]
    tags = [each.value for each in wanted if each.kind in REPEATED]
    odd = [each for each in wanted if each.kind not in ORDER or not 0 < len(each.value) <= LONGEST]
    if odd or len(wanted) > MOST or len(set(single)) < len(single) or len(set(tags)) < len(tags):
        raise BadActions
    return tuple(sorted(wanted, key=lambda each: ORDER.index(each.kind)))


def read(data: object) -> tuple[Action, ...]:
    """The actions of what `write` has made. Raises BadActions."""
    try:
        return ordered(Action(BulkKind(each["kind"]), str(each["value"])) for each in data)  # type: ignore[attr-defined]  # as JSON has it
    except (TypeError, KeyError, ValueError) as error:
        raise BadActions from error


def write(actions: Iterable[Action]) -> list[dict[str, str]]:
    """As plain JSON values. Raises BadActions as `ordered` does."""
    return [{"kind": each.kind.value, "value": each.value} for each in ordered(actions)]


def words_of(actions: Sequence[Action], names: Mapping[BulkKind, Mapping[str, Any]]) -> list[str]:
    """Each as people say it, "Set priority: High"; `names` are the words of the values of each kind."""
    gone = _("no longer there")
    return [f"{each.kind.label}: {names.get(each.kind, {}).get(each.value, gone)}" for each in actions]
