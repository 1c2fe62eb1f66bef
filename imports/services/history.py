"""The log of a ticket that lived elsewhere: what happened there at its own time, known here since now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.actors import Actor, member_actor, requester_actor
from accounts.enums import ActorKind
from accounts.models import Membership, Requester
from imports.format import OldTicket, Person
from tickets.enums import EventKind, MessageKind, StatusClass
from tickets.models import Message, Ticket, TicketEvent, WorkEntry

KINDS = {
    MessageKind.REQUESTER: EventKind.MESSAGE,
    MessageKind.REPLY: EventKind.REPLY,
    MessageKind.NOTE: EventKind.NOTE,
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """Who said something: a member or a requester of this desk, or only a name."""

    name: str
    member: Membership | None = None
    requester: Requester | None = None

    @property
    def actor(self) -> Actor:
        if self.member:
            return member_actor(self.member)
        return requester_actor(self.requester) if self.requester else Actor(ActorKind.SYSTEM, self.name)


def spoken(person: Person, member: Membership | None, requester: Requester | None = None) -> Spoken:
    """The name as it is known here, else as the old desk had it."""
    known = member or requester
    return Spoken((known.name if known else "") or person.name or person.email, member, requester)


@dataclass(frozen=True, slots=True)
class Log:
    """Makes the events of one ticket, all known since `now`."""

    ticket: Ticket
    source: str
    now: datetime

    def entry(self, kind: EventKind, by: Actor, at: datetime, **data: Any) -> TicketEvent:
        return TicketEvent(
            ticket=self.ticket,
            kind=kind,
            at=at,
            recorded_at=self.now,
            actor_kind=by.kind,
            member_id=by.membership_id,
            requester_id=by.requester_id,
            actor_name=by.name[:120],
            data=data,
        )

    @property
    def desk(self) -> Actor:
        """Of what nobody says who did it."""
        return Actor(ActorKind.SYSTEM, self.source)

    def beginning(self, new: int, assignee: Membership | None) -> Iterator[TicketEvent]:
        """Reception; `new` is the id of the status that tickets begin with."""
        at = self.ticket.received_at
        yield self.entry(EventKind.RECEIVED, self.desk, at, channel=self.ticket.channel, imported=True)
        yield self.entry(EventKind.STATUS, self.desk, at, **{"class": str(StatusClass.NEW), "status": new})
        if assignee:
            yield self.entry(EventKind.ASSIGNED, self.desk, at, name=assignee.name, before=None, member=assignee.pk)

    def said(self, message: Message, by: Actor) -> Iterator[TicketEvent]:
        yield self.entry(KINDS[MessageKind(message.kind)], by, message.at, message=message.pk)
        if message.kind == MessageKind.REPLY:
            yield self.entry(
                EventKind.DELIVERED, by, message.at, message=message.pk, written_at=message.at.isoformat()
            )

    def worked(self, work: WorkEntry, by: Actor) -> TicketEvent:
        return self.entry(EventKind.WORK_LOGGED, by, work.ended_at, entry=work.pk, minutes=work.minutes)

    def ending(self, old: OldTicket, *, counts: bool) -> Iterator[TicketEvent]:
        """The status in which it came, and that it came; where `counts`, its promises begin with that."""
        ticket = self.ticket
        if ticket.status_class != StatusClass.NEW:
            at = ticket.closed_at or ticket.resolved_at or ticket.last_activity_at
            data: dict[str, Any] = {"class": str(ticket.status_class), "status": ticket.status_id}
            if ticket.scheduled_until:
                data["until"] = ticket.scheduled_until.isoformat()
            yield self.entry(EventKind.STATUS, self.desk, at, **data)
        counting = {"counts": True, "answered": ticket.first_responded_at is not None} if counts else {}
        said = {"source": self.source, "formerly": old.number}
        yield self.entry(EventKind.IMPORTED, self.desk, self.now, **said, **counting)
