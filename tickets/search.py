"""One box for a number, a mail address or words.

Words are searched by a function of the owner that filters by tenant itself, because below row-level security
PostgreSQL uses no index for full-text operators (they are not leakproof).
"""

import re
from dataclasses import dataclass

from accounts.models import Membership, Tenant
from core.doors import open_door
from tickets.models import Ticket

LIMIT = 50
NUMBER = re.compile(r"\A(?:\[?([A-Za-z]{2,8})-)?(\d{1,15})\]?\Z")


@dataclass(frozen=True, slots=True)
class Found:
    """Tickets by relevance, at most LIMIT; `exact` is set where a number named one ticket."""

    tickets: list[Ticket]
    exact: Ticket | None = None
    more: bool = False


def find(words: str, *, tenant: Tenant, member: Membership) -> Found:
    """Look for tickets that the member may see, in the tenant in scope."""
    visible = Ticket.objects.visible_to(member)
    if not words:
        return Found([])
    if (number := NUMBER.match(words)) and number[1] in (None, tenant.subject_prefix, tenant.subject_prefix.lower()):
        exact = visible.filter(number=int(number[2])).first()
        if exact:
            return Found([], exact)
    if "@" in words:
        tickets = visible.filter(requester__addresses__email=words.lower()).order_by("-received_at", "-pk")
        rows = list(tickets.for_list()[: LIMIT + 1])
    else:
        ids = [pk for _tenant, pk in open_door("search_tickets", words, 4 * LIMIT)]
        order = {pk: place for place, pk in enumerate(ids)}
        rows = sorted(visible.filter(pk__in=ids).for_list(), key=lambda ticket: order[ticket.pk])
    return Found(rows[:LIMIT], more=len(rows) > LIMIT)
