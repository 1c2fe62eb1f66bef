"""What a consultant can do behind their link: each verb with its form and the one service that it calls."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.away_words import sentence
from accounts.models import Membership
from portal.forms import HandOverForm, LinkForm, ResolveForm, TextForm, TimeForm
from tickets.models import Ticket
from tickets.services import assignment, conversation, lifecycle, work
from tickets.services.conversation import Written

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb's form and deed; the deed returns the sentence that says what has been done."""

    form: type[LinkForm]
    run: Callable[[Ticket, Values, Actor], str]
    # Questions, solutions and hand-overs end with the solution; a note or forgotten minutes may still follow it.
    after_solution: bool = False


def _start(ticket: Ticket, values: Values, by: Actor) -> str:
    lifecycle.start(ticket, by=by)
    return _("Started")


def _ask(ticket: Ticket, values: Values, by: Actor) -> str:
    conversation.ask(ticket, Written(text=values["text"]), by=by)
    return _("The question is on its way to %(name)s") % {"name": ticket.requester.name}


def _resolve(ticket: Ticket, values: Values, by: Actor) -> str:
    chosen = {name: values[name] for name in ("solution", "minutes", "work_type", "own", "details")}
    lifecycle.resolve(ticket, by=by, **chosen)
    return _("Resolved")


def _hand_over(ticket: Ticket, values: Values, by: Actor) -> str:
    to = values["to"]
    if values["note"]:
        conversation.note(ticket, Written(text=values["note"]), by=by)
    if isinstance(to, Membership):
        given = assignment.assign(ticket, to, by=by, even_away=values.get("even_away", False))
        if given.instead_of:
            return sentence(given.instead_of)
    else:
        assignment.move(ticket, to, by=by)
    return _("Handed over to %(name)s") % {"name": to}


def _time(ticket: Ticket, values: Values, by: Actor) -> str:
    chosen = {name: values[name] for name in ("minutes", "work_type", "text", "details")}
    work.log(ticket, by=by, **chosen)
    return _("Time saved")


def _note(ticket: Ticket, values: Values, by: Actor) -> str:
    conversation.note(ticket, Written(text=values["text"]), by=by)
    return _("Note saved")


def _confirm(ticket: Ticket, values: Values, by: Actor) -> str:
    return _("This browser is confirmed")


VERBS = {
    "start": Verb(LinkForm, _start),
    "ask": Verb(TextForm, _ask),
    "resolve": Verb(ResolveForm, _resolve),
    "hand-over": Verb(HandOverForm, _hand_over),
    "time": Verb(TimeForm, _time, after_solution=True),
    "note": Verb(TextForm, _note, after_solution=True),
    # Does nothing but what every first press does: it makes the browser the consultant's own.
    "confirm": Verb(LinkForm, _confirm, after_solution=True),
}
