"""What can be done to many tickets at once: each deed can read what it changes, do it, and bring back what was."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.actors import Actor
from accounts.models import Membership
from tickets.actions import ME, Action
from tickets.enums import BulkKind
from tickets.models import Queue, Status, Tag, Ticket, TicketTag
from tickets.services import assignment, conversation, facts, lifecycle, tagging
from tickets.services.conversation import Written
from tickets.services.values import values_for
from tickets.wording import fill

State = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Deed:
    """`read` gives what the deed may change, as JSON; `do` and `restore` are each one service call or two.

    One that `writes` leaves something even where nothing is changed, and nobody takes that back.
    """

    read: Callable[[Ticket, str], State]
    do: Callable[[Ticket, str, bool, Actor], object]
    restore: Callable[[Ticket, str, State, Actor], object]
    writes: bool = False


def _hands(ticket: Ticket, value: str) -> State:
    return {"assignee": ticket.assignee_id, "queue": ticket.queue_id}


def _member(value: str | int | None) -> Membership | None:
    return Membership.objects.active().select_related("user", "office").get(pk=value) if value else None


def _assign(ticket: Ticket, value: str, notify: bool, by: Actor) -> None:
    assignment.assign(ticket, _member(by.membership_id if value == ME else value), by=by, notify=notify)


def _move(ticket: Ticket, value: str, notify: bool, by: Actor) -> None:
    assignment.move(ticket, Queue.objects.get(pk=value), by=by)


def _into_hands(ticket: Ticket, value: str, before: State, by: Actor) -> None:
    """Nobody is mailed: they had it before. Somebody who has left the desk since gets nothing."""
    if ticket.queue_id != before["queue"]:
        ticket = assignment.move(ticket, Queue.objects.get(pk=before["queue"]), by=by)
    known = Membership.objects.active().filter(pk=before["assignee"] or 0).exists()
    member = _member(before["assignee"]) if known else None
    assignment.assign(ticket, member, by=by, notify=False, even_away=True)


def _fact(name: str) -> Deed:
    return Deed(
        lambda ticket, value: {name: getattr(ticket, name)},
        lambda ticket, value, notify, by: _change(ticket, {name: value}, by),
        lambda ticket, value, before, by: _change(ticket, before, by),
    )


def _change(ticket: Ticket, values: State, by: Actor) -> None:
    facts.change(ticket, by=by, **values)


def _set_status(ticket: Ticket, value: str, notify: bool, by: Actor) -> None:
    lifecycle.set_status(ticket, Status.objects.get(pk=value), by=by)


def _status_back(ticket: Ticket, value: str, before: State, by: Actor) -> None:
    """What had an appointment that has passed since is refused."""
    until = ticket.scheduled_until
    lifecycle.set_status(ticket, Status.objects.get(pk=before["status"]), by=by, until=until)


def _tagged(ticket: Ticket, value: str) -> State:
    return {"tagged": TicketTag.objects.filter(ticket=ticket, tag=int(value)).exists()}


def _tag(ticket: Ticket, value: str, notify: bool, by: Actor) -> None:
    tagging.add(ticket, Tag.objects.get(pk=value), by=by)


def _untag(ticket: Ticket, value: str, notify: bool, by: Actor) -> None:
    tagging.remove(ticket, Tag.objects.get(pk=value), by=by)


def _tags_back(ticket: Ticket, value: str, before: State, by: Actor) -> None:
    (_tag if before["tagged"] else _untag)(ticket, value, False, by)


DEEDS = {
    BulkKind.ASSIGN: Deed(_hands, _assign, _into_hands),
    BulkKind.MOVE: Deed(_hands, _move, _into_hands),
    BulkKind.STATUS: Deed(lambda ticket, value: {"status": ticket.status_id}, _set_status, _status_back),
    BulkKind.PRIORITY: _fact("priority"),
    BulkKind.KIND: _fact("kind"),
    BulkKind.TAG: Deed(_tagged, _tag, _tags_back),
    BulkKind.UNTAG: Deed(_tagged, _untag, _tags_back),
}


def together(actions: Sequence[Action], note: str = "") -> Deed:
    """Several deeds as one, with a note for colleagues. They are brought back in reverse."""

    def read(ticket: Ticket, value: str) -> State:
        return {str(place): DEEDS[each.kind].read(ticket, each.value) for place, each in enumerate(actions)}

    def do(ticket: Ticket, value: str, notify: bool, by: Actor) -> None:
        if note:
            text = fill(note, values_for(ticket, agent=by.name, language=ticket.tenant.language))
            conversation.note(ticket, Written(text=text), by=by)
        for each in actions:
            DEEDS[each.kind].do(ticket, each.value, notify, by)

    def restore(ticket: Ticket, value: str, before: State, by: Actor) -> None:
        for place, each in reversed(list(enumerate(actions))):
            now = Ticket.objects.get(pk=ticket.pk)
            DEEDS[each.kind].restore(now, each.value, before[str(place)], by)

    return Deed(read, do, restore, writes=bool(note))
