"""Which tickets a rule means: its conditions as a list would have them, its words, and its instants."""

import re
from datetime import datetime

from django.db.models import DateTimeField, F, OuterRef, Q, Subquery
from django.db.models.expressions import Combinable

from accounts.models import Membership
from tickets.enums import EventKind, MessageKind, RuleClock
from tickets.fields import condition_of
from tickets.models import Message, Rule, Ticket, TicketEvent
from tickets.models.tickets import TicketQuerySet
from tickets.own_lists import parse
from tickets.selection import Selection, UnknownSelection

ME = "me"
# The annotation of `with_instant`.
COUNTED_FROM: str = "counted_from"


def selection_of(query: str) -> Selection:
    """The conditions that were kept. Raises UnknownSelection where something in it is not known any more.

    A rule acts for nobody, so that nobody's own tickets can be meant: "me" is not known either.
    """
    selection = parse(query)
    assignee = selection.of("assignee")
    if assignee and ME in assignee.values:
        raise UnknownSelection(ME)
    return selection


def meant_by(rule: Rule, *, message: int | None = None) -> TicketQuerySet:
    """The tickets that fulfil its conditions as they are now. Raises UnknownSelection as `selection_of` does.

    Its words are looked for in the title and in what requesters wrote, or only in one message.
    """
    # None of the fields that are left asks who wants to know.
    found = Ticket.objects.filter(condition_of(selection_of(rule.query), Membership()))
    return found.filter(_words(rule, message)) if rule.words else found


def _words(rule: Rule, message: int | None) -> Q:
    """At the beginning of a word, whatever its case."""
    pattern = rf"\m({'|'.join(re.escape(word) for word in rule.words)})"
    texts = Message.objects.filter(ticket=OuterRef("pk"), text__iregex=pattern)
    texts = texts.filter(pk=message) if message else texts.filter(kind=MessageKind.REQUESTER)
    return Q(title__iregex=pattern) | Q(pk__in=texts.values("ticket"))


def with_instant(tickets: TicketQuerySet, clock: RuleClock) -> TicketQuerySet:
    """With `counted_from`, the instant that a rule counts from; none where the ticket has none.

    A status that a rule has set is no such instant: what rules do starts no rule.
    """
    if clock != RuleClock.STATUS:
        return tickets.annotate(**{COUNTED_FROM: _COLUMNS[clock]})
    entered = TicketEvent.objects.filter(ticket=OuterRef("pk"), kind=EventKind.STATUS).order_by("-at", "-pk")
    by_people = Subquery(entered.values("at")[:1], output_field=DateTimeField())
    by_rule = Subquery(entered.values("data__by_rule")[:1])
    return tickets.annotate(**{COUNTED_FROM: by_people}, entered_by_rule=by_rule).filter(entered_by_rule__isnull=True)


_COLUMNS: dict[RuleClock, Combinable] = {
    RuleClock.RECEIVED: F("received_at"),
    RuleClock.ACTIVITY: F("last_activity_at"),
    RuleClock.WORD: F("last_word_at"),
}


def come_due(rule: Rule, *, after: datetime, until: datetime) -> TicketQuerySet:
    """What the rule means whose instant plus span lies between the two, earliest first."""
    clock = RuleClock(rule.clock)
    first, last = after - rule.span, until - rule.span
    between = {f"{COUNTED_FROM}__gt": first, f"{COUNTED_FROM}__lte": last}
    found = with_instant(meant_by(rule), clock).filter(**between)
    if clock == RuleClock.STATUS:
        # Nobody enters a status without an activity, and that has an index.
        found = found.filter(last_activity_at__gt=first)
    return found.order_by(COUNTED_FROM, "pk")
