"""A list of tickets as a page shows it: rows and groups, the chips of its filters, and the ways to ask otherwise."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.access import may
from accounts.models.absences import away_for
from accounts.requests import MemberRequest
from tickets.asking import Words
from tickets.enums import BulkKind
from tickets.fields import FIELDS, condition_of, field_of, labels_of
from tickets.models import Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.orders import SORTS, page_of
from tickets.own_lists import read
from tickets.rows import Row, column_labels, grouping, rows_of
from tickets.selection import PAGE, USUAL, Selection, UnknownSelection
from tickets.watching import asks_what_changed, watch, what_changed
from tickets.whence import opened_from, remember

# Offered beside the conditions that are set; the others stand behind "Filter".
QUICK = ("status", "priority", "assignee", "customer")


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition that is set, with the address that takes it away."""

    label: Words
    value: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """What to show. `fixed` are fields that the list itself decides, so that nobody is offered to change them."""

    title: str
    empty: str
    tickets: TicketQuerySet
    about: str = ""
    fixed: tuple[str, ...] = ()
    # What it shows where the address asks for nothing.
    usual: Selection = field(default_factory=Selection)
    more: dict[str, Any] = field(default_factory=dict)

    def selected(self, query: QueryDict) -> Selection:
        """What is shown. Raises UnknownSelection."""
        return read(query) if set(query) - PAGE else self.usual


def show(request: MemberRequest, listing: Listing) -> HttpResponse:
    """The page of a list; an address that asks for what no list knows is a bad request."""
    try:
        selection = listing.selected(request.GET)
        tickets = listing.tickets.filter(condition_of(selection, request.membership))
        labels = labels_of(selection.asked, request.membership)
    except UnknownSelection as error:
        raise BadRequest(str(error)) from error
    if asks_what_changed(request):
        return what_changed(request, tickets)
    live = watch(request)
    page = page_of(tickets, selection, request.GET)
    remember(request, [ticket.number for ticket in page.rows])
    away, query = away_for(request.membership), opened_from(request)
    rows = rows_of(page.rows, request.tenant, away=away, columns=selection.shown, query=query)
    late = sum(row.chip.kind == "late" for row in rows)
    context = {
        "title": listing.title,
        "summary": ngettext("%(count)s late on this page", "%(count)s late on this page", late) % {"count": late}
        if late
        else listing.about,
        "groups": list(_grouped(rows, page.rows, selection.group)),
        "columns": column_labels(selection.shown),
        "usual": selection.shown == USUAL,
        "page": page,
        "live": live.token(page.rows),
        "empty": listing.empty,
        "filtered": selection.conditions != listing.usual.conditions,
        "changed": selection != listing.usual,
        "query": selection.query,
        "cleared": request.path,
        "chips": _chips(selection, labels, listing.fixed, request.path),
        "offers": [(name, FIELDS[name].label) for name in QUICK if name in free_fields(selection, listing.fixed)],
        "place": urlencode([("path", request.path), *selection.pairs]),
        "order": SORTS[selection.order].label,
        "may_take": may(request.membership, "tickets.create"),
        "deeds": BulkKind.choices,
    }
    return render(request, "tickets/ticket_list.html", context | listing.more)


def _grouped(rows: list[Row], tickets: list[Ticket], group: str) -> Iterator[tuple[str, list[Row]]]:
    """The rows below the words of their group; all below none where the list has no groups."""
    heading, gathered, words_of = "", list[Row](), grouping(group)
    for row, ticket in zip(rows, tickets, strict=True):
        words = words_of(ticket)
        if words != heading and gathered:
            yield heading, gathered
            gathered = []
        heading = words
        gathered.append(row)
    if gathered:
        yield heading, gathered


def _chips(
    selection: Selection, labels: dict[tuple[str, str], Words], fixed: tuple[str, ...], path: str
) -> list[Chip]:
    chips = []
    for asked in selection.asked:
        if asked.field in fixed:
            continue
        words = ", ".join(str(labels.get((asked.field, value), _("no longer there"))) for value in asked.values)
        label = field_of(asked.field).label
        value = _("not %(values)s") % {"values": words} if asked.negated else words
        chips.append(Chip(label, value, _address(path, selection.without(asked.field))))
    return chips


def free_fields(selection: Selection, fixed: tuple[str, ...], known: Iterable[str] = FIELDS) -> list[str]:
    """Fields that nothing is asked of."""
    asked = {each.field for each in selection.asked}
    return [name for name in known if name not in fixed and name not in asked]


def _address(path: str, selection: Selection) -> str:
    return f"{path}?{selection.query}" if selection.query else path
