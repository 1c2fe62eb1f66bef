"""The event log in the reader's words: one line for what the system or a person did."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from core.templatetags.vaste import local_time
from sla.enums import Priority
from tickets.enums import EventKind, RelationKind, SilenceKind, StatusClass
from tickets.metrics import promise_name
from tickets.models import TicketEvent
from tickets.own_values import logged_words
from tickets.process import process
from tickets.scores import score_words

ICONS = {
    EventKind.RECEIVED: "mail-down",
    EventKind.RECEPTION_CORRECTED: "history",
    EventKind.POLICY: "clock",
    EventKind.STATUS: "circle-half-2",
    EventKind.ASSIGNED: "user-share",
    EventKind.MOVED: "arrow-right",
    EventKind.CHANGED: "pencil",
    EventKind.TAGGED: "bookmark",
    EventKind.UNDELIVERED: "alert-triangle",
    EventKind.WORK_STARTED: "player-play",
    EventKind.RESTORED: "thumb-up",
    EventKind.WORK_LOGGED: "clock-hour-4",
    EventKind.WORK_CORRECTED: "clock-hour-4",
    EventKind.CONFIRMED: "thumb-up",
    EventKind.REJECTED: "thumb-down",
    EventKind.BREACHED: "alert-triangle",
    EventKind.REMINDED: "bell-plus",
    EventKind.FOLLOW_UP: "corner-up-left",
    EventKind.NEXT_STEP: "arrow-right",
    EventKind.UNDONE: "history",
    EventKind.MERGED: "git-merge",
    EventKind.MERGED_FROM: "git-merge",
    EventKind.LINKED: "link",
    EventKind.SPLIT: "arrows-split-2",
    EventKind.SPLIT_FROM: "arrows-split-2",
    EventKind.RULE_LEFT_OUT: "ban",
    EventKind.IMPORTED: "download",
    EventKind.SIDE_ASKED: "mail-question",
    EventKind.SIDE_ANSWERED: "mail-down",
    EventKind.SIDE_SETTLED: "check",
    EventKind.TASK_DONE: "circle-check",
    EventKind.TASK_UNDONE: "circle",
    EventKind.ASKED_AGAIN: "mail-question",
    EventKind.UNANSWERED: "clock",
    EventKind.INVITED: "user-share",
    EventKind.RATED: "thumb-up",
}
# Entering these is told by the line of reception, or of what brought it about.
TOLD_BY_OTHERS = (StatusClass.NEW, StatusClass.MERGED)


@dataclass(frozen=True, slots=True)
class EventLine:
    """A line of the timeline; `url` is that of the other ticket that it tells of."""

    icon: str
    text: str
    opens: bool = False
    url: str = ""


def line_of(event: TicketEvent) -> EventLine | None:
    """The line for an event; None for those that a message or another line tells already."""
    kind = EventKind(event.kind)
    if kind not in ICONS or event.data.get("class") in TOLD_BY_OTHERS or _begins(event):
        return None
    number = event.data.get("number")
    url = reverse("tickets:detail", args=[number]) if isinstance(number, int) else ""
    return EventLine(ICONS[kind], _WORDS[kind](event), opens=kind == EventKind.RECEIVED, url=url)


def _begins(event: TicketEvent) -> bool:
    """The promises that a ticket begins with; the clocks in its head tell of them."""
    return event.kind == EventKind.POLICY and not event.data.get("again")


def _received(event: TicketEvent) -> str:
    channel = {
        "mail": _("Received by mail"),
        "phone": _("Received by phone, written down by %(name)s"),
        "portal": _("Received through the portal"),
        "desk": _("Written by %(name)s"),
    }
    return channel[event.data.get("channel", "mail")] % {"name": event.actor_name}


def _promises(event: TicketEvent) -> str:
    if not event.data.get("policy"):
        return _("Nothing is promised any more")
    values = {"name": event.actor_name, "policy": event.data["policy"]}
    if event.data.get("applied"):
        return _("%(name)s gave it the present promises: %(policy)s") % values
    return _("Other promises hold from now on: %(policy)s") % values


def _status(event: TicketEvent) -> str:
    label = str(StatusClass(event.data["class"]).label)
    return _("%(name)s: %(status)s") % {"name": event.actor_name, "status": label}


def _assigned(event: TicketEvent) -> str:
    to, away = event.data.get("name"), event.data.get("instead_of")
    if away:
        words = _("%(name)s assigned it to %(away)s, who is away: %(to)s stands in")
        nobody = _("%(name)s left it without a consultant: %(away)s is away and nobody stands in")
        return (words if to else nobody) % {"name": event.actor_name, "to": to, "away": away}
    if not to:
        return _("%(name)s left it without a consultant") % {"name": event.actor_name}
    return _("%(name)s assigned it to %(to)s") % {"name": event.actor_name, "to": to}


def _moved(event: TicketEvent) -> str:
    return _("%(name)s moved it to %(queue)s") % {"name": event.actor_name, "queue": event.data["name"]}


def _changed(event: TicketEvent) -> str:
    return _("%(name)s changed %(fields)s") % {
        "name": event.actor_name,
        "fields": ", ".join(f"{field}: {before or '—'} → {after or '—'}" for field, (before, after) in _fields(event)),
    }


def _fields(event: TicketEvent) -> list[tuple[str, tuple[str, str]]]:
    names, own = _names(), event.data.get("own", {})
    # A field of the team's own stands in the log with its name and type.
    types = {name: own_type for name, (_named, own_type) in own.items()}
    names |= {name: named for name, (named, _type) in own.items()}
    return [
        (names[name], (_value(name, before, types.get(name, "")), _value(name, after, types.get(name, ""))))
        for name, (before, after) in event.data["fields"].items()
    ]


def _names() -> dict[str, str]:
    return {
        "title": _("Title"),
        "kind": _("Kind"),
        "priority": _("Priority"),
        "customer": _("Customer"),
        "product": _("Product"),
        "module": _("Module"),
    }


@dataclass(frozen=True, slots=True)
class Difference:
    """A fact that two people want differently: its name, who has set it, to what, and what the asker wants."""

    name: str
    by: str
    theirs: str
    own: str


def facts_in_words(differ: Mapping[str, tuple[str, str, str]]) -> list[Difference]:
    """By field who has set it, theirs and one's own, as people read them."""
    names = _names()
    of = {name: process().of(name) for name in differ if name not in names}
    names |= {name: each.name for name, each in of.items() if each}
    types = {name: each.type for name, each in of.items() if each}
    return [
        Difference(
            names.get(name, name),
            by,
            _value(name, theirs, types.get(name, "")) or "—",
            _value(name, own, types.get(name, "")) or "—",
        )
        for name, (by, theirs, own) in differ.items()
    ]


