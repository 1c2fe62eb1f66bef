"""The queues of the person who asks, with their counts: once per request, whoever needs them."""

from dataclasses import dataclass

from django.db.models import Count, IntegerField, Q, Subquery, Value
from django.db.models.functions import Coalesce

from accounts.models import Membership
from accounts.requests import MemberRequest
from tickets.enums import UNFINISHED
from tickets.models import Queue, Ticket


@dataclass(frozen=True, slots=True)
class Work:
    """What waits where: unfinished tickets only."""

    queues: list[Queue]
    mine: int
    unassigned: int


def work_of(request: MemberRequest) -> Work:
    """The member's queues (each with `.unfinished`) and their own count, in one query; two without any open queue."""
    known: Work | None = getattr(request, "_work", None)
    if known is None:
        known = _load(request.membership)
        request._work = known  # type: ignore[attr-defined]
    return known


def _load(member: Membership) -> Work:
    unfinished = Q(tickets__status_class__in=UNFINISHED)
    mine = Ticket.objects.filter(assignee=member.pk, status_class__in=UNFINISHED).order_by()
    counted = mine.annotate(one=Value(1)).values("one").annotate(n=Count("pk")).values("n")
    queues = []
    for queue in Queue.objects.open_to(member).annotate(
        counted_unfinished=Count("tickets", filter=unfinished),
        counted_unassigned=Count("tickets", filter=unfinished & Q(tickets__assignee=None)),
        counted_mine=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
    ):
        for name in ("unfinished", "unassigned", "mine"):
            setattr(queue, name, getattr(queue, f"counted_{name}"))
        queues.append(queue)
    own = queues[0].mine if queues else mine.count()
    return Work(queues, own, sum(queue.unassigned for queue in queues))
