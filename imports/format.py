"""A ticket of another desk as one line of JSON Lines (docs/import.md), read strictly."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from imports.checking import Fields, Refused, is_address
from imports.mapping import FIELDS, Mapping

KINDS = ("request", "fault", "order", "feedback", "incident", "development")
PRIORITIES = ("low", "normal", "high", "urgent")
STATUSES = ("new", "open", "waiting_requester", "waiting_third_party", "scheduled", "resolved", "closed", "merged")
CHANNELS = ("mail", "phone", "portal", "desk")
MESSAGES = ("requester", "reply", "note")
MOST_TEXT, MOST_MESSAGES, MOST_OTHERS = 2_000_000, 5_000, 500
MOST_LINE = 64 * 2**20
MOST_MINUTES = 24 * 60
TICKET = (
    *("source", "id", "number", "title", "kind", "priority", "status", "until", "channel", "queue", "received_at"),
    *("ended_at", "requester", "customer", "assignee", "copies", "product", "tags", "solution", "merged_into"),
    *("follows", "messages", "work"),
)
PERSON = ("email", "name", "customer", "phone")
MESSAGE = ("id", "kind", "author", "at", "text", "html", "message_id", "files")
FILE = ("path", "name", "type", "content_id", "inline")
WORK = ("id", "minutes", "type", "by", "at", "text")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the old desk: an address in lower case, a name, or both."""

    email: str
    name: str
    customer: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class OldFile:
    """A file of a message; `path` is its name beside the lines, in the same directory or archive."""

    path: str
    name: str
    content_type: str
    content_id: str
    inline: bool
    # Where in the line it is named, for whoever has to put it right.
    spot: str


@dataclass(frozen=True, slots=True)
class OldMessage:
    """What somebody wrote; `kind` is requester, reply or note, and one of `text` and `html` may be empty."""

    id: str
    kind: str
    author: Person
    at: datetime
    text: str
    html: str
    message_id: str
    files: tuple[OldFile, ...]


