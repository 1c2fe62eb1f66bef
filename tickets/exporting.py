"""A list of tickets as a table for spreadsheets: what the list shows, with all that its columns can say."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from django.utils import timezone
from django.utils.formats import get_format
from django.utils.translation import gettext as _

from accounts.models import Tenant
from core.sheets import Cell, Sheet
from tickets.metrics import promise_name
from tickets.models import Ticket
from tickets.models.tickets import TicketQuerySet
from tickets.orders import keys_of, ranked, shown_in
from tickets.own_lists import own_cells, own_columns
from tickets.rows import CELLS, COLUMNS
from tickets.selection import Selection
from tickets.threads import tag

# More than a spreadsheet is read with, and than one request should write.
MOST = 50_000
CHUNK = 500


def sheet_of(title: str, tickets: TicketQuerySet, selection: Selection, tenant: Tenant) -> Sheet:
    """The tickets in the selection's order, at most MOST; times are those of the reader's clock."""
    own = own_columns()
    asked = replace(selection, group="", columns=(*COLUMNS, *own))
    order = [key.order(backwards=False) for key in keys_of(asked)]
    found = shown_in(ranked(tickets, asked), asked).order_by(*order)[:MOST]
    notes = [
        _("Times are those of %(zone)s.") % {"zone": timezone.get_current_timezone_name()},
        _("At most the first %(count)s.") % {"count": MOST},
    ]
    columns = [*_names(), *map(str, own.values())]
    return Sheet(columns, _lines(found, tenant, list(own)), title, notes, get_format("DECIMAL_SEPARATOR"))


def _names() -> list[str]:
    return [
        _("Number"),
        _("Title"),
        _("Requester"),
        _("Customer"),
        _("Status"),
        _("Priority"),
        _("Kind"),
        _("Consultant"),
        _("Queue"),
        _("Product"),
        _("Tags"),
        _("Received"),
        _("Last activity"),
        _("Next promise"),
        _("Due"),
        _("Resolved"),
    ]


def _lines(tickets: TicketQuerySet, tenant: Tenant, own: Sequence[str]) -> Iterator[Sequence[Cell]]:
    cells, now = own_cells(own), timezone.now()
    for ticket in tickets.iterator(chunk_size=CHUNK):
        yield [
            tag(tenant, ticket.number),
            ticket.title,
            ticket.requester.name,
            ticket.customer.name if ticket.customer else "",
            str(ticket.status),
            ticket.get_priority_display(),
            CELLS["kind"](ticket, now),
            ticket.assignee.name if ticket.assignee else "",
            ticket.queue.name,
            CELLS["product"](ticket, now),
            CELLS["tags"](ticket, now),
            _time(ticket.received_at),
            _time(ticket.last_activity_at),
            promise_name(ticket.next_metric) if ticket.next_metric else "",
            _time(ticket.next_due_at),
            _time(_settled(ticket)),
            *(cells[name](ticket, now) for name in own),
        ]


def _settled(ticket: Ticket) -> datetime | None:
    return ticket.resolved_at or ticket.closed_at


def _time(moment: datetime | None) -> str:
    """As every spreadsheet reads it, in whatever language."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""
