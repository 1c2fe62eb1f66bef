"""The tickets behind a figure: one row for each promise that it counts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import Q
from django.urls import reverse

from accounts.enums import SEE_EVERY_TICKET
from accounts.models import Membership, Tenant
from reports.models import Promise, PromiseQuerySet
from sla.business_time import clock_of
from sla.log import Metric
from sla.models import Timer
from sla.services.immutable import hours
from tickets.chips import Chip, timer_chip
from tickets.metrics import promise_name
from tickets.models import Ticket
from tickets.threads import tag
from tickets.why import span_words

# Fetched by themselves, as in `reports.promises`.
SHOWN = ("ticket__customer",)
IN_FILES = ("ticket__customer", "ticket__queue", "contract")
CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Row:
    """A promise in a list; all values are ready to print."""

    number: str
    url: str
    title: str
    customer: str
    promise: str
    due: datetime | None
    fulfilled: datetime | None
    late_by: str
    chip: Chip
    why_url: str


def open_to(promises: PromiseQuerySet, member: Membership) -> PromiseQuerySet:
    """Those of tickets that the member may open; figures count all of them for everybody who reads reports."""
    if member.has_role(*SEE_EVERY_TICKET):
        return promises
    return promises.filter(ticket__in=Ticket.objects.visible_to(member).values("pk"))


def order_of(show: str) -> str:
    """By what a figure's promises are listed: what has not been settled has no other instant than its pause."""
    return "paused_at" if show == "resting" else "decided_at"


def rows_of(promises: Iterable[Promise], tenant: Tenant, *, until: datetime, now: datetime) -> list[Row]:
    """The rows of promises that were fetched with SHOWN; how late those are that are still open, as of `until`."""
    return [_row(promise, tenant, until, now) for promise in promises]


def _row(promise: Promise, tenant: Tenant, until: datetime, now: datetime) -> Row:
    ticket, late = promise.ticket, late_seconds(promise, until)
    return Row(
        number=tag(tenant, ticket.number),
        url=ticket.get_absolute_url(),
        title=ticket.title,
        customer=ticket.customer.name if ticket.customer else "",
        promise=promise_name(promise.metric),
        due=promise.due_at,
        fulfilled=promise.fulfilled_at,
        late_by=span_words(late) if late else "",
        # The columns that a chip reads are the timer's own.
        chip=timer_chip(cast(Timer, promise), now, over=ticket.is_closed),
        why_url=reverse("tickets:why", args=[ticket.number, promise.metric, promise.cycle]),
    )


def late_seconds(promise: Promise, until: datetime) -> int:
    """By how much open time a promise is late: when it was fulfilled, its ticket ended, or at `until`; 0 if not."""
    if not promise.late_in_the_end or promise.due_at is None:
        return 0
    if promise.fulfilled_at:
        return max(0, promise.elapsed_seconds - promise.target_seconds)
    end = min(_ended_at(promise) or until, until)
    return clock_of(hours(promise.calendar_version_id)).open_seconds(promise.due_at, max(end, promise.due_at))


def _ended_at(promise: Promise) -> datetime | None:
    """When the ticket ended an open promise; a first response is owed until the ticket is closed."""
    ticket = promise.ticket
    if not ticket.is_finished:
        return None
    resolved_at = None if promise.metric == Metric.FIRST_RESPONSE else ticket.resolved_at
    ended_at: datetime | None = resolved_at or ticket.closed_at
    return ended_at


def each(promises: PromiseQuerySet, show: str) -> Iterator[Promise]:
    """All of them in their order, some at a time, so that no more than CHUNK are in memory."""
    field, beyond = order_of(show), Q()
    promises = promises.prefetch_related(*IN_FILES).order_by(field, "pk")
    while found := list(promises.filter(beyond)[:CHUNK]):
        yield from found
        last = getattr(found[-1], field)
        beyond = Q(**{f"{field}__gt": last}) | Q(**{field: last, "pk__gt": found[-1].pk})
