"""Paging by key: the next page begins behind the last row's key, so that a late page costs what the first one costs.

The address names only the row (`?after=17`); its key is read from the database, so that nothing typed into an address
reaches a comparison.
"""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

Row = TypeVar("Row", bound=Model)
PAGE = 50


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
    backwards = "before" in query and "after" not in query
    anchor = _anchor(rows, field, query.get("before" if backwards else "after", ""))
    backwards = backwards and anchor is not None
    ascending = newest_first == backwards
    if anchor:
        rows = rows.filter(_beyond(field, *anchor, word="gt" if ascending else "lt"))
    sign = "" if ascending else "-"
    found = list(rows.order_by(f"{sign}{field}", f"{sign}pk")[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    ahead, behind = (more, True) if backwards else (anchor is not None, more)
    return Page(found, _link(query, "before", found[:1], ahead), _link(query, "after", found[-1:], behind))


def _anchor(rows: "QuerySet[Row]", field: str, pk: str) -> tuple[Any, int] | None:
    """The key of the row that a page begins behind; None where there is no such row."""
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    known = rows.model._default_manager.filter(pk=int(pk)).values_list(field, "pk").first()
    return (known[0], known[1]) if known else None


def _beyond(field: str, value: Any, pk: int, *, word: str) -> Q:
    return Q(**{f"{field}__{word}": value}) | Q(**{field: value, f"pk__{word}": pk})


def _link(query: QueryDict, name: str, row: list[Row], there: bool) -> str:
    if not (row and there):
        return ""
    kept = {key: value for key, value in query.items() if key not in ("before", "after")}
    return "?" + urlencode(kept | {name: row[0].pk})
