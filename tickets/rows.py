"""What a list row shows of a ticket."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from accounts.models import Tenant
from core.templatetags.vaste import minutes_words
from tickets.chips import Chip, StatusLook, next_promise_chip, status_look
from tickets.enums import StatusClass
from tickets.models import Ticket
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


def rows_of(
    tickets: Iterable[Ticket],
    tenant: Tenant,
    now: datetime | None = None,
    *,
    away: Container[int] = (),
    query: str = "",
) -> list[Row]:
    """The rows of tickets that were fetched with `for_list()`; `away` are the memberships of those who are.

    `query` ends their addresses, such as with the list that they stand in.
    """
    moment = now or timezone.now()
    return [_row(ticket, tenant, moment, away=ticket.assignee_id in away, query=query) for ticket in tickets]


def _row(ticket: Ticket, tenant: Tenant, now: datetime, *, away: bool, query: str) -> Row:
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
    )
