"""Doing what a member's mail commands: all of it or nothing, and one line back that says what was understood."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from accounts.actors import Actor, member_actor
from accounts.away_words import sentence
from accounts.models import Membership
from mailintake.commands import Command, Instructions, Verb
from sla.typed_hours import show_minutes
from tickets.enums import Billing
from tickets.errors import FieldsMissing, NothingToSend, TransitionRefused
from tickets.models import Message, Queue, Ticket, WorkEntry, WorkType
from tickets.services import assignment, conversation, lifecycle, mails, work
from tickets.services.conversation import NewFile, Written

# What customers see at zero has to say why.
UNPAID = (Billing.GOODWILL, Billing.WARRANTY)


class CommandRefused(Exception):
    """A command that cannot be done, in words for its writer."""


@dataclass(slots=True)
class Order:
    """One mail's commands while they are carried out; `files` go with the first text that leaves or stays."""

    ticket: Ticket
    member: Membership
    by: Actor
    reply: str
    files: Sequence[NewFile]
    mail_id: str
    done: list[str] = field(default_factory=list)
    entry: Message | None = None

    def written(self, text: str) -> Written:
        files, self.files = self.files, ()
        mail_id, self.mail_id = self.mail_id, ""
        return Written(text=text, files=files, mail_id=mail_id)

    def keep(self, entry: Message, words: str) -> None:
        self.entry = self.entry or entry
        self.done.append(words)


def obey(ticket: Ticket, written: Written, instructions: Instructions, *, member: Membership) -> Message | None:
    """Carry out a member's commands and answer them; returns what the ticket shows of the mail, if anything.

    Where one of them cannot be done none is, and the mail stays on the ticket as a note.
    """
    with translation.override(member.user.language):
        try:
            with transaction.atomic():
                order = _carry_out(ticket, written, instructions, member)
        except CommandRefused as refusal:
            kept = replace(written, caution="command_refused")
            entry = conversation.note(ticket, kept, by=member_actor(member))
            mails.answer_commands(ticket, member, refused=str(refusal))
            return entry
        mails.answer_commands(ticket, member, done=order.done)
        return order.entry


def _carry_out(ticket: Ticket, written: Written, instructions: Instructions, member: Membership) -> Order:
    if instructions.unknown:
        raise CommandRefused(_("%(word)s is no command.") % {"word": instructions.unknown[0]})
    by = member_actor(member)
    order = Order(ticket, member, by, instructions.reply, written.files, written.mail_id)
    if order.reply and not _is_solution(instructions):
        order.keep(conversation.reply(ticket, order.written(order.reply), by=by), _("reply sent"))
        order.reply = ""
    for command in instructions.commands:
        ACTS[command.verb](order, command)
    if order.files:
        order.keep(conversation.note(ticket, order.written(""), by=by), _("files kept"))
    return order


def _is_solution(instructions: Instructions) -> bool:
    """Text beside a bare `#resolved` is the solution, and goes to the requester once, as that."""
    resolved = [command for command in instructions.commands if command.verb is Verb.RESOLVED]
    return bool(resolved) and not any(command.text for command in resolved)


def _start(order: Order, command: Command) -> None:
    lifecycle.start(order.ticket, by=order.by)
    order.done.append(_("investigation started"))


def _ask(order: Order, command: Command) -> None:
    if not command.text:
        raise CommandRefused(_("Write the question behind #ask."))
    order.keep(_sent(lambda: conversation.ask(order.ticket, order.written(command.text), by=order.by)), _("asked"))


def _note(order: Order, command: Command) -> None:
    if not command.text:
        raise CommandRefused(_("Write the note behind #note."))
    order.keep(conversation.note(order.ticket, order.written(command.text), by=order.by), _("note kept"))


def _time(order: Order, command: Command) -> None:
    if command.minutes is None:
        raise CommandRefused(_("Write the time like #time 45 or #time 1h 30min, a day at most."))
    if command.kilometres is None:
        raise CommandRefused(_("Write the kilometres like km 42, right behind the time."))
    if command.becomes in UNPAID and not command.reason:
        raise CommandRefused(_("Write in brackets why it is not charged, like #time 45 warranty (under a year old)."))
    details = work.Details(
        billing=command.becomes or Billing.BILLABLE, reason=command.reason[:200], kilometres=command.kilometres
    )
    entry = work.log(
        order.ticket,
        minutes=command.minutes,
        text=command.text[:200],
        work_type=_on_site() if command.kilometres else None,
        by=order.by,
        details=details,
    )
    order.done.append(_logged(entry))


def _on_site() -> WorkType | None:
    """What work is that one drove to; the first type of all where the workspace has none for it."""
    return WorkType.objects.filter(code="onsite").first()


def _logged(entry: WorkEntry) -> str:
    """What was understood: "1 h 30 min, On site, 42 km, Warranty logged"."""
    said = [show_minutes(entry.minutes)]
    if entry.kilometres:
        said += [entry.work_type.name, f"{number_format(entry.kilometres.normalize())} km"]
    if entry.billing != Billing.BILLABLE:
        said.append(str(Billing(entry.billing).label))
    return _("%(time)s logged") % {"time": ", ".join(said)}


def _resolve(order: Order, command: Command) -> None:
    solution = command.text or order.reply
    if not solution:
        raise CommandRefused(_("Write the solution behind #resolved."))
    minutes, written = command.minutes, order.written(solution)
    try:
        ticket = lifecycle.resolve(order.ticket, solution=solution, minutes=minutes, files=written.files, by=order.by)
    except TransitionRefused as error:
        raise CommandRefused(_("It is resolved already.")) from error
    except FieldsMissing as error:
        raise CommandRefused(str(error)) from error
    entry = ticket.messages.order_by("-pk")[0]
    order.keep(entry, _("resolved, %(time)s logged") % {"time": show_minutes(minutes)} if minutes else _("resolved"))


def _hand_over(order: Order, command: Command) -> None:
    """To a colleague by name or address, or to a queue by its name; who is meant must be beyond doubt."""
    name = command.text.strip()
    found = [*_members(name), *Queue.objects.filter(name__iexact=name)] if name else []
    if len(found) != 1:
        several = _("%(name)s can mean several: write the whole name or the mail address.")
        raise CommandRefused((several if found else _("Nobody here is called “%(name)s”.")) % {"name": name[:60]})
    (receiver,) = found
    if isinstance(receiver, Queue):
        assignment.move(order.ticket, receiver, by=order.by)
    else:
        given = assignment.assign(order.ticket, receiver, by=order.by)
        if given.instead_of:
            order.done.append(sentence(given.instead_of))
            return
    order.done.append(_("handed to %(name)s") % {"name": receiver})


def _members(name: str) -> list[Membership]:
    """Whoever is called exactly that, or else everybody whose name begins with it."""
    people = Membership.objects.assignable()
    exact = Q(user__name__iexact=name) | Q(user__email=name.lower())
    return list(people.filter(exact)) or list(people.filter(user__name__istartswith=name))


def _sent(send: Callable[[], Message]) -> Message:
    try:
        return send()
    except NothingToSend as error:
        raise CommandRefused(_("The requester has no mail address.")) from error


ACTS: dict[Verb, Callable[[Order, Command], None]] = {
    Verb.START: _start,
    Verb.ASK: _ask,
    Verb.NOTE: _note,
    Verb.TIME: _time,
    Verb.RESOLVED: _resolve,
    Verb.TO: _hand_over,
}
