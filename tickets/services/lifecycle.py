"""From new to closed and back: each step stamps its own time."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts.actors import SYSTEM, Actor
from accounts.services import audit
from tickets.enums import FINISHED, EventKind, LinkPurpose, MessageKind, StatusClass
from tickets.errors import StatusBarred, TransitionRefused
from tickets.models import Status, Ticket, WorkType
from tickets.own_values import Given
from tickets.services import clock, facts, mails, meanwhile, surveys, work
from tickets.services.alerts import owners
from tickets.services.conversation import NewFile, Written, add_message, carry, tell_consultant
from tickets.services.events import STATUS_FIELDS, append, enter, locked, present
from tickets.services.links import revoke
from tickets.services.own_fields import refuse_if_incomplete


@transaction.atomic
def start(ticket: Ticket, *, by: Actor, at: datetime | None = None) -> Ticket:
    """The investigation begins. Idempotent: the first start is the one that counts."""
    ticket = locked(ticket)
    at = at or present(ticket)
    if ticket.work_started_at is None:
        ticket.work_started_at = at
        append(ticket, EventKind.WORK_STARTED, by=by, at=at)
    if ticket.status_class == StatusClass.NEW:
        enter(ticket, StatusClass.OPEN, by=by, at=at)
    clock.refresh(ticket, changed=[*STATUS_FIELDS, "work_started_at"])
    return ticket


@transaction.atomic
def resolve(  # noqa: PLR0913  # one step of the desk: solution, time and mail belong together
    ticket: Ticket,
    *,
    solution: str,
    by: Actor,
    minutes: int | None = None,
    work_type: WorkType | None = None,
    details: work.Details = work.PLAIN,
    files: Sequence[NewFile] = (),
    notify: bool = True,
    seen: int | None = None,
    own: Mapping[str, Given] | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Write the solution, log the time, ask the requester whether it works; `own` are the team's fields, as in facts.

    Raises TransitionRefused where it is resolved already, FieldsMissing where the team wants to know more first, and
    Overtaken where somebody else has written publicly after the log position `seen`.
    """
    ticket = locked(ticket)
    meanwhile.refuse_if_overtaken(ticket, seen, meanwhile.PUBLIC, by=by)
    at = at or present(ticket)
    if ticket.status_class == StatusClass.RESOLVED:
        raise TransitionRefused
    if own:
        ticket = facts.change(ticket, by=by, own=own, at=at)
    refuse_if_incomplete(ticket, by=by)
    if ticket.work_started_at is None:
        ticket.work_started_at = at
        append(ticket, EventKind.WORK_STARTED, by=by, at=at)
    ticket.solution, ticket.resolved_at = solution.strip(), at
    message = add_message(ticket, MessageKind.REPLY, Written(text=ticket.solution, files=files), by=by, at=at)
    append(ticket, EventKind.SOLUTION, by=by, at=at, message=message.pk)
    enter(ticket, StatusClass.RESOLVED, by=by, at=at)
    ticket.save(update_fields=[*STATUS_FIELDS, "work_started_at", "solution", "resolved_at"])
    if minutes:
        text = ticket.solution[:200]
        work.log(ticket, minutes=minutes, work_type=work_type, text=text, by=by, at=at, details=details)
    if notify:
        carry(message, mails.send_solution(ticket, message))
    clock.refresh(ticket)
    return ticket


@transaction.atomic
def confirm(ticket: Ticket, *, by: Actor, at: datetime | None = None) -> Ticket:
    """The requester says that it works: the ticket closes. Idempotent on a closed ticket.

    Raises TransitionRefused where it is not resolved.
    """
    ticket = locked(ticket, even_closed=True)
    at = at or present(ticket)
    if ticket.is_closed:
        return ticket
    if ticket.status_class != StatusClass.RESOLVED:
        raise TransitionRefused
    append(ticket, EventKind.CONFIRMED, by=by, at=at)
    return _close(ticket, by=by, at=at)


@transaction.atomic
def reject(ticket: Ticket, *, reason: str, by: Actor, at: datetime | None = None) -> Ticket:
    """The requester says that it is still broken: the ticket opens again with their reason."""
    ticket = locked(ticket, even_closed=True)
    at = at or present(ticket)
    if not ticket.is_finished:
        raise TransitionRefused
    message = add_message(ticket, MessageKind.REQUESTER, Written(text=reason), by=by, at=at)
    append(ticket, EventKind.REJECTED, by=by, at=at, message=message.pk)
    append(ticket, EventKind.MESSAGE, by=by, at=at, message=message.pk)
    _open_again(ticket, by=by, at=at)
    tell_consultant(ticket, message, by=by)
    return ticket


@transaction.atomic
def close(ticket: Ticket, *, by: Actor, seen: int | None = None, at: datetime | None = None) -> Ticket:
    """The desk closes without waiting for the requester; audited, because their word is missing.

    Raises Overtaken where somebody has written publicly after the log position `seen`, and FieldsMissing where it is
    not resolved yet and the team wants to know more first.
    """
    ticket = locked(ticket, even_closed=True)
    at = at or present(ticket)
    if ticket.is_closed:
        return ticket
    meanwhile.refuse_if_overtaken(ticket, seen, meanwhile.PUBLIC, by=by)
    if not ticket.is_finished:
        refuse_if_incomplete(ticket, by=by)
    audit.record("ticket.closed_by_desk", by=by, target=ticket.number)
    return _close(ticket, by=by, at=at)


