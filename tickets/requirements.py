"""Which of a team's own fields a ticket shows, which of them it needs, and which of those are empty.

Pure: fields with their rules, what a ticket has, its kind, its stage and the roles of whoever acts go in, names come
out. What a ticket has is given as marks: "yes" or "no", the id of a choice and of the choice above it, and FILLED for
whatever is filled in. A condition asks for one mark of another field.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from graphlib import CycleError, TopologicalSorter

FILLED = "*"
Marks = Mapping[str, frozenset[str]]


class Stage(StrEnum):
    """How far a ticket is; what is needed at one stage is needed at all later ones."""

    MADE = "made"
    RESOLVED = "resolved"


class Effect(StrEnum):
    """What a rule says of its field: shown only then, or needed from a stage on."""

    SHOWN = "shown"
    MADE = "made"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Where:
    """Another field bears this mark."""

    field: str
    mark: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One effect, for these kinds and roles (empty: for all), and where another field says so."""

    effect: Effect
    kinds: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    where: Where | None = None

    def is_for(self, kind: str, roles: frozenset[str]) -> bool:
        """Whether it speaks of such tickets and such people at all."""
        return (not self.kinds or kind in self.kinds) and (not self.roles or bool(self.roles & roles))


@dataclass(frozen=True, slots=True)
class Wanted:
    """A field by its key: the kinds that have it (empty: all) and its rules."""

    key: str
    kinds: frozenset[str] = frozenset()
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """Keys in the order of the fields. What is missing is required, what is required is shown."""

    shown: tuple[str, ...]
    required: tuple[str, ...]
    missing: tuple[str, ...]


def evaluate(
    fields: Sequence[Wanted], marks: Marks, *, kind: str, stage: Stage, roles: frozenset[str] = frozenset()
) -> Outcome:
    """What holds for one ticket. A field that is not shown counts as empty, also where others ask for it."""
    shown = _shown(fields, marks, kind, roles)
    seen = {key: marks.get(key, frozenset()) for key in shown}
    due = {Effect.MADE} if stage == Stage.MADE else {Effect.MADE, Effect.RESOLVED}
    required = tuple(
        field.key
        for field in fields
        if field.key in shown and any(each.effect in due and _holds(each, kind, roles, seen) for each in field.rules)
    )
    in_order = tuple(field.key for field in fields if field.key in shown)
    return Outcome(in_order, required, tuple(key for key in required if not seen[key]))


def _shown(fields: Sequence[Wanted], marks: Marks, kind: str, roles: frozenset[str]) -> set[str]:
    """From those that depend on no other onwards, until nothing is added: each needs one that is shown already."""
    shown: set[str] = set()
    while True:
        seen = {key: marks.get(key, frozenset()) for key in shown}
        more = {field.key for field in fields if _is_shown(field, kind, roles, seen)} - shown
        if not more:
            return shown
        shown |= more


def _is_shown(field: Wanted, kind: str, roles: frozenset[str], seen: Marks) -> bool:
    rules = [rule for rule in field.rules if rule.effect == Effect.SHOWN]
    has_it = not field.kinds or kind in field.kinds
    return has_it and (not rules or any(_holds(rule, kind, roles, seen) for rule in rules))


def _holds(rule: Rule, kind: str, roles: frozenset[str], seen: Marks) -> bool:
    where = rule.where
    return rule.is_for(kind, roles) and (where is None or where.mark in seen.get(where.field, frozenset()))


def circle(fields: Sequence[Wanted]) -> tuple[str, ...]:
    """Keys of fields each of which is shown only by the next one, the first also last; empty where there is none."""
    above = {
        field.key: {rule.where.field for rule in field.rules if rule.effect == Effect.SHOWN and rule.where}
        for field in fields
    }
    try:
        TopologicalSorter(above).prepare()
    except CycleError as error:
        return tuple(error.args[1])
    return ()
