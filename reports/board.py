"""What the office's big screen shows: a handful of statements, asked again every half minute."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import Tenant
from reports.figures import percent_words, tenths
from reports.models import Promise
from tickets.chips import Chip, next_promise_chip
from tickets.enums import StatusClass
from tickets.models import Queue, Ticket
from tickets.models.tickets import NEVER
from tickets.threads import tag

DEADLINES = 12
SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class QueueCounts:
    """A queue's unfinished tickets; those not yet accepted, late, and due within the hour are among them."""

    name: str
    unfinished: int
    unassigned: int
    new: int
    late: int
    soon: int


@dataclass(frozen=True, slots=True)
class Deadline:
    """A ticket with its next promise. `who` is the requester where the board shows names, else empty."""

    number: str
    url: str
    title: str
    customer: str
    who: str
    queue: str
    assignee: str
    chip: Chip


@dataclass(frozen=True, slots=True)
class Shown:
    """The board at one moment. `kept` is today's share of promises kept, in words."""

    at: datetime
    queues: list[QueueCounts]
    deadlines: list[Deadline]
    received: int
    resolved: int
    kept: str


def shown(queues: Iterable[Queue], tenant: Tenant, *, names: bool = False, now: datetime | None = None) -> Shown:
    """The board of these queues, today being the active time zone's."""
    now = now or timezone.now()
    rows = list(queues)
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    today, here = (midnight, now), Ticket.objects.filter(queue__in=rows)
    promises = Promise.objects.as_of(now).filter(decided_at__range=today, ticket__queue__in=rows)
    settled = promises.aggregate(due=Count("pk"), kept=Count("pk", filter=Q(late=False)))
    return Shown(
        at=now,
        queues=_counts(rows, now),
        deadlines=[_deadline(ticket, tenant, names, now) for ticket in _next(here)],
        received=here.filter(received_at__range=today).count(),
        resolved=here.filter(resolved_at__range=today).count(),
        kept=percent_words(tenths(settled["kept"], settled["due"])),
    )


def _counts(queues: list[Queue], now: datetime) -> list[QueueCounts]:
    unfinished = Ticket.objects.unfinished().filter(queue__in=queues).order_by()
    counted = unfinished.values_list("queue").annotate(
        unfinished=Count("pk"),
        unassigned=Count("pk", filter=Q(assignee=None)),
        new=Count("pk", filter=Q(status_class=StatusClass.NEW)),
        late=Count("pk", filter=Q(due_order__lte=now)),
        soon=Count("pk", filter=Q(due_order__gt=now, due_order__lte=now + SOON)),
    )
    found = {pk: counts for pk, *counts in counted}
    return [QueueCounts(queue.name, *found.get(queue.pk, [0] * 5)) for queue in queues]


def _next(tickets: Any) -> Any:
    due = tickets.filter(due_order__lt=NEVER).by_next_deadline()
    return due.select_related("customer", "requester", "queue", "assignee__user")[:DEADLINES]


def _deadline(ticket: Ticket, tenant: Tenant, names: bool, now: datetime) -> Deadline:
    return Deadline(
        number=tag(tenant, ticket.number),
        url=ticket.get_absolute_url(),
        title=ticket.title,
        customer=ticket.customer.name if ticket.customer else "",
        who=ticket.requester.name if names else "",
        queue=ticket.queue.name,
        assignee=ticket.assignee.name if ticket.assignee else "",
        chip=next_promise_chip(ticket, now),
    )
