"""Paging by key: the next page begins behind the last row's key, so that a late page costs what the first one costs.

The address carries the key itself (`?after=["2026-11-02T08:00:00+00:00",17]`), so that a page begins in its place even
where that row has gone or moved. Each part is read as its column's type; what is no key begins at the first page.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import AutoField, F, Field, ForeignKey, IntegerField, Model, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

Row = TypeVar("Row", bound=Model)
PAGE = 50
LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Key:
    """One part of an order. What may be empty comes last, whichever way the rest runs."""

    path: str
    descending: bool = False
    nullable: bool = False

    def order(self, *, backwards: bool) -> Any:
        """For `order_by`."""
        descending = self.descending != backwards
        nulls = {f"nulls_{'first' if backwards else 'last'}": True} if self.nullable else {}
        return F(self.path).desc(**nulls) if descending else F(self.path).asc(**nulls)

    def beyond(self, value: Any, *, backwards: bool) -> Q:
        """Rows whose part comes later than the value, or earlier when going backwards."""
        if value is None:
            return ~Q(**{self.path: None}) if backwards else Q(pk__in=[])
        found = Q(**{f"{self.path}__{'lt' if self.descending != backwards else 'gt'}": value})
        return found | Q(**{self.path: None}) if self.nullable and not backwards else found

    def bound(self, value: Any, *, backwards: bool) -> Q:
        """What all rows from there on fulfil, so that an index is entered at the key and not at its end."""
        if self.nullable:
            return Q()
        return Q(**{f"{self.path}__{'lte' if self.descending != backwards else 'gte'}": value})


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows, and the queries of the neighbouring pages ("" where there is none)."""

    rows: list[Row]
    earlier: str
    later: str


def page_by(
    rows: "QuerySet[Row]", field: str, query: QueryDict, *, newest_first: bool = False, size: int = PAGE
) -> Page[Row]:
    """The page of `rows` in the order of (field, pk) that the query's `before` or `after` names; else the first."""
    keys = (Key(field, newest_first), Key("pk", newest_first))
    return page_by_keys(rows, keys, query, size=size)


def page_by_keys(
    rows: "QuerySet[Row]",
    keys: Sequence[Key],
    query: QueryDict,
    *,
    size: int = PAGE,
    dressed: Callable[[Any], "QuerySet[Row]"] | None = None,
) -> Page[Row]:
    """The page in the order of several keys, the last of which makes it unambiguous.

    `dressed` adds what a page shows of its rows: joined only to those that are on it. Below row-level security
    PostgreSQL takes each join for one that leaves hardly any row, and would sort all of them rather than enter an
    index.
    """
    backwards = "before" in query and "after" not in query
    place = _read(query.get("before" if backwards else "after", ""), keys, rows)
    backwards = backwards and place is not None
    if place is not None:
        rows = rows.filter(_beyond(keys, place, backwards=backwards))
    order = [key.order(backwards=backwards) for key in keys]
    window = rows.order_by(*order)[: size + 1]
    if dressed is not None:
        window = dressed(rows.model._default_manager.filter(pk__in=window.values("pk"))).order_by(*order)
    found = list(window)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    ahead, behind = (more, True) if backwards else (place is not None, more)
    return Page(found, _link(query, "before", found[:1], keys, ahead), _link(query, "after", found[-1:], keys, behind))


def _beyond(keys: Sequence[Key], place: Sequence[Any], *, backwards: bool) -> Q:
    """What comes behind the place: a later part counts where all earlier ones are equal."""
    found, equal = Q(pk__in=[]), Q()
    for key, value in zip(keys, place, strict=True):
        found |= equal & key.beyond(value, backwards=backwards)
        equal &= Q(**{key.path: value})
    return keys[0].bound(place[0], backwards=backwards) & found


def _read(text: str, keys: Sequence[Key], rows: "QuerySet[Any]") -> list[Any] | None:
    """The key that an address carries; None where it is none."""
    try:
        values = json.loads(text)
        if not isinstance(values, list):
            return None
        return [_value(key, value, rows) for key, value in zip(keys, values, strict=True)]
    except (ValueError, ValidationError):
        return None


def _value(key: Key, value: Any, rows: "QuerySet[Any]") -> Any:
    """A part as its column's type. Raises ValueError or ValidationError for what cannot stand there."""
    if value is None and key.nullable:
        return None
    column = _column(key.path, rows)
    is_number = isinstance(column, IntegerField | AutoField | ForeignKey)
    found = column.to_python(value) if isinstance(value, int if is_number else str) else None
    is_odd = isinstance(found, datetime) and timezone.is_naive(found)
    is_odd |= isinstance(found, str) and "\0" in found
    is_odd |= isinstance(found, int) and not -LARGEST <= found < LARGEST
    if found is None or is_odd:
        raise ValueError(key.path)
    return found


def _column(path: str, rows: "QuerySet[Any]") -> "Field[Any, Any]":
    if path in rows.query.annotations:
        annotated: Field[Any, Any] = rows.query.annotations[path].output_field
        return annotated
    model: Any = rows.model
    for name in path.split("__"):
        column = model._meta.pk if name == "pk" else model._meta.get_field(name)
        model = column.related_model
    found: Field[Any, Any] = column.target_field if model else column
    return found


def _part(row: Model, path: str) -> Any:
    value: Any = row
    for name in path.split("__"):
        value = getattr(value, name, None)
    if isinstance(value, Model):
        return value.pk
    return value.isoformat() if isinstance(value, date) else value


def _link(query: QueryDict, name: str, row: list[Row], keys: Sequence[Key], there: bool) -> str:
    if not (row and there):
        return ""
    kept = [(key, value) for key in query if key not in ("before", "after") for value in query.getlist(key)]
    place = json.dumps([_part(row[0], key.path) for key in keys], ensure_ascii=False, separators=(",", ":"))
    return "?" + urlencode([*kept, (name, place)])