@dataclass(frozen=True, slots=True)
class OldWork:
    """Minutes that somebody worked, ended `at`."""

    id: str
    minutes: int
    work_type: str
    by: Person
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class OldTicket:
    """One line. `ended_at` is when it was resolved or closed; `merged_into` and `follows` are ids of the source."""

    place: str
    source: str
    id: str
    number: str
    title: str
    kind: str
    priority: str
    status: str
    until: datetime | None
    channel: str
    queue: str
    received_at: datetime
    ended_at: datetime | None
    requester: Person
    customer: str
    assignee: Person | None
    copies: tuple[str, ...]
    product: str
    tags: tuple[str, ...]
    solution: str
    merged_into: str
    follows: str
    messages: tuple[OldMessage, ...]
    work: tuple[OldWork, ...]
    # What its words became: field, word of the source, word of ours.
    said: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A ticket that is refused: where it stands in the file, its id if it can be read, the JSON path, and why."""

    place: str
    id: str
    path: str
    words: str

    def __str__(self) -> str:
        return f"{self.place}{f', ticket {self.id}' if self.id else ''}, {self.path}: {self.words}"


def read_line(line: str, place: str, mapping: Mapping, now: datetime) -> OldTicket | Trouble:
    """A line of the file; `place` says which one it is."""
    if len(line) > MOST_LINE:
        return Trouble(place, "", "$", f"the line has {len(line)} characters, at most {MOST_LINE} are possible")
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        return Trouble(place, "", "$", f"is no JSON: {error}")
    return read_ticket(value, place, mapping, now)


def read_ticket(value: Any, place: str, mapping: Mapping, now: datetime) -> OldTicket | Trouble:
    """A ticket out of JSON that is parsed already; the mapping says what words of the source mean here."""
    try:
        return _ticket(value, place, mapping, now)
    except Refused as refused:
        known = value.get("id") if isinstance(value, dict) else ""
        return Trouble(place, known[:80] if isinstance(known, str) else "", refused.path, refused.words)


def _ticket(value: Any, place: str, mapping: Mapping, now: datetime) -> OldTicket:
    fields = Fields.of(mapping.applied(value), "$", now, TICKET)
    messages = tuple(_message(*item, now) for item in fields.items("messages", MOST_MESSAGES))
    work = tuple(_work(*item, now) for item in fields.items("work", MOST_OTHERS))
    for name, ids in (("messages", [each.id for each in messages]), ("work", [each.id for each in work])):
        _refuse_doubles(name, ids)
    status = fields.choice("status", STATUSES, "")
    ended_at = fields.instant("ended_at")
    return OldTicket(
        place=place,
        source=fields.text("source", 40, required=True).strip(),
        id=fields.text("id", 80, required=True),
        number=fields.text("number", 40),
        title=" ".join(fields.text("title", 10_000).split())[:200],
        kind=fields.choice("kind", KINDS, "request"),
        priority=fields.choice("priority", PRIORITIES, "normal"),
        status=status,
        until=fields.instant("until", ahead=True),
        channel=fields.choice("channel", CHANNELS, "mail"),
        queue=fields.text("queue", 200),
        received_at=fields.required_instant("received_at"),
        ended_at=ended_at,
        requester=_person(fields, "requester"),
        customer=fields.text("customer", 120).strip(),
        assignee=_person(fields, "assignee") if fields.has("assignee") else None,
        copies=tuple(_address(*item) for item in fields.items("copies", MOST_OTHERS)),
        product=fields.text("product", 80).strip(),
        tags=tuple(_tag(*item) for item in fields.items("tags", MOST_OTHERS)),
        solution=fields.text("solution", MOST_TEXT),
        merged_into=fields.text("merged_into", 80),
        follows=fields.text("follows", 80),
        messages=messages,
        work=work,
        said=tuple((name, str(value.get(name) or ""), fields.text(name, 200)) for name in FIELDS.values()),
    )


def _refuse_doubles(name: str, ids: Collection[str]) -> None:
    seen: set[str] = set()
    for place, each in enumerate(ids):
        if each in seen:
            raise Refused(f"$.{name}[{place}].id", f"“{each}” is there twice")
        seen.add(each)


def _person(fields: Fields, name: str) -> Person:
    """Somebody with an address, a name, or both."""
    path = f"{fields.path}.{name}"
    if not fields.has(name):
        raise Refused(path, "is missing")
    found = Fields.of(fields.value[name], path, fields.now, PERSON)
    person = Person(
        found.address("email"),
        " ".join(found.text("name", 120).split()),
        found.text("customer", 120).strip(),
        found.text("phone", 40).strip(),
    )
    if not person.email and not person.name:
        raise Refused(path, "has neither address nor name")
    return person


def _message(value: Any, path: str, now: datetime) -> OldMessage:
    fields = Fields.of(value, path, now, MESSAGE)
    return OldMessage(
        id=fields.text("id", 80, required=True),
        kind=fields.choice("kind", MESSAGES, ""),
        author=_person(fields, "author"),
        at=fields.required_instant("at"),
        text=fields.text("text", MOST_TEXT),
        html=fields.text("html", MOST_TEXT),
        message_id=fields.text("message_id", 998).strip().strip("<>")[:250],
        files=tuple(_file(*item, now) for item in fields.items("files", MOST_OTHERS)),
    )


def _file(value: Any, path: str, now: datetime) -> OldFile:
    fields = Fields.of(value, path, now, FILE)
    where = fields.text("path", 1_000, required=True)
    return OldFile(
        path=where,
        name=fields.text("name", 1_000) or where.rpartition("/")[2],
        content_type=fields.text("type", 120) or "application/octet-stream",
        content_id=fields.text("content_id", 250).strip().strip("<>"),
        inline=fields.flag("inline"),
        spot=f"{path}.path",
    )


def _work(value: Any, path: str, now: datetime) -> OldWork:
    fields = Fields.of(value, path, now, WORK)
    return OldWork(
        id=fields.text("id", 80, required=True),
        minutes=fields.whole("minutes", 1, MOST_MINUTES),
        work_type=fields.text("type", 200),
        by=_person(fields, "by"),
        at=fields.required_instant("at"),
        text=fields.text("text", 500),
    )


def _address(value: Any, path: str) -> str:
    if not isinstance(value, str) or not is_address(value.strip().lower()):
        raise Refused(path, "is no mail address")
    return value.strip().lower()


def _tag(value: Any, path: str) -> str:
    """At most 40 characters, as tags have here."""
    if not isinstance(value, str) or not value.strip():
        raise Refused(path, "has to be a text")
    return " ".join(value.replace("\x00", "").split())[:40]