def _value(name: str, value: str, own_type: str = "") -> str:
    """The log keeps the stored value of a choice; people read its label."""
    if own_type:
        return logged_words(own_type, value)
    if name == "kind" and value:
        return str(process().kind_label(value))
    return str(Priority(value).label) if name == "priority" and value else value


def _work(event: TicketEvent) -> str:
    return _("%(name)s logged %(minutes)s min") % {"name": event.actor_name, "minutes": event.data["minutes"]}


def _corrected(event: TicketEvent) -> str:
    told = {"name": event.actor_name, "minutes": event.data["minutes"], "before": event.data["before"]}
    if not event.data["minutes"]:
        return _("%(name)s took %(before)s min of work off") % told
    if event.data["minutes"] == event.data["before"]:
        return _("%(name)s corrected what was said of %(minutes)s min of work") % told
    return _("%(name)s corrected %(before)s min of work to %(minutes)s min") % told


def _next_step(event: TicketEvent) -> str:
    if not event.data["text"]:
        return _("%(name)s struck out the next step") % {"name": event.actor_name}
    return _("%(name)s wrote the next step: %(text)s") % {"name": event.actor_name, "text": event.data["text"]}


def _undelivered(event: TicketEvent) -> str:
    names = {"addresses": ", ".join(event.data.get("addresses", []))}
    if event.data.get("report") == "complaint":
        return _("%(addresses)s reported our mail as spam") % names
    if event.data.get("report") == "bounce":
        return _("A mail to %(addresses)s came back") % names
    return _("The mail server refused the reply")


def _both(event: TicketEvent) -> dict[str, object]:
    return {"name": event.actor_name, "number": event.data["number"]}


def _reminded(event: TicketEvent) -> str:
    names = ", ".join(event.data["names"]) or _("Nobody")
    if silence := event.data.get("silence"):
        since = local_time(datetime.fromisoformat(event.data["since"]))
        return _silence(silence) % {"since": since, "names": names}
    said = _("Reminder of the promise %(promise)s to %(names)s") % {
        "promise": promise_name(event.data["metric"]),
        "names": names,
    }
    gone = {
        "queue": _("The queue that it was to move to is gone."),
        "member": _("The colleague who was to get it takes no tickets any more."),
        "webhook": _("The webhook that was to be called is gone."),
    }
    missing = [gone[each] for each in event.data.get("missing", []) if each in gone]
    return ". ".join([said, " ".join(missing)]) if missing else said


def _silence(kind: str) -> str:
    """The line with its places for the names and for when the silence began."""
    lines = {
        SilenceKind.UNTOUCHED: _("Nobody has touched it since %(since)s: reminder to %(names)s"),
        SilenceKind.IDLE: _("Nothing has happened since %(since)s: reminder to %(names)s"),
        SilenceKind.SILENT: _("No word to the requester since %(since)s: reminder to %(names)s"),
        SilenceKind.WAITING: _("The requester has not answered since %(since)s: reminder to %(names)s"),
    }
    return lines[SilenceKind(kind)]


def relation_words(kind: str, *, forwards: bool) -> str:
    """What a ticket is to the one whose number follows."""
    if forwards:
        return str(RelationKind(kind).label)
    backwards = {
        RelationKind.RELATED: _("Related to"),
        RelationKind.DUPLICATE: _("Has the duplicate"),
        RelationKind.PART: _("Has the part"),
        RelationKind.CAUSED: _("Cause of"),
    }
    return backwards[RelationKind(kind)]


