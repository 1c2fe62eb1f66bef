"""The queues of the person who asks, with their counts: once per request, whoever needs them.

Where a tenant has many unfinished tickets, counting them costs more than a page of them: what the queues hold is then
some seconds old, and the same for all members. What one person holds is always counted.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TypedDict

from django.contrib.postgres.expressions import ArraySubquery
from django.core.cache import cache
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import RedisError

from accounts.models import Membership
from accounts.models.absences import covered_ids
from accounts.requests import MemberRequest
from core.alarms import ALARM_SECONDS, Alarm
from core.cache import for_seconds
from tickets.enums import UNFINISHED
from tickets.models import Queue, RuleRun, Ticket

# Unfinished tickets of a tenant from which on their count is kept, and for how many seconds.
MANY, SECONDS = 2_000, 10
# Of the troubles of rules that are counted.
MOST_TROUBLES = 100
# What a row of the queues brings along.
HANDS, QUEUES = "counted_hands", "counted_queues"


class Held(TypedDict):
    """Unfinished tickets of one queue, and how many of them nobody has."""

    queue: int
    n: int
    free: int


def rule_alarm(tenant_id: int) -> Alarm | None:
    """A rule that has failed or been left out in the last day; some seconds old."""
    return for_seconds(f"alarm:rules:{tenant_id}", ALARM_SECONDS, _troubled_rules)


def _troubled_rules() -> Alarm | None:
    runs = RuleRun.objects.troubles(since=timezone.now() - timedelta(days=1)).order_by("-at")
    found = list(runs.values_list("rule", "rule__name", "at")[:MOST_TROUBLES])
    if not found:
        return None
    pk, name, at = found[0]
    url = reverse("tickets:rule_log_of", args=[pk])
    return Alarm("rules", at, name, url, len({rule for rule, *_rest in found}) - 1)


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
    people = [member.pk, *covered_ids(member)]
    unfinished = Ticket.objects.filter(status_class__in=UNFINISHED).order_by()
    counted = unfinished.filter(assignee__in=people).values("assignee").annotate(n=Count("pk"))
    hands_of = counted.values_list(JSONObject(member="assignee", n="n"))
    kept = _kept(member.tenant_id)
    queues = Queue.objects.open_to(member).annotate(**{HANDS: ArraySubquery(hands_of)})
    if kept is None:
        queues = queues.annotate(**{QUEUES: ArraySubquery(_in_queues(unfinished))})
    rows = list(queues)
    held = kept if kept is not None else _keep(member.tenant_id, rows)
    by_queue = {each["queue"]: each for each in held}
    for queue in rows:
        each = by_queue.get(queue.pk, Held(queue=queue.pk, n=0, free=0))
        queue.unfinished, queue.unassigned = each["n"], each["free"]
    found = getattr(rows[0], HANDS) if rows else [{"member": row["assignee"], "n": row["n"]} for row in counted]
    hands = {row["member"]: row["n"] for row in found}
    return Work(rows, sum(queue.unassigned for queue in rows), hands, hands.get(member.pk, 0))


def _in_queues(unfinished: "QuerySet[Ticket]") -> "QuerySet[Ticket, object]":
    """Of all the tenant's queues: not joined to them, so that it is counted once, whoever asks."""
    grouped = unfinished.values("queue").annotate(n=Count("pk"), free=Count("pk", filter=Q(assignee=None)))
    return grouped.values_list(JSONObject(queue="queue", n="n", free="free"))


def _key(tenant_id: int) -> str:
    return f"work:{tenant_id}"


def _kept(tenant_id: int) -> list[Held] | None:
    try:
        kept: list[Held] | None = cache.get(_key(tenant_id))
    except RedisError:
        return None
    return kept


def _keep(tenant_id: int, rows: list[Queue]) -> list[Held]:
    """What was counted just now, kept for some seconds where it is much."""
    held: list[Held] = getattr(rows[0], QUEUES) if rows else []
    if sum(each["n"] for each in held) >= MANY:
        try:
            cache.set(_key(tenant_id), held, SECONDS)
        except RedisError:
            return held
    return held
