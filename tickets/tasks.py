"""What the clock brings about: breaches and reminders, each once; absences begin and end; unnamed files go."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial

from celery import shared_task
from django.utils import timezone, translation

from accounts.actors import SYSTEM, Actor, member_actor
from accounts.models import Membership, Tenant
from accounts.scope import tenant_scope
from core.doors import open_door
from core.faults import fault_point
from core.files import drop_unnamed
from knowledge.models import ArticleFile
from outbox.models import OutgoingFile
from sla.ladder import Step
from sla.models import StepFired, Timer
from sla.services.immutable import ladder
from tickets.enums import EventKind
from tickets.models import Aftercare, Attachment, BulkAction, ReminderRule, SideFile, Ticket
from tickets.services import aftercare, automation, clock, lifecycle
from tickets.services.absent_mails import tell_everybody
from tickets.services.applying import apply_to, open_after
from tickets.services.bulk import step
from tickets.services.escalation import escalate
from tickets.services.events import append, locked
from tickets.services.recipients import recipients
from tickets.services.reminders import call_webhook, remind_contact
from tickets.services.silences import BATCH as SILENT_BATCH
from tickets.services.silences import remind, silent_tickets
from tickets.services.telling import note_step, tell

logger = logging.getLogger(__name__)
BATCH = 500


def _each(found: Iterable[tuple[int, int]], act: Callable[[int, int], None], failure: str) -> None:
    """Do it for each row that was named; what fails for one is logged, tried again, and nobody else's fault."""
    for tenant_id, row_id in sorted(found):
        try:
            act(tenant_id, row_id)
        except Exception:
            logger.exception(failure, extra={"tenant_id": tenant_id, "row_id": row_id})


@shared_task
def sweep_timers() -> None:
    """Act on every promise whose next instant has come; two sweeps at once share the work and double nothing.

    Then people are told, all at once, of what was due: after an outage that is one mail for each.
    """
    done: set[tuple[int, int]] = set()
    while due := set(open_door("door_due_timers", BATCH)) - done:
        _each(due, run_timer, "timer.not_run")
        done |= due
    sweep_notices()


@shared_task
def sweep_notices() -> None:
    """Tell each member what they are to hear by now. What fails for one of them is not the others' fault."""
    _each(open_door("door_due_notices", BATCH), _tell, "notices.not_told")


@shared_task
def sweep_silences() -> None:
    """Ask every reminder rule that is switched on which tickets are silent for too long."""
    _each(open_door("door_reminder_rules"), run_rule, "reminder_rule.not_run")


@shared_task
def run_rule(tenant_id: int, rule_id: int) -> None:
    """Remind of the tickets that one rule finds silent; each in a transaction of its own, under the ticket's lock."""
    now = timezone.now()
    with tenant_scope(tenant_id):
        rule = ReminderRule.objects.filter(pk=rule_id, is_on=True).first()
        if rule is None:
            return
        found = list(silent_tickets(rule, now=now).values_list("pk", flat=True)[:SILENT_BATCH])
    act = partial(_remind, rule, now)
    _each(((tenant_id, ticket_id) for ticket_id in found), act, "reminder_rule.ticket_failed")


@shared_task
def run_timer(tenant_id: int, timer_id: int) -> None:
    """Fire the steps of one timer that are due; safe to run twice, since each step has one unique row."""
    with tenant_scope(tenant_id):
        timer = Timer.objects.filter(pk=timer_id).first()
        ticket = Ticket.objects.filter(pk=timer.subject).first() if timer else None
        if timer is None or ticket is None:
            return
        ticket = locked(ticket, even_merged=True)
        timer.refresh_from_db()
        # After a standstill several of its steps are due, and whoever hears of them is to hear only of the last.
        while timer.next_action_at is not None and timer.next_action_at <= timezone.now():
            place = timer.next_step
            step = next((step for step in ladder(timer.policy_version_id) if step.place == place), None)
            if step:
                ticket = _fire(ticket, timer, step)
            clock.refresh(ticket)
            timer.refresh_from_db()
            if timer.next_step == place:
                # The log knows this promise no more, so nothing moves it on.
                break
    fault_point("after-step-commit")


@shared_task
def apply_promises(tenant_id: int, membership_id: int, after: int = 0) -> None:
    """Give the open tickets behind that id the present promises, a batch at a time; safe to run twice."""
    with tenant_scope(tenant_id):
        by = member_actor(Membership.objects.select_related("user").get(pk=membership_id))
        found = open_after(after, BATCH)
    _each(((tenant_id, ticket_id) for ticket_id in found), partial(_apply, by), "promises.not_applied")
    if len(found) == BATCH:
        apply_promises.apply_async((tenant_id, membership_id, found[-1]), retry=False)


@shared_task
def sweep_bulk() -> None:
    """Go on with acts on many tickets whose task is lost."""
    _each(open_door("door_bulk_actions", BATCH), run_bulk, "bulk.not_done")


@shared_task
def run_bulk(tenant_id: int, action_id: int) -> None:
    """Do, or undo, all that is left of an act on many tickets; safe to run twice, and two at once share it."""
    left = True
    while left:
        with tenant_scope(tenant_id):
            action = BulkAction.objects.select_related("member__user", "member__office").get(pk=action_id)
            # Why a ticket was left is told to whoever acted.
            with translation.override(action.member.user.language):
                left = step(action, most=1)


