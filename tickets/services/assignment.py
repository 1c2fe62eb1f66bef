"""In whose hands a ticket is."""

from datetime import datetime

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Absence, Membership
from accounts.standing_in import Away
from tickets.enums import ByMail, EventKind, LinkPurpose, NewsKind
from tickets.models import Queue, Ticket
from tickets.services import clock, hearing, mails, meanwhile
from tickets.services.events import append, locked, present
from tickets.services.links import revoke
from tickets.services.wishes import wishes_of


@transaction.atomic
def assign(  # noqa: PLR0913  # keyword-only: whom, by whom, and what the page had shown
    ticket: Ticket,
    member: Membership | None,
    *,
    by: Actor,
    notify: bool = True,
    even_away: bool = False,
    seen: int | None = None,
    at: datetime | None = None,
) -> Ticket:
    """Give the ticket to a member, or to nobody. The links of whoever had it die; the new one gets the details.

    Of a member who is away it goes to who stands in, or to nobody where nobody does; `.instead_of` of the returned
    row says so. Not where the member takes it themselves, nor with `even_away`.

    Idempotent: assigning to the one who has it changes and sends nothing. Raises Overtaken where somebody else has
    given it away after the log position `seen`.
    """
    ticket = locked(ticket)
    at = at or present(ticket)
    if ticket.assignee_id == (member.pk if member else None):
        return ticket
    meanwhile.refuse_if_overtaken(ticket, seen, meanwhile.HANDS, by=by)
    if member and not even_away and member.pk != by.membership_id:
        member, ticket.instead_of = _receiver(member, at)
        if ticket.instead_of and ticket.assignee_id == (member.pk if member else None):
            return ticket
    before = ticket.assignee_id
    revoke(ticket, LinkPurpose.WORK, at=at)
    ticket.assignee, ticket.last_activity_at = member, at
    ticket.save(update_fields=["assignee", "last_activity_at"])
    to = {"member": member.pk if member else None, "name": str(member or ""), "before": before}
    away = {"instead_of": ticket.instead_of.member.name} if ticket.instead_of else {}
    append(ticket, EventKind.ASSIGNED, by=by, at=at, **to, **away)
    if member and notify and member.pk != by.membership_id:
        _tell(ticket, member, by)
    return ticket


def _tell(ticket: Ticket, member: Membership, by: Actor) -> None:
    """By the mail that one can work from, unless they have chosen otherwise."""
    at_once = wishes_of(NewsKind.ASSIGNED, [member.pk])[member.pk].mail == ByMail.NOW
    if at_once:
        mails.send_details(ticket, member)
    hearing.tell(NewsKind.ASSIGNED, ticket, [member], by=by, mailed=[member.pk] if at_once else [])


def _receiver(member: Membership, at: datetime) -> tuple[Membership | None, Away | None]:
    """Who gets what is meant for a member, and whose absence is the reason if it is somebody else."""
    away = Absence.objects.away(at).get(member.pk)
    if away is None:
        return member, None
    places = Membership.objects.select_related("user", "office")
    return (places.get(pk=away.stand_in.pk) if away.stand_in else None), away


@transaction.atomic
def move(ticket: Ticket, queue: Queue, *, by: Actor, seen: int | None = None, at: datetime | None = None) -> Ticket:
    """Hand the ticket to a queue: nobody has it there until somebody takes it; promises follow the queue.

    Raises Overtaken as `assign` does.
    """
    ticket = locked(ticket)
    at = at or present(ticket)
    if ticket.queue_id == queue.pk and ticket.assignee_id is None:
        return ticket
    meanwhile.refuse_if_overtaken(ticket, seen, meanwhile.HANDS, by=by)
    before = ticket.assignee_id
    revoke(ticket, LinkPurpose.WORK, at=at)
    ticket.queue, ticket.assignee, ticket.last_activity_at = queue, None, at
    ticket.save(update_fields=["queue", "assignee", "last_activity_at"])
    append(ticket, EventKind.MOVED, by=by, at=at, queue=queue.pk, name=queue.name, before=before)
    clock.choose_promises(ticket, at=at, by=by)
    clock.refresh(ticket)
    return ticket
