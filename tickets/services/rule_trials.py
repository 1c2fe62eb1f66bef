"""What a rule would do: the tickets that it would have met lately, and what each would get. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils.translation import gettext as _

from tickets.actions import EXPERT, Action, BadActions, read
from tickets.enums import BulkKind, EventKind, RuleEvent, StatusClass
from tickets.errors import TicketClosed
from tickets.models import Rule, Ticket, TicketEvent
from tickets.models.tickets import TicketQuerySet
from tickets.process import process
from tickets.services.deeds import DEEDS, expert_of
from tickets.services.rule_conditions import come_due, meant_by

DAYS = 30
# Tickets that are shown, and up to how many are counted.
SHOWN, COUNTED = 50, 1000
Words = Mapping[BulkKind, Mapping[str, Any]]
TAGS = (BulkKind.TAG, BulkKind.UNTAG)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a ticket would get, each as "Set priority: Normal → High"; why nothing, where a service would refuse."""

    ticket: Ticket
    changes: tuple[str, ...]
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class Trial:
    """The first of the tickets that a rule would have met; `met` counts all of them, up to COUNTED."""

    tickets: tuple[Foreseen, ...]
    met: int

    @property
    def is_capped(self) -> bool:
        return self.met >= COUNTED

    @property
    def changed(self) -> int:
        """How many of those that are shown would change."""
        return sum(bool(each.changes) for each in self.tickets)


def try_out(rule: Rule, tickets: TicketQuerySet, names: Words, *, now: datetime) -> Trial:
    """What the rule would have met among the tickets, and would change on them as they are now.

    Raises UnknownSelection where its conditions are not known any more.
    """
    found = _met(rule, tickets, now).order_by("-last_activity_at", "-pk")
    met = found.order_by()[:COUNTED].count()
    shown = found.select_related("assignee__user", "queue", "status", "customer", "tenant")[:SHOWN]
    return Trial(tuple(_foreseen(rule, ticket, names) for ticket in shown), met)


def _met(rule: Rule, tickets: TicketQuerySet, now: datetime) -> TicketQuerySet:
    since = now - timedelta(days=DAYS)
    if rule.clock:
        return tickets.filter(pk__in=come_due(rule, after=since, until=now).order_by().values("pk"))
    events = TicketEvent.objects.filter(ticket=OuterRef("pk"), kind__in=rule.events, at__gt=since)
    events = events.filter(data__by_rule__isnull=True).exclude(kind=EventKind.STATUS, data__class=StatusClass.NEW)
    # The message that a ticket begins with belongs to its opening.
    events = events.exclude(kind=RuleEvent.WROTE, at=F("ticket__received_at"))
    recent = tickets.filter(pk__in=meant_by(rule).values("pk"), last_activity_at__gt=since)
    return recent.filter(Exists(events))


def _foreseen(rule: Rule, ticket: Ticket, names: Words) -> Foreseen:
    try:
        actions = read(rule.actions)
    except BadActions:
        return Foreseen(ticket, ())
    if ticket.is_closed and (rule.note or any(each.kind not in TAGS for each in actions)):
        return Foreseen(ticket, (), str(TicketClosed()))
    changes = [words for each in actions if (words := _change(ticket, each, actions, names))]
    changes += [str(_("Writes an internal note"))] if rule.note else []
    return Foreseen(ticket, tuple(changes))


def _change(ticket: Ticket, action: Action, actions: Sequence[Action], names: Words) -> str:
    """In words what it would change; "" where that is so already."""
    kind, value = action.kind, action.value
    if kind in TAGS:
        has = DEEDS[kind].read(ticket, value)["tagged"]
        name = names.get(kind, {}).get(value, _("no longer there"))
        return "" if has == (kind == BulkKind.TAG) else f"{kind.label}: {name}"
    member = expert_of(ticket) if (kind, value) == (BulkKind.ASSIGN, EXPERT) else None
    if value == EXPERT and member is None:
        return ""
    wanted = str(member.pk) if member else value
    current, shown = _now(ticket, kind)
    # A move takes it out of the hands of whoever has it.
    is_moved = any(each.kind == BulkKind.MOVE and each.value != str(ticket.queue_id) for each in actions)
    if current == wanted and not (kind == BulkKind.ASSIGN and is_moved):
        return ""
    after = member.name if member else names.get(kind, {}).get(wanted, _("no longer there"))
    return f"{kind.label}: {shown} → {after}"


def _now(ticket: Ticket, kind: BulkKind) -> tuple[str, str]:
    """What a ticket has, as actions name it and in words."""
    match kind:
        case BulkKind.ASSIGN:
            name = ticket.assignee.name if ticket.assignee else str(_("Nobody"))
            return str(ticket.assignee_id or ""), name
        case BulkKind.MOVE:
            return str(ticket.queue_id), ticket.queue.name
        case BulkKind.STATUS:
            return str(ticket.status_id), str(ticket.status)
        case BulkKind.PRIORITY:
            return ticket.priority, ticket.get_priority_display()
    return ticket.kind, str(process().kind_label(ticket.kind))