@shared_task
def sweep_rules() -> None:
    """Do what the desks' rules are due to do; two sweeps at once share the tickets, and none is done twice."""
    _each(open_door("door_due_rules", BATCH), _run_due, "rule.not_run")


@shared_task
def sweep_rule_clocks() -> None:
    """Note on which tickets the rules with a clock are due, and do it."""
    _each(open_door("door_rule_clocks"), _note_due, "rule.not_swept")
    sweep_rules()


@shared_task
def sweep_aftercare() -> None:
    """Ask again whether solutions work, and close what nobody answers, of the tenants that want it."""
    _each(open_door("door_aftercare"), attend_to, "aftercare.not_swept")


@shared_task
def attend_to(tenant_id: int, care_id: int) -> None:
    """What is due of one tenant, each ticket in a transaction of its own; two at once do each thing once."""
    now = timezone.now()
    with tenant_scope(tenant_id):
        care = Aftercare.objects.filter(pk=care_id, is_on=True).first()
        if care is None:
            return
        found = list(aftercare.due(care, now=now).values_list("pk", flat=True)[:BATCH])
    _each(((tenant_id, pk) for pk in found), partial(_attend, care, now), "aftercare.ticket_failed")


@shared_task
def wake_tickets() -> None:
    """Open the scheduled tickets whose time has come; two sweeps at once open each once."""
    _each(open_door("door_scheduled_tickets", BATCH), _wake, "ticket.not_opened")


@shared_task
def sweep_absences() -> None:
    """Tell who stands in for whom, and who returns what happened; only tenants in which somebody is or was away."""
    _each(open_door("door_absences"), _tell_of_absences, "absences.not_told")


@shared_task
def sweep_files() -> None:
    """Clear away files whose row was never committed: the disk was full, or the worker was killed."""
    for tenant_id in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        drop_unnamed(tenant_id, partial(_named, tenant_id))


def _tell(tenant_id: int, member_id: int) -> None:
    with tenant_scope(tenant_id):
        tell(member_id, now=timezone.now())


def _remind(rule: ReminderRule, now: datetime, tenant_id: int, ticket_id: int) -> None:
    with tenant_scope(tenant_id):
        remind(rule, ticket_id, now=now)


def _attend(care: Aftercare, now: datetime, tenant_id: int, ticket_id: int) -> None:
    with tenant_scope(tenant_id):
        aftercare.attend(care, ticket_id, now=now)


def _apply(by: Actor, tenant_id: int, ticket_id: int) -> None:
    with tenant_scope(tenant_id):
        apply_to(Ticket.objects.get(pk=ticket_id), by=by)


def _note_due(tenant_id: int, rule_id: int) -> None:
    with tenant_scope(tenant_id):
        automation.note_due(rule_id, now=timezone.now())


def _run_due(tenant_id: int, due_id: int) -> None:
    """What fails rests for a while, so that it keeps nothing else waiting."""
    try:
        with tenant_scope(tenant_id):
            automation.run_due(due_id, now=timezone.now())
    except Exception:
        with tenant_scope(tenant_id):
            automation.put_off(due_id, now=timezone.now())
        raise


def _wake(tenant_id: int, ticket_id: int) -> None:
    with tenant_scope(tenant_id):
        lifecycle.wake(Ticket.objects.get(pk=ticket_id))


def _tell_of_absences(tenant_id: int, _: int) -> None:
    with tenant_scope(tenant_id):
        tell_everybody()


def _named(tenant_id: int, keys: list[str]) -> set[str]:
    """Those of the keys that a message, a mail or an article has as its file."""
    with tenant_scope(tenant_id):
        tables = (Attachment.objects, OutgoingFile.objects, SideFile.objects, ArticleFile.objects)
        return {
            key for rows in tables for key in rows.filter(storage_key__in=keys).values_list("storage_key", flat=True)
        }


def _fire(ticket: Ticket, timer: Timer, step: Step) -> Ticket:
    """Take a step of the ladder: what it does, who hears of it, which program is called. Returns the ticket then."""
    _, first = StepFired.objects.get_or_create(timer=timer, step=step.place, defaults={"at": timezone.now()})
    if not first:
        return ticket
    fault_point("after-step-row")
    ticket, missing = escalate(ticket, step)
    timer.refresh_from_db(fields=["due_at", "breached_at"])
    people = recipients(ticket, step.whom)
    for member in people.members:
        note_step(ticket, timer, step.place, member)
    names = [member.name for member in people.members]
    if people.contract:
        remind_contact(ticket, timer, step.place, people.contract)
        names.append(people.contract.contact_name or people.contract.contact_email)
    fault_point("after-notice")
    if step.webhook:
        hook = call_webhook(ticket, timer, step, step.webhook)
        names += [hook.name] if hook else []
        missing += [] if hook else ["webhook"]
    metric, place = timer.metric, step.place
    append(ticket, EventKind.REMINDED, by=SYSTEM, metric=metric, step=place, names=names, missing=missing)
    return ticket
