"""What a list row shows of a ticket."""

from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Tenant
from core.templatetags.vaste import local_time, minutes_words
from tickets.chips import Chip, StatusLook, next_promise_chip, status_look
from tickets.enums import StatusClass
from tickets.models import Ticket
from tickets.own_lists import own_cells, own_columns, own_group
from tickets.process import PREFIX
from tickets.selection import USUAL
from tickets.threads import tag


@dataclass(frozen=True, slots=True)
class Priority:
    level: str
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """One ticket in a list; all values are ready to print."""

    pk: int
    number: str
    url: str
    subject: str
    who: str
    unread: bool
    status: StatusLook
    priority: Priority
    chip: Chip
    assignee: str
    age: str
    # Whether the assignee is away.
    away: bool = False
    selected: bool = False
    # What the columns beyond the usual ones show, with their names.
    cells: tuple[tuple[str, str], ...] = ()


Cell = tuple[str, Callable[[Ticket, datetime], str]]
COLUMNS: dict[str, str | Promise] = {
    "status": _("Status"),
    "promise": _("Next promise"),
    "assignee": _("Consultant"),
    "age": _("Age"),
    "queue": _("Queue"),
    "kind": _("Kind"),
    "product": _("Product"),
    "tags": _("Tags"),
    "received": _("Received"),
    "activity": _("Last activity"),
}
USUAL_COLUMNS = [(name, COLUMNS[name]) for name in USUAL]
# The text of each column that is no part of every row.
CELLS: dict[str, Callable[[Ticket, datetime], str]] = {
    "queue": lambda ticket, now: ticket.queue.name,
    "kind": lambda ticket, now: getattr(ticket, "kind_name", "") or ticket.get_kind_display(),
    "product": lambda ticket, now: ticket.product.name if ticket.product else "",
    "tags": lambda ticket, now: ", ".join(getattr(ticket, "tag_names", ())),
    "received": lambda ticket, now: local_time(ticket.received_at, now),
    "activity": lambda ticket, now: local_time(ticket.last_activity_at, now),
}


def column_labels(names: Iterable[str]) -> list[tuple[str, str | Promise]]:
    """Columns with their words; the team's own are looked up only where one is shown."""
    wanted = list(names)
    known = COLUMNS | (own_columns() if any(name.startswith(PREFIX) for name in wanted) else {})
    return [(name, known.get(name, "")) for name in wanted]


def grouping(group: str) -> Callable[[Ticket], str]:
    """The words above a row, by its ticket; none where the list has no groups."""
    if not group:
        return lambda ticket: ""
    return own_group(group) if group.startswith(PREFIX) else lambda ticket: group_of(ticket, group)


def group_of(ticket: Ticket, group: str) -> str:
    """The words above the rows that are like this one."""
    if group == "priority":
        return ticket.get_priority_display()
    if group == "assignee":
        return ticket.assignee.name if ticket.assignee else gettext("Nobody")
    if group == "customer":
        return ticket.customer.name if ticket.customer else gettext("No customer")
    return str(getattr(ticket, group))


def rows_of(
    tickets: Iterable[Ticket],
    tenant: Tenant,
    now: datetime | None = None,
    *,
    away: Container[int] = (),
    columns: Sequence[str] = (),
    query: str = "",
) -> list[Row]:
    """The rows of tickets that were fetched with `for_list()`; `away` are the memberships of those who are.

    `query` ends their addresses, such as with the list that they stand in.
    """
    moment = now or timezone.now()
    known = CELLS | own_cells(columns)
    more = [(name, known[name]) for name in columns if name in known]
    return [_row(each, tenant, moment, away=each.assignee_id in away, more=more, query=query) for each in tickets]


def _row(ticket: Ticket, tenant: Tenant, now: datetime, *, away: bool, more: Sequence[Cell], query: str) -> Row:
    who = [ticket.requester.name, ticket.customer.name if ticket.customer else ""]
    return Row(
        pk=ticket.pk,
        number=tag(tenant, ticket.number),
        url=ticket.get_absolute_url() + query,
        subject=ticket.title,
        who=", ".join(filter(None, who)),
        unread=ticket.status_class == StatusClass.NEW,
        status=status_look(ticket),
        priority=Priority(ticket.priority, ticket.get_priority_display()),
        chip=next_promise_chip(ticket, now),
        assignee=ticket.assignee.name if ticket.assignee else "",
        away=away,
        age=minutes_words(max(0, int((now - ticket.received_at).total_seconds() // 60))),
        cells=tuple((name, write(ticket, now)) for name, write in more),
    )