@transaction.atomic
def withdraw(ticket: Ticket, *, by: Actor, at: datetime | None = None) -> Ticket:
    """The requester needs nothing any more: the ticket closes, solved or not. Idempotent on a closed ticket."""
    ticket = locked(ticket, even_closed=True)
    return ticket if ticket.is_closed else _close(ticket, by=by, at=at or present(ticket))


@transaction.atomic
def lapse(ticket: Ticket) -> Ticket:
    """Nobody has said whether the solution works: the ticket closes by itself.

    Raises TransitionRefused where it is not resolved, TicketClosed where it is closed already.
    """
    ticket = locked(ticket)
    if ticket.status_class != StatusClass.RESOLVED:
        raise TransitionRefused
    at = present(ticket)
    append(ticket, EventKind.UNANSWERED, by=SYSTEM, at=at)
    return _close(ticket, by=SYSTEM, at=at)


def _close(ticket: Ticket, *, by: Actor, at: datetime) -> Ticket:
    ticket.resolved_at = ticket.resolved_at or at
    enter(ticket, StatusClass.CLOSED, by=by, at=at)
    revoke(ticket, LinkPurpose.WORK, at=at)
    clock.refresh(ticket, changed=[*STATUS_FIELDS, "resolved_at"])
    surveys.offer(ticket)
    return ticket


@transaction.atomic
def reopen(ticket: Ticket, *, by: Actor, at: datetime | None = None) -> Ticket:
    """The desk opens a finished ticket again; editable from now on. Idempotent on an open one."""
    ticket = locked(ticket, even_closed=True)
    at = at or present(ticket)
    if not ticket.is_finished:
        return ticket
    audit.record("ticket.reopened", by=by, target=ticket.number)
    return _open_again(ticket, by=by, at=at)


def _open_again(ticket: Ticket, *, by: Actor, at: datetime) -> Ticket:
    ticket.resolved_at = None
    revoke(ticket, LinkPurpose.CONFIRM, at=at)
    enter(ticket, StatusClass.OPEN, by=by, at=at)
    clock.refresh(ticket, changed=[*STATUS_FIELDS, "resolved_at"])
    return ticket


@transaction.atomic
def set_status(  # noqa: PLR0913  # keyword-only: until when, and what the page had shown
    ticket: Ticket,
    status: Status,
    *,
    by: Actor,
    until: datetime | None = None,
    seen: int | None = None,
    even_barred: bool = False,
    at: datetime | None = None,
) -> Ticket:
    """Set one of the working statuses by hand. Resolving, closing, reopening and merging have their own verbs.

    Raises TransitionRefused for those, and for a scheduled status without its time; Overtaken where somebody else
    has set the status after the log position `seen`; StatusBarred where the team lets it come only after others,
    unless it is brought back with `even_barred`.
    """
    ticket = locked(ticket)
    meanwhile.refuse_if_overtaken(ticket, seen, meanwhile.STATUS, by=by)
    at = at or present(ticket)
    target = StatusClass(status.status_class)
    if target in FINISHED or ticket.is_finished:
        raise TransitionRefused
    if target == StatusClass.SCHEDULED and (until is None or until <= at):
        raise TransitionRefused
    if ticket.status_id == status.pk and until is None:
        return ticket
    if not (even_barred or status.may_follow(ticket.status_id)):
        known = Status.objects.filter(pk__in=status.enter_from)
        raise StatusBarred(str(ticket.status), str(status), [str(each) for each in known])
    enter(ticket, target, by=by, at=at, status=status, until=until)
    clock.refresh(ticket, changed=STATUS_FIELDS)
    return ticket


@transaction.atomic
def wake(ticket: Ticket) -> Ticket:
    """A scheduled ticket whose time has come is open again, and its consultant gets the details anew.

    Idempotent: one that was woken, moved on or scheduled anew is left as it is.
    """
    ticket = locked(ticket, even_merged=True)
    until = ticket.scheduled_until
    if until is None or until > present(ticket):
        return ticket
    enter(ticket, StatusClass.OPEN, by=SYSTEM, at=until)
    clock.refresh(ticket, changed=STATUS_FIELDS)
    for member in owners(ticket) if ticket.assignee_id else []:
        mails.send_details(ticket, member)
    return ticket


@transaction.atomic
def restored(ticket: Ticket, *, by: Actor, at: datetime | None = None) -> Ticket:
    """The service works again, perhaps by a way around; the fault itself stays to be solved.

    Raises TransitionRefused for a finished ticket.
    """
    ticket = locked(ticket)
    at = at or present(ticket)
    if ticket.is_finished:
        raise TransitionRefused
    ticket.last_activity_at = at
    append(ticket, EventKind.RESTORED, by=by, at=at)
    clock.refresh(ticket, changed=["last_activity_at"])
    return ticket
