"""Rules beside the promises: who is reminded of a ticket on which nothing has happened for some working time."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest

from accounts.actors import SYSTEM
from accounts.enums import ActorKind, Role
from accounts.models import Membership
from sla.lookback import days_before, hours_before, next_opening
from sla.services.opening import default_hours, office_hours
from tickets.enums import EventKind, Hearer, SilenceKind, StatusClass, Unit
from tickets.models import Notice, ReminderRule, Ticket, TicketEvent
from tickets.models.tickets import TicketQuerySet
from tickets.services.alerts import owners, team
from tickets.services.events import append, locked

# Of a rule in one sweep; the next one goes on.
BATCH = 200
MOST_LEADS = 5
# Which of the unfinished tickets a rule minds.
MINDED = {
    SilenceKind.UNTOUCHED: Q(status_class=StatusClass.NEW) | Q(status_class=StatusClass.OPEN, assignee=None),
    SilenceKind.IDLE: Q(
        assignee__isnull=False,
        status_class__in=[StatusClass.NEW, StatusClass.OPEN, StatusClass.WAITING_THIRD_PARTY],
    ),
    SilenceKind.SILENT: Q(),
    SilenceKind.WAITING: Q(status_class=StatusClass.WAITING_REQUESTER),
}


def with_silences(tickets: TicketQuerySet) -> TicketQuerySet:
    """With `<kind>_since` for each kind of silence: when it began, as the ticket stands.

    A delivered reply ends every silence, so that none began before the last word, and one index finds them all.
    """
    by_desk = TicketEvent.objects.filter(ticket=OuterRef("pk"), actor_kind=ActorKind.MEMBER)
    stirred = Greatest("last_activity_at", "last_word_at")
    return tickets.annotate(
        untouched_since=Greatest("last_word_at", Subquery(by_desk.order_by("-at").values("at")[:1])),
        idle_since=stirred,
        silent_since=F("last_word_at"),
        waiting_since=stirred,
    )


def silent_tickets(rule: ReminderRule, *, now: datetime) -> TicketQuerySet:
    """Tickets that have been silent for as long as the rule says, and of which it has not told yet."""
    before, since = _began_before(rule, now), f"{rule.kind}_since"
    told = Notice.objects.filter(ticket=OuterRef("pk"), rule=rule, since=OuterRef(since))
    if rule.repeats:
        told = told.filter(made_at__gt=before)
    tickets = Ticket.objects.unfinished().filter(MINDED[SilenceKind(rule.kind)], last_word_at__lte=before)
    standing = with_silences(tickets).filter(~Exists(told), **{f"{since}__lte": before})
    return standing.order_by("last_word_at", "pk")


def _began_before(rule: ReminderRule, now: datetime) -> datetime:
    """In working time of those without a contract, where there is some."""
    calendar, amount = default_hours(), rule.amount
    if rule.unit == Unit.HOURS:
        return hours_before(calendar, now, amount) if calendar else now - timedelta(hours=amount)
    return days_before(calendar, now, amount) if calendar else now - timedelta(days=amount)


def remind(rule: ReminderRule, ticket_id: int, *, now: datetime) -> bool:
    """Note for whoever hears of it that a ticket is silent; says whether it still is. In the caller's transaction.

    Each hears it in their own working hours, and once for the same silence, unless the rule repeats.
    """
    ticket = locked(Ticket(pk=ticket_id), even_merged=True)
    silent = silent_tickets(rule, now=now).filter(pk=ticket_id).first()
    if silent is None:
        return False
    since: datetime = getattr(silent, f"{rule.kind}_since")
    people = _hearers(rule, ticket)
    earlier = Notice.objects.filter(ticket=ticket, rule=rule, since=since).order_by().values("made_at").distinct()
    key = f"rule:{rule.pk}:{ticket.pk}:{since.isoformat()}:{earlier.count() + 1}"
    facts: dict[str, Any] = {"ticket": ticket, "rule": rule, "kind": rule.kind, "since": since, "made_at": now}
    for member in people:
        Notice.objects.create(member=member, key=f"{key}:{member.pk}", send_at=_opening(member, now), **facts)
    names = [member.name for member in people]
    append(ticket, EventKind.REMINDED, by=SYSTEM, silence=rule.kind, since=since.isoformat(), names=names)
    return True


def _opening(member: Membership, now: datetime) -> datetime:
    calendar = office_hours(member.office_id) or default_hours()
    return next_opening(calendar, now) if calendar else now


def _hearers(rule: ReminderRule, ticket: Ticket) -> list[Membership]:
    """Those whom the rule names; where there are none, the leads, and the admins in the end."""
    named: list[Membership] = []
    if rule.hearer == Hearer.ASSIGNEE:
        named = owners(ticket)
    elif rule.hearer == Hearer.TEAM:
        named = team(ticket.queue)
    return named or with_role(Role.LEAD) or with_role(Role.ADMIN)


def with_role(role: Role) -> list[Membership]:
    """The first few of those who have it."""
    members = Membership.objects.active().select_related("user", "office").filter(roles__contains=[role])
    return list(members.order_by("pk")[:MOST_LEADS])
