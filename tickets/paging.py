"""Paging by key: the next page begins after the last row's key, so that page 10,000 costs what page 1 costs."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import F, Q
from django.http import QueryDict

from tickets.models import Ticket
from tickets.models.tickets import TicketQuerySet

PAGE = 50
NEVER = "never"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of tickets by next deadline, and the queries of its neighbours ("" where there is none)."""

    tickets: list[Ticket]
    earlier: str
    later: str


def _key(ticket: Ticket) -> str:
    due = ticket.next_due_at.isoformat() if ticket.next_due_at else NEVER
    return f"{due}|{ticket.pk}"


def _read(key: str) -> tuple[datetime | None, int] | None:
    """The key of a row from the address; None for anything that is no key."""
    due, _, pk = key.partition("|")
    if not pk.isdecimal():
        return None
    try:
        return (None if due == NEVER else datetime.fromisoformat(due)), int(pk)
    except ValueError:
        return None


def page_by_deadline(tickets: TicketQuerySet, query: QueryDict, *, size: int = PAGE) -> Page:
    """One page of tickets, what is due first coming first, those without a promise last."""
    before, after = _read(query.get("before", "")), _read(query.get("after", ""))
    if before:
        backwards = tickets.order_by(F("next_due_at").desc(nulls_first=True), "-pk")
        rows = _read_on(backwards, _ahead(*before), size + 1)
        more, rows = len(rows) > size, rows[:size][::-1]
        return _page(rows, query, earlier=more, later=True)
    rows = _read_on(tickets.by_next_deadline(), _behind(*after) if after else [Q()], size + 1)
    return _page(rows[:size], query, earlier=bool(after), later=len(rows) > size)


def _read_on(tickets: TicketQuerySet, parts: list[Q], count: int) -> list[Ticket]:
    """The first rows of parts that follow one another, each a range of an index; seldom more than one is asked for."""
    rows: list[Ticket] = []
    for part in parts:
        if len(rows) < count:
            rows += tickets.filter(part)[: count - len(rows)]
    return rows


def _behind(due: datetime | None, pk: int) -> list[Q]:
    """In one condition PostgreSQL would have no range of the index, and read it from its beginning."""
    without = Q(next_due_at=None)
    if due is None:
        return [without & Q(pk__gt=pk)]
    return [Q(next_due_at__gte=due) & (Q(next_due_at__gt=due) | Q(pk__gt=pk)), without]


def _ahead(due: datetime | None, pk: int) -> list[Q]:
    if due is None:
        return [Q(next_due_at=None, pk__lt=pk), Q(next_due_at__isnull=False)]
    return [Q(next_due_at__lte=due) & (Q(next_due_at__lt=due) | Q(pk__lt=pk))]


def _page(rows: list[Ticket], query: QueryDict, *, earlier: bool, later: bool) -> Page:
    kept = {name: value for name, value in query.items() if name not in ("before", "after")}

    def link(name: str, ticket: Ticket) -> str:
        return "?" + urlencode(kept | {name: _key(ticket)})

    return Page(
        rows,
        link("before", rows[0]) if rows and earlier else "",
        link("after", rows[-1]) if rows and later else "",
    )
