"""Rules at work: what is due is noted, and each is done once, in a transaction with the row that says so."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.actors import SYSTEM, Actor
from accounts.enums import ActorKind
from core.faults import fault_point
from tickets.actions import BadActions, read
from tickets.enums import EventKind, RuleEvent, RunState, StatusClass
from tickets.errors import TicketError
from tickets.models import Message, Rule, RuleDue, RuleRun, Ticket, TicketEvent
from tickets.selection import UnknownSelection
from tickets.services.deeds import together
from tickets.services.events import append
from tickets.services.resting import rules_rest
from tickets.services.rule_conditions import COUNTED_FROM, come_due, meant_by
from tickets.services.rule_notes import write_note

# Rules that may run on one ticket within an hour; then something is wrong with them.
MOST_RUNS = 10
HOUR = timedelta(hours=1)
# Of a rule with a clock in one sweep; the next one goes on.
BATCH = 500
# How often what fails is tried, and how long it rests in between.
MOST_TRIES, REST = 4, timedelta(minutes=5)


def note_due(rule_id: int, *, now: datetime) -> int:
    """Note the tickets on which a rule with a clock is due; returns how many. In the caller's transaction.

    What has come due in the last hour is looked at again, because a ticket may fulfil the conditions a little later
    and a clock may be set. Two at once share nothing: the second one leaves the rule alone.
    """
    rule = Rule.objects.select_for_update(of=("self",), skip_locked=True).filter(pk=rule_id, is_on=True).first()
    if rule is None or not rule.clock or rule.swept_until is None:
        return 0
    done = {"rule": rule, "ticket": OuterRef("pk"), "instant": OuterRef(COUNTED_FROM)}
    try:
        found = come_due(rule, after=rule.swept_until - HOUR, until=now)
    except UnknownSelection:
        return 0
    fresh = found.exclude(Exists(RuleDue.objects.filter(**done))).exclude(Exists(RuleRun.objects.filter(**done)))
    rows = list(fresh.values_list("pk", COUNTED_FROM)[:BATCH])
    dues = [RuleDue(rule=rule, ticket_id=pk, instant=at, not_before=at + rule.span) for pk, at in rows]
    RuleDue.objects.bulk_create(dues, ignore_conflicts=True)
    reached = rows[-1][1] + rule.span if len(rows) == BATCH else now
    rule.swept_until = max(rule.swept_until, reached)
    rule.save(update_fields=["swept_until"])
    return len(rows)


def run_due(due_id: int, *, now: datetime) -> bool:
    """Do what waits, in the caller's transaction; returns whether it is dealt with.

    Whoever holds the ticket is waited for until the next sweep, and rules come in the order in which they were noted,
    so that each sees what the one before has done.
    """
    due = RuleDue.objects.filter(pk=due_id).first()
    if due is None:
        return True
    tickets = Ticket.objects.select_for_update(of=("self",), skip_locked=True).select_related("tenant", "customer")
    ticket = tickets.filter(pk=due.ticket_id).first()
    due = RuleDue.objects.select_related("rule", "event").filter(pk=due_id).first()
    if ticket is None or due is None:
        return due is None
    if RuleDue.objects.filter(ticket=ticket, pk__lt=due.pk, not_before__lte=now).exists():
        return False
    tenant = ticket.tenant
    with timezone.override(ZoneInfo(tenant.time_zone)), translation.override(tenant.language):
        _act(due, ticket)
    fault_point("after-rule-run")
    due.delete()
    return True


def put_off(due_id: int, *, now: datetime) -> None:
    """What failed by our own fault rests, and is given up in the end, with a line in the log of the rule."""
    due = RuleDue.objects.select_for_update(of=("self",)).filter(pk=due_id).first()
    if due is None:
        return
    due.tries, due.not_before = due.tries + 1, now + REST
    if due.tries < MOST_TRIES:
        due.save(update_fields=["tries", "not_before"])
        return
    _run_of(due, RunState.FAILED).save()
    due.delete()


def _act(due: RuleDue, ticket: Ticket) -> None:
    rule, event = due.rule, due.event
    if not rule.is_on or (event is not None and not _counts(event)):
        return
    known = {"rule": rule, "ticket": ticket, "event": event, "instant": due.instant}
    if RuleRun.objects.filter(**known).exists():
        return
    try:
        if not _is_meant(rule, ticket, event):
            return
    except UnknownSelection:
        _run_of(due, RunState.REFUSED, _("One of its conditions is not known any more.")).save()
        return
    if _too_many(due, ticket):
        return
    run = _run_of(due, RunState.DONE)
    with rules_rest():
        _do(run, ticket)
    run.save()


def _run_of(due: RuleDue, state: RunState, why: str = "") -> RuleRun:
    facts = {"ticket_id": due.ticket_id, "event_id": due.event_id, "instant": due.instant}
    return RuleRun(rule_id=due.rule_id, state=state, why=why, **facts)


def _counts(event: TicketEvent) -> bool:
    """Not the message that a ticket begins with nor the status that it begins in: those belong to its opening."""
    if event.kind == RuleEvent.STATUS:
        return bool(event.data.get("class") != StatusClass.NEW)
    if event.kind != RuleEvent.WROTE:
        return True
    earlier: bool = Message.objects.filter(ticket=event.ticket_id, pk__lt=event.data.get("message") or 0).exists()
    return earlier


def _is_meant(rule: Rule, ticket: Ticket, event: TicketEvent | None) -> bool:
    message = event.data.get("message") if event and event.kind == RuleEvent.WROTE else None
    return meant_by(rule, message=message).filter(pk=ticket.pk).exists()


def _too_many(due: RuleDue, ticket: Ticket) -> bool:
    """Whether rules chase each other on the ticket. The first one that is left out is told in its log."""
    runs = RuleRun.objects.filter(ticket=ticket)
    hour_ago = timezone.now() - HOUR
    if runs.acted(since=hour_ago).count() < MOST_RUNS:
        return False
    if not runs.filter(state=RunState.STOPPED, at__gt=hour_ago).exists():
        _run_of(due, RunState.STOPPED).save()
        append(ticket, EventKind.RULE_LEFT_OUT, by=SYSTEM, name=due.rule.name, by_rule=due.rule_id)
    return True


def actor_of(rule: Rule) -> Actor:
    """The system, by the rule's name, in the language that is active."""
    return Actor(ActorKind.SYSTEM, _("Rule “%(name)s”") % {"name": rule.name}, rule=rule.pk)


def _do(run: RuleRun, ticket: Ticket) -> None:
    """All that the rule does, or nothing and why. It is no activity: nobody has worked on the ticket."""
    rule, activity = run.rule, ticket.last_activity_at
    by = actor_of(rule)
    try:
        with transaction.atomic():
            deed = together(read(rule.actions))
            run.before = deed.read(ticket, "")
            if rule.note:
                write_note(rule, ticket, by=by)
            deed.do(ticket, "", True, by)
            now = Ticket.objects.get(pk=ticket.pk)
            run.actions, run.after = rule.actions, deed.read(now, "")
    except TicketError as refusal:
        run.state, run.why = RunState.REFUSED, str(refusal)[:200]
        return
    except (ObjectDoesNotExist, BadActions):
        run.state, run.why = RunState.REFUSED, _("Something that it sets is no longer there.")
        return
    Ticket.objects.filter(pk=ticket.pk).update(last_activity_at=activity)
    if run.before == run.after and not rule.note:
        run.state = RunState.UNCHANGED
