"""The queues of the person who asks, with their counts: once per request, whoever needs them."""

from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Q
from django.db.models.functions import JSONObject

from accounts.models import Membership
from accounts.models.absences import covered_ids
from accounts.requests import MemberRequest
from tickets.enums import UNFINISHED
from tickets.models import Queue, Ticket


@dataclass(frozen=True, slots=True)
class Work:
    """What waits where: unfinished tickets only."""

    queues: list[Queue]
    unassigned: int
    # By membership: the member's own, and those of everybody for whom they stand in.
    hands: dict[int, int]
    mine: int


def work_of(request: MemberRequest) -> Work:
    """The member's queues (each with `.unfinished`) and their own count, in one query; two without any open queue."""
    known: Work | None = getattr(request, "_work", None)
    if known is None:
        known = _load(request.membership)
        request._work = known  # type: ignore[attr-defined]
    return known


def _load(member: Membership) -> Work:
    unfinished = Q(tickets__status_class__in=UNFINISHED)
    people = [member.pk, *covered_ids(member)]
    held = Ticket.objects.filter(assignee__in=people, status_class__in=UNFINISHED).order_by()
    counted = held.values("assignee").annotate(n=Count("pk"))
    queues = []
    for queue in Queue.objects.open_to(member).annotate(
        counted_unfinished=Count("tickets", filter=unfinished),
        counted_unassigned=Count("tickets", filter=unfinished & Q(tickets__assignee=None)),
        counted_hands=ArraySubquery(counted.values_list(JSONObject(member="assignee", n="n"))),
    ):
        for name in ("unfinished", "unassigned", "hands"):
            setattr(queue, name, getattr(queue, f"counted_{name}"))
        queues.append(queue)
    found = queues[0].hands if queues else [{"member": row["assignee"], "n": row["n"]} for row in counted]
    hands = {row["member"]: row["n"] for row in found}
    return Work(queues, sum(queue.unassigned for queue in queues), hands, hands.get(member.pk, 0))
