"""One box for a number, a mail address, words and operators.

Words are looked up by a function of the owner that filters by tenant itself, because below row-level security
PostgreSQL uses no index for full-text operators (they are not leakproof). It answers newest first, a window at a
time; rights and operators choose from each window, so that nothing is cut before the member's right is applied. Where
a word is so frequent that two windows are not enough, the tickets that the member may see are walked instead, and
each is asked whether it has the words: row-level security minds that as little as any other column.
"""

import re
from dataclasses import dataclass, replace

from django.db.models import BooleanField, F, Func, OuterRef, Subquery, TextField, Value

from accounts.models import Membership, Tenant
from accounts.models.base import CurrentTenant
from core.doors import open_door
from tickets.finding import conditions
from tickets.models import Origin, Ticket, TicketWords
from tickets.models.tickets import TicketQuerySet
from tickets.searching import Query, Trouble, read

PAGE = 50
# Tickets that the index of words names at once: enough for nearly every search, and what few searches need.
WINDOWS = (250, 5_000)
NUMBER = re.compile(r"\A(?:\[?([A-Za-z]{2,8})-)?(\d{1,15})\]?\Z")
# As other desks write theirs: 64017, Ticket#64017, [Ticket#64017], INC0012345.
FORMER = re.compile(r"\A\[?(?:[A-Za-z]{1,20}#)?([A-Za-z]{0,10}-?\d{1,30})\]?\Z")
NEWEST = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Tickets, newest first, at most PAGE; `exact` is set where a number, ours or a former desk's, named one ticket.

    `later` is the key that the next page begins behind, 0 where there is none.
    """

    tickets: list[Ticket]
    exact: Ticket | None = None
    later: int = 0
    troubles: tuple[Trouble, ...] = ()


def find(typed: str, *, tenant: Tenant, member: Membership, before: int = NEWEST) -> Found:
    """Look for tickets that the member may see, in the tenant in scope; `before` is a former page's `later`."""
    visible = Ticket.objects.visible_to(member)
    numbered = _numbered(typed.strip(), tenant, visible)
    if numbered:
        return Found(numbered) if len(numbered) > 1 else Found([], numbered[0])
    query = read(typed)
    asked = conditions(query, member=member)
    found = Found([], troubles=(*query.troubles, *asked.troubles))
    if query.is_empty or asked.troubles:
        return found
    narrowed = visible.filter(asked.q)
    keys = _having_words(query, narrowed, before) if query.terms else _older(narrowed, before)
    rows = Ticket.objects.filter(pk__in=keys[:PAGE]).for_list().order_by("-pk")
    return replace(found, tickets=list(rows), later=keys[PAGE - 1] if len(keys) > PAGE else 0)


def _numbered(typed: str, tenant: Tenant, visible: TicketQuerySet) -> list[Ticket]:
    """The ticket of that number, and those that had it where they lived before."""
    number = NUMBER.match(typed)
    if number and number[1] and number[1].upper() == tenant.subject_prefix:
        return list(visible.filter(number=int(number[2])))
    former = FORMER.match(typed)
    if former is None:
        return []
    ids = Origin.objects.filter(number=former[1]).values("ticket")
    found = list(visible.filter(pk__in=ids).for_list().order_by("-pk")[:PAGE])
    own = list(visible.filter(number=int(number[2])).for_list()) if number and not number[1] else []
    return [*own, *(ticket for ticket in found if ticket not in own)]


def _older(tickets: TicketQuerySet, before: int) -> list[int]:
    """The keys of a page and one more, newest first."""
    rows = tickets.filter(pk__lt=before) if before else tickets
    return list(rows.order_by("-pk").values_list("pk", flat=True)[: PAGE + 1])


def _having_words(query: Query, tickets: TicketQuerySet, before: int) -> list[int]:
    """The first PAGE + 1 of the tickets that have the words, by the index of words as far as its windows reach."""
    keys: list[int] = []
    for window in WINDOWS if query.wants_words else ():
        ids = [pk for _tenant, pk in open_door("search_tickets", *_lines(query), before, window)]
        # The door has sorted them: PostgreSQL need not sort what rights and operators leave.
        left = set(tickets.filter(pk__in=ids).order_by().values_list("pk", flat=True))
        keys += [pk for pk in ids if pk in left][: PAGE + 1 - len(keys)]
        if len(ids) < window or len(keys) > PAGE:
            return keys
        before = ids[-1]
    return keys + _older(tickets.filter(_has(query)), before)[: PAGE + 1 - len(keys)]


def _lines(query: Query) -> tuple[str, str, str, str]:
    """The terms as the door takes them: words, phrases, unwanted words, unwanted phrases."""
    sorts = ((exact, unwanted) for unwanted in (False, True) for exact in (False, True))
    words, phrases, no_words, no_phrases = (query.lines(exact=exact, unwanted=unwanted) for exact, unwanted in sorts)
    return words, phrases, no_words, no_phrases


def _has(query: Query) -> Subquery:
    """Whether a ticket has the words, asked of it alone: as EXISTS it would be planned as a join of whole tables."""
    asked = (Value(line, TextField()) for line in _lines(query))
    wanted = Func(CurrentTenant(), *asked, function="words_wanted", output_field=TextField())
    answer = Func(F("words"), wanted, template="%(expressions)s", arg_joiner=" @@ ", output_field=BooleanField())
    return Subquery(TicketWords.objects.filter(ticket=OuterRef("pk")).values(answer=answer))
