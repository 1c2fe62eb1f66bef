"""The table of figures as its page shows it: every count leads to what it counts."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from reports.asked import Asked
from reports.figures import NONE, Figures, percent_words
from reports.promises import SHOWS, Group
from tickets.metrics import promise_name
from tickets.why import span_words

# So many groups make a page; all of them are in the file.
MOST = 100


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure under its column; with a `url` there is something behind it, and `alarming` wants to be looked at."""

    column: str
    text: str
    url: str = ""
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A row: a group ("group"), one of its promises ("promise"), or all together ("total")."""

    kind: str
    name: str
    cells: list[Cell]


def columns() -> list[str]:
    """The heads of the figures, in their order."""
    return [cell.column for cell in _cells(Figures(), "")]


def lines_of(asked: Asked, found: list[Group]) -> Iterator[Line]:
    """A line for each group and each of its promises, and the sum of all, which is not that of a page."""
    for group in found[:MOST]:
        here = {asked.side: group.key}
        yield Line("group", group.name, _cells(group.total, asked.query(**here)))
        for metric, figures in group.by_promise.items():
            yield Line("promise", promise_name(metric), _cells(figures, asked.query(**here, promise=metric)))
    if len(found) > 1:
        total = sum((group.total for group in found), Figures())
        yield Line("total", _("Together"), _cells(total, asked.query()))


def _cells(figures: Figures, query: str) -> list[Cell]:
    return [
        _count("due", figures.due, query),
        _count("kept", figures.kept, query),
        _count("late", figures.late, query),
        _count("unkept", figures.late_in_the_end, query),
        Cell(_("Share kept"), percent_words(figures.kept_tenths)),
        Cell(_("Median"), _span(figures.median)),
        Cell(_("90 % within"), _span(figures.ninetieth)),
        Cell(_("Time paused"), percent_words(figures.paused_tenths)),
        _count("resting", figures.resting, query),
    ]


def _count(show: str, count: int, query: str) -> Cell:
    url = f"{reverse('reports:behind')}{query}&show={show}" if count else ""
    return Cell(str(SHOWS[show]), str(count), url, alarming=bool(count) and show in ("late", "unkept"))


def _span(seconds: int | None) -> str:
    return NONE if seconds is None else span_words(seconds)
