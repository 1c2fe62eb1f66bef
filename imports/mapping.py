"""What words of the old desk mean here: its statuses, priorities, kinds, groups and kinds of work."""

from collections.abc import Mapping as Lookup
from dataclasses import dataclass, field
from typing import Any

# How Zammad calls its states and priorities from the beginning; a mapping file adds what a team named itself.
ZAMMAD: dict[str, dict[str, str]] = {
    "statuses": {"pending reminder": "scheduled", "pending close": "resolved", "removed": "closed"},
    "priorities": {"1 low": "low", "2 normal": "normal", "3 high": "high"},
}
TABLES = ("queues", "statuses", "priorities", "kinds", "work_types")
# Which field of a line each table is for; queues and kinds of work are looked up by name where they are known.
FIELDS = {"statuses": "status", "priorities": "priority", "kinds": "kind"}
# The entry for every word that has none of its own.
ANY = "*"


class WrongMapping(ValueError):
    """A mapping file that says something it cannot say."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """By table what each word means here; `minutes_per_unit` is what the old desk counted working time in."""

    tables: Lookup[str, Lookup[str, str]] = field(default_factory=dict)
    minutes_per_unit: int = 1

    @classmethod
    def read(cls, value: Any, defaults: Lookup[str, Lookup[str, str]] | None = None) -> "Mapping":
        """Out of a mapping file's JSON, on top of what is known of the source.

        Raises WrongMapping.
        """
        if not isinstance(value, dict) or set(value) - {*TABLES, "minutes_per_unit"}:
            raise WrongMapping(f"a mapping file has {', '.join(TABLES)} and minutes_per_unit")
        per_unit = value.get("minutes_per_unit", 1)
        if not isinstance(per_unit, int) or isinstance(per_unit, bool) or per_unit < 1:
            raise WrongMapping("minutes_per_unit has to be a whole number from 1")
        tables = {}
        for name in TABLES:
            own = value.get(name, {})
            if not isinstance(own, dict) or not all(isinstance(each, str) for each in own.values()):
                raise WrongMapping(f"{name} has to be an object of texts")
            tables[name] = {**(defaults or {}).get(name, {}), **own}
        return cls(tables, per_unit)

    def meaning(self, table: str, word: str) -> str:
        """What a word means here; itself where nothing is said of it."""
        known = self.tables.get(table, {})
        return known.get(word, known.get(ANY, word))

    def applied(self, value: Any) -> Any:
        """A line's object with those words replaced that lines have a closed list for."""
        if not isinstance(value, dict):
            return value
        meant = {
            name: self.meaning(table, word)
            for table, name in FIELDS.items()
            if isinstance(word := value.get(name), str) and word
        }
        return {**value, **meant}
