"""The small steps of a ticket: written, put in order, ticked off."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.db.models import Max

from accounts.actors import Actor
from accounts.models import Membership
from tickets.enums import EventKind
from tickets.errors import TooManyTasks
from tickets.models import Ticket, TicketTask
from tickets.services.events import append, locked, present

MOST = 50


@transaction.atomic
def add(
    ticket: Ticket, texts: Sequence[str], *, member: Membership | None = None, due_on: date | None = None
) -> list[TicketTask]:
    """Put steps at the end of the list, each with the same person and day.

    Raises TicketClosed and TicketMerged, and TooManyTasks beyond MOST.
    """
    ticket = locked(ticket)
    known = ticket.tasks.aggregate(last=Max("position"))["last"] or 0
    if ticket.tasks.count() + len(texts) > MOST:
        raise TooManyTasks
    return TicketTask.objects.bulk_create(
        TicketTask(ticket=ticket, text=text[:200], member=member, due_on=due_on, position=known + place)
        for place, text in enumerate(texts, start=1)
    )


@transaction.atomic
def tick(task: TicketTask, *, done: bool, by: Actor) -> None:
    """Say that a step is done, or not after all. Saying it twice says it once.

    Raises TicketClosed and TicketMerged.
    """
    ticket = locked(task.ticket)
    task = TicketTask.objects.get(pk=task.pk)
    if bool(task.done_at) == done:
        return
    at = present(ticket)
    task.done_at, task.done_by_id = (at, by.membership_id) if done else (None, None)
    task.save(update_fields=["done_at", "done_by"])
    append(ticket, EventKind.TASK_DONE if done else EventKind.TASK_UNDONE, by=by, at=at, text=task.text)
    ticket.last_activity_at = at
    ticket.save(update_fields=["last_activity_at"])


@transaction.atomic
def lift(task: TicketTask) -> None:
    """Move a step up by one place.

    Raises TicketClosed and TicketMerged.
    """
    ticket = locked(task.ticket)
    rows = list(ticket.tasks.all())
    at = next((place for place, row in enumerate(rows) if row.pk == task.pk), 0)
    if at:
        rows[at - 1], rows[at] = rows[at], rows[at - 1]
    for place, row in enumerate(rows, start=1):
        row.position = place
    TicketTask.objects.bulk_update(rows, ["position"])


@transaction.atomic
def remove(task: TicketTask) -> None:
    """Strike a step out.

    Raises TicketClosed and TicketMerged.
    """
    locked(task.ticket)
    task.delete()
