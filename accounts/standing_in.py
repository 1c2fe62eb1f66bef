"""Who works for whom while members are away: pure, over ids, so that it can be tested by the thousand.

A stand-in who is away as well leads on to their own stand-in. Whoever is led back to somebody already asked, or to
nobody, has no stand-in: their work falls to the team.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Person:
    """A member as absences know them."""

    pk: int
    name: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One absence in force; `substitute` is whom it names, away or not. `until` is its last day, if it has one."""

    member: Person
    until: date | None
    substitute: Person | None


@dataclass(frozen=True, slots=True)
class Away:
    """A member who is away, and who is there in their place after all chains have been followed."""

    member: Person
    until: date | None
    stand_in: Person | None


def stand_in_of(member: int, substitutes: Mapping[int, int | None]) -> int | None:
    """Who works for a member: they themselves while they are there, or None where nobody does.

    `substitutes` gives for each member who is away whom they have named.
    """
    asked: set[int] = set()
    current: int | None = member
    while current is not None and current in substitutes:
        if current in asked:
            return None
        asked.add(current)
        current = substitutes[current]
    return current


def resolve(entries: Iterable[Entry]) -> dict[int, Away]:
    """Everybody who is away, by their id."""
    known = list(entries)
    people = {entry.substitute.pk: entry.substitute for entry in known if entry.substitute}
    substitutes = {entry.member.pk: entry.substitute.pk if entry.substitute else None for entry in known}
    return {
        entry.member.pk: Away(entry.member, entry.until, people.get(stand_in_of(entry.member.pk, substitutes) or 0))
        for entry in known
    }


def covered_by(member: int, away: Mapping[int, Away]) -> list[Away]:
    """Those for whom a member stands in."""
    return [each for each in away.values() if each.stand_in and each.stand_in.pk == member]