def _imported(event: TicketEvent) -> str:
    values = {"source": event.data.get("source", ""), "number": event.data.get("formerly", "")}
    if not values["number"]:
        return _("Taken over from %(source)s") % values
    return _("Taken over from %(source)s, where it was %(number)s") % values


def _tagged(event: TicketEvent) -> str:
    values = {"name": event.actor_name, "tag": event.data.get("added") or event.data.get("removed", "")}
    if event.data.get("added"):
        return _("%(name)s added the tag %(tag)s") % values
    return _("%(name)s removed the tag %(tag)s") % values


def _linked(event: TicketEvent) -> str:
    if event.data.get("removed"):
        return _("%(name)s took back the link to %(number)s") % _both(event)
    words = relation_words(event.data["relation"], forwards=event.data["forwards"])
    return _("%(name)s linked it. %(relation)s %(number)s") % (_both(event) | {"relation": words})


def _side(event: TicketEvent) -> str:
    values = {"name": event.actor_name, "subject": event.data["text"]}
    if event.kind == EventKind.SIDE_ANSWERED:
        return _("%(name)s answered in the side conversation: %(subject)s") % values
    if event.kind == EventKind.SIDE_SETTLED:
        return _("%(name)s waits for no answer any more: %(subject)s") % values
    values["addresses"] = ", ".join(event.data["addresses"])
    return _("%(name)s asked %(addresses)s: %(subject)s") % values


_WORDS: dict[EventKind, Callable[[TicketEvent], str]] = {
    EventKind.IMPORTED: _imported,
    EventKind.TAGGED: _tagged,
    EventKind.RECEIVED: _received,
    EventKind.RECEPTION_CORRECTED: lambda event: (
        _("%(name)s corrected the reception time") % {"name": event.actor_name}
    ),
    EventKind.POLICY: _promises,
    EventKind.STATUS: _status,
    EventKind.ASSIGNED: _assigned,
    EventKind.MOVED: _moved,
    EventKind.CHANGED: _changed,
    EventKind.UNDELIVERED: _undelivered,
    EventKind.WORK_STARTED: lambda event: _("%(name)s started the investigation") % {"name": event.actor_name},
    EventKind.RESTORED: lambda event: _("%(name)s says that the service works again") % {"name": event.actor_name},
    EventKind.WORK_LOGGED: _work,
    EventKind.WORK_CORRECTED: _corrected,
    EventKind.NEXT_STEP: _next_step,
    EventKind.UNDONE: lambda event: _("%(name)s took a reply back before it left") % {"name": event.actor_name},
    EventKind.CONFIRMED: lambda event: _("%(name)s says that it works") % {"name": event.actor_name},
    EventKind.REJECTED: lambda event: _("%(name)s says that it is still broken") % {"name": event.actor_name},
    EventKind.BREACHED: lambda event: (
        _("Promise broken: %(promise)s") % {"promise": promise_name(event.data["metric"])}
    ),
    EventKind.REMINDED: _reminded,
    EventKind.FOLLOW_UP: lambda event: _("A follow-up was opened: %(number)s") % {"number": event.data["number"]},
    EventKind.MERGED: lambda event: _("%(name)s merged it into %(number)s") % _both(event),
    EventKind.MERGED_FROM: lambda event: _("%(name)s merged %(number)s into it") % _both(event),
    EventKind.LINKED: _linked,
    EventKind.SPLIT: lambda event: _("%(name)s opened %(number)s from a message") % _both(event),
    EventKind.RULE_LEFT_OUT: lambda event: (
        _("Rule “%(name)s” was left out: too many rules have run here within an hour") % {"name": event.data["name"]}
    ),
    EventKind.SPLIT_FROM: lambda event: _("%(name)s opened it from a message of %(number)s") % _both(event),
    EventKind.SIDE_ASKED: _side,
    EventKind.SIDE_ANSWERED: _side,
    EventKind.SIDE_SETTLED: _side,
    EventKind.TASK_DONE: lambda event: (
        _("%(name)s did the task: %(text)s") % {"name": event.actor_name, "text": event.data["text"]}
    ),
    EventKind.ASKED_AGAIN: lambda event: _("%(name)s was asked again whether it works") % {"name": event.data["name"]},
    EventKind.UNANSWERED: lambda event: _("Nobody said whether it works, so it closed by itself"),
    EventKind.INVITED: lambda event: (
        _("%(name)s asked %(to)s in") % {"name": event.actor_name, "to": event.data["name"]}
    ),
    EventKind.RATED: lambda event: (
        _("%(name)s says how it was: %(score)s")
        % {"name": event.actor_name, "score": score_words(event.data["score"])}
    ),
    EventKind.TASK_UNDONE: lambda event: (
        _("%(name)s opened the task again: %(text)s") % {"name": event.actor_name, "text": event.data["text"]}
    ),
}
