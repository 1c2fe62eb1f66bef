"""What somebody who stands in needs to know: per ticket what was done, the next step, and who has begun already."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Case, F, IntegerField, Q, Sum, Value, When, Window
from django.db.models.functions import Left

from accounts.actors import Actor
from accounts.models import Membership
from tickets.enums import EventKind, MessageKind
from tickets.models import Message, Ticket, TicketEvent, WorkEntry
from tickets.models.tickets import TicketQuerySet
from tickets.services.events import append, locked

MOST = 200
SNIPPET = 240
# What a colleague does to a ticket that nobody should do twice.
DEEDS = (
    EventKind.REPLY,
    EventKind.SOLUTION,
    EventKind.NOTE,
    EventKind.WORK_STARTED,
    EventKind.WORK_LOGGED,
    EventKind.ASSIGNED,
    EventKind.MOVED,
)


@dataclass(frozen=True, slots=True)
class Said:
    """The beginning of what was said or done last; `minutes` of all work, where it is work."""

    name: str
    at: datetime
    text: str
    minutes: int = 0


@dataclass(frozen=True, slots=True)
class Deed:
    """The last thing that a colleague did to a ticket."""

    name: str
    at: datetime
    kind: EventKind


@dataclass(slots=True)
class Told:
    """A ticket as it is handed over. `asked` is the requester's last word, where the reply is older."""

    ticket: Ticket
    asked: Said | None = None
    reply: Said | None = None
    note: Said | None = None
    work: Said | None = None
    deeds: list[Deed] = field(default_factory=list)


def held_by(member: Membership) -> TicketQuerySet:
    """A member's unfinished tickets, what is due first coming first."""
    return Ticket.objects.filter(assignee=member).unfinished().for_list().by_next_deadline()


def tell(tickets: Sequence[Ticket], *, since: datetime | None, without: Membership) -> list[Told]:
    """What is known of the tickets, in three queries; the deeds of others than `without`, where there is a `since`."""
    told = {ticket.pk: Told(ticket) for ticket in tickets}
    for message in _last_messages(told):
        _put(told[message.ticket_id], message)
    for entry in _last_work(told):
        text = _short(entry.text)
        told[entry.ticket_id].work = Said(entry.member.name, entry.ended_at, text, entry.in_all)  # type: ignore[attr-defined]
    deeds = _last_deeds(told, since, without) if since else ()
    for event in sorted(deeds, key=lambda event: event.at, reverse=True):
        told[event.ticket_id].deeds.append(Deed(event.actor_name, event.at, EventKind(event.kind)))
    return list(told.values())


def _last_messages(ids: Iterable[int]) -> Iterable[Message]:
    """The last one of each kind; of notes only what colleagues wrote, and no automatic mail."""
    by_people = ~Q(kind=MessageKind.NOTE) | Q(member__isnull=False)
    messages = Message.objects.filter(by_people, ticket__in=ids).exclude(caution="stranger")
    latest = messages.order_by("ticket", "kind", "-at", "-pk").distinct("ticket", "kind")
    return latest.annotate(begins=Left("text", SNIPPET + 1)).only("ticket", "kind", "author_name", "at")


def _put(told: Told, message: Message) -> None:
    """In the order of the kinds' names a note and a reply come before the requester's message."""
    said = Said(message.author_name, message.at, _short(message.begins))  # type: ignore[attr-defined]
    if message.kind == MessageKind.NOTE:
        told.note = said
    elif message.kind == MessageKind.REPLY:
        told.reply = said
    elif told.reply is None or told.reply.at < message.at:
        told.asked = said


def _last_work(ids: Iterable[int]) -> Iterable[WorkEntry]:
    in_all = Window(Sum("minutes"), partition_by=[F("ticket")])
    entries = WorkEntry.objects.filter(ticket__in=ids).select_related("member__user").annotate(in_all=in_all)
    return entries.order_by("ticket", "-ended_at", "-pk").distinct("ticket")


def _last_deeds(ids: Iterable[int], since: datetime, without: Membership) -> Iterable[TicketEvent]:
    """One a colleague and ticket; of what one press of a button did, time logged says least."""
    rank = Case(When(kind=EventKind.WORK_LOGGED, then=Value(1)), default=Value(0), output_field=IntegerField())
    events = TicketEvent.objects.filter(ticket__in=ids, at__gte=since, kind__in=DEEDS, member__isnull=False)
    latest = events.exclude(member=without).order_by("ticket", "member", "-at", rank, "-pk")
    return latest.distinct("ticket", "member")


def _short(text: str) -> str:
    words = " ".join(text.split())
    return f"{words[:SNIPPET].rstrip()}…" if len(words) > SNIPPET else words


def touched_since(member: Membership, since: datetime) -> TicketQuerySet:
    """Tickets that were a member's at some time since, and in which others or requesters have done something."""
    taken = TicketEvent.objects.filter(
        at__gte=since, kind__in=[EventKind.ASSIGNED, EventKind.MOVED], data__before=member.pk
    )
    own = Q(assignee=member, last_activity_at__gte=since)
    return Ticket.objects.filter(own | Q(pk__in=taken.values("ticket"))).for_list().order_by("number")


@transaction.atomic
def set_next_step(ticket: Ticket, text: str, *, by: Actor) -> Ticket:
    """Write down what to do next, for whoever stands in; writing the same again changes nothing.

    Raises TicketClosed and TicketMerged.
    """
    ticket, text = locked(ticket), " ".join(text.split())
    if ticket.next_step != text:
        ticket.next_step = text
        ticket.save(update_fields=["next_step"])
        append(ticket, EventKind.NEXT_STEP, by=by, text=text)
    return ticket
