"""Which tickets a list shows and how, as its address says it: conditions, order, groups, columns.

Only names from here are read from an address, so that nobody asks the database for anything else. What a condition's
values mean is for tickets.fields.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.http import QueryDict

FIELDS = (
    "status",
    "priority",
    "assignee",
    "customer",
    "queue",
    "product",
    "kind",
    "tag",
    "requester",
    "channel",
    "due",
    "received",
    "activity",
)
SORTS = ("deadline", "newest", "oldest", "activity", "quiet")
GROUPS = ("status", "priority", "assignee", "customer", "queue")
COLUMNS = ("status", "promise", "assignee", "age", "queue", "kind", "product", "tags", "received", "activity")
USUAL = ("status", "promise", "assignee", "age")
# Of the page, not of what it shows.
PAGE = frozenset({"before", "after"})
ANY = "any"
MOST_VALUES = 30


@dataclass(frozen=True, slots=True)
class Own:
    """What a team's own fields add to the closed lists above."""

    fields: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


NOTHING = Own()


class UnknownSelection(ValueError):
    """The address asks for what no list knows."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A field has one of the values, or none of them."""

    field: str
    values: tuple[str, ...]
    negated: bool = False


# Where nothing is said of the status: work that is done is out of sight.
OPEN = Condition("status", ("unfinished",))


@dataclass(frozen=True, slots=True)
class Selection:
    """What a list shows; `sort` is empty for the usual order, `columns` for the usual ones."""

    conditions: tuple[Condition, ...] = (OPEN,)
    sort: str = ""
    group: str = ""
    columns: tuple[str, ...] = ()

    def of(self, field: str) -> Condition | None:
        return next((condition for condition in self.conditions if condition.field == field), None)

    def having(self, condition: Condition) -> "Selection":
        """With that condition in the place of what was asked of its field."""
        others = [each for each in self.conditions if each.field != condition.field]
        found = sorted([*others, condition], key=lambda each: _place(each.field))
        return replace(self, conditions=tuple(found))

    def without(self, field: str) -> "Selection":
        """With nothing asked of the field."""
        if field == OPEN.field:
            return self.having(Condition(field, (ANY,)))
        return replace(self, conditions=tuple(each for each in self.conditions if each.field != field))

    @property
    def asked(self) -> tuple[Condition, ...]:
        """The conditions that leave something out."""
        return tuple(condition for condition in self.conditions if condition.values != (ANY,))

    @property
    def order(self) -> str:
        """What is open has deadlines to go by; what is finished has none."""
        return self.sort or ("deadline" if self.of(OPEN.field) == OPEN else "newest")

    @property
    def shown(self) -> tuple[str, ...]:
        """The columns behind the subject."""
        return self.columns or USUAL

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Names and values as in an address, always in one order."""
        pairs = [(condition.field, value) for condition in self.conditions for value in condition.values]
        pairs += [("not", condition.field) for condition in self.conditions if condition.negated]
        pairs += [("sort", self.sort)] if self.sort else []
        pairs += [("group", self.group)] if self.group else []
        return pairs + [("column", column) for column in self.columns]

    @property
    def query(self) -> str:
        """For an address, without the question mark."""
        return urlencode(self.pairs)


def _place(field: str) -> tuple[int, str]:
    """Of the product's fields in their order, behind them those of the team."""
    return (FIELDS.index(field) if field in FIELDS else len(FIELDS), field)


def read(query: QueryDict, *, also: Iterable[str] = (), own: Own = NOTHING) -> Selection:
    """What an address asks for; `also` names parameters that belong to somebody else, `own` what the team has added.

    Raises UnknownSelection for any other name, for a sort, group or column that is not on the list, and for too many
    values. The values of fields are looked at by tickets.fields.
    """
    fields = (*FIELDS, *sorted(own.fields))
    known = {*fields, "not", "sort", "group", "column", *PAGE, *also}
    if strange := set(query) - known:
        raise UnknownSelection(", ".join(sorted(strange)))
    negated = _listed(query.getlist("not"), fields)
    conditions = []
    for field in fields:
        values = tuple(dict.fromkeys(value for value in query.getlist(field) if value))
        if len(values) > MOST_VALUES:
            raise UnknownSelection(field)
        if values:
            conditions.append(Condition(field, values, field in negated))
    if not any(condition.field == OPEN.field for condition in conditions):
        conditions.insert(0, OPEN)
    return Selection(
        tuple(conditions),
        sort=_one(query, "sort", SORTS),
        group=_one(query, "group", (*GROUPS, *own.groups)),
        columns=_listed(query.getlist("column"), (*COLUMNS, *own.columns)),
    )


def parse(query: str, *, own: Own = NOTHING) -> Selection:
    """A query that was kept, such as that of a saved view. Raises UnknownSelection."""
    return read(QueryDict(query), own=own)


def _one(query: QueryDict, name: str, known: Sequence[str]) -> str:
    value = query.get(name, "")
    if value and value not in known:
        raise UnknownSelection(name)
    return str(value)


def _listed(values: Iterable[str], known: Sequence[str]) -> tuple[str, ...]:
    """In the order of those that are known."""
    found = {value for value in values if value}
    if strange := found - set(known):
        raise UnknownSelection(", ".join(sorted(strange)))
    return tuple(value for value in known if value in found)
