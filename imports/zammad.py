"""Zammad's answers to its REST API, kept as files, become lines of our own format.

The files are named like the addresses that gave them (docs/import.md): `tickets/*.json` are pages of tickets,
`ticket_articles/by_ticket/17.json` the articles of one. What Zammad no longer knows, such as a deleted user, is taken
from what its articles say. Fields: docs.zammad.org, REST API, Ticket, Article, User.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from email.utils import parseaddr
from typing import Any

from imports.checking import is_address
from imports.files import NoFile, Store
from imports.format import Trouble

SOURCE = "Zammad"
CHANNELS = {"email": "mail", "phone": "phone", "web": "portal"}
NOBODY = (None, 1)
# Where a picture lies that Zammad shows in its place in a mail.
PICTURE = re.compile(r"""(?P<src>src=["'])[^"']*/api/v1/ticket_attachment/\d+/\d+/(?P<id>\d+)[^"']*(?P<end>["'])""")
HTML = "text/html"
Json = dict[str, Any]


@dataclass(slots=True)
class Zammad:
    """An export with its people and names read; tickets are read one page after the other."""

    store: Store
    minutes_per_unit: int = 1
    users: dict[int, Json] = field(default_factory=dict)
    named: dict[str, dict[int, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.users = {row["id"]: row for row in self._rows("users")}
        for kind in ("organizations", "groups", "ticket_states", "ticket_priorities", "time_accounting_types"):
            self.named[kind] = {row["id"]: str(row.get("name", "")) for row in self._rows(kind)}

    def lines(self) -> Iterator[tuple[str, Json] | Trouble]:
        """Each ticket as one object of our format, with the place that it comes from; or why a page cannot be read."""
        for page in self.store.names("tickets"):
            try:
                rows = _read(self.store, page)
            except (NoFile, ValueError) as error:
                yield Trouble(page, "", "$", f"cannot be read: {error}")
                continue
            for place, row in enumerate(rows if isinstance(rows, list) else [rows]):
                yield self._line(row, f"{page}[{place}]")

    def _line(self, row: Any, place: str) -> tuple[str, Json] | Trouble:
        """Whatever is broken in one ticket's files is that ticket's trouble alone."""
        known = str(row.get("id", "")) if isinstance(row, dict) else ""
        try:
            return place, self._ticket(row)
        except (NoFile, ValueError, TypeError, KeyError, AttributeError, InvalidOperation) as error:
            return Trouble(place, known, "$", f"cannot be read as a ticket of Zammad: {type(error).__name__}: {error}")

    def _rows(self, kind: str) -> list[Json]:
        rows: list[Json] = []
        for name in self.store.names(kind):
            try:
                found = _read(self.store, name)
            except ValueError as error:
                raise NoFile(f"“{name}” cannot be read: {error}") from None
            rows += [row for row in found if isinstance(row, dict) and isinstance(row.get("id"), int)]
        return rows

    def _ticket(self, row: Json) -> Json:
        number = int(row["id"])
        articles = self._articles(number)
        state = self._name(row, "state", "ticket_states")
        links = self._beside("links", number, {}).get("links", [])
        parents = [
            str(link["link_object_value"])
            for wanted in ("parent", "child")
            for link in links
            if link.get("link_type") == wanted and (wanted == "parent" or state == "merged")
        ]
        return {
            "source": SOURCE,
            "id": str(number),
            "number": str(row.get("number") or ""),
            "title": row.get("title") or "",
            "status": state,
            "until": row.get("pending_time") if state == "pending reminder" else None,
            "priority": self._name(row, "priority", "ticket_priorities"),
            "channel": CHANNELS.get(articles[0].get("type", ""), "desk") if articles else "desk",
            "queue": self._name(row, "group", "groups"),
            "received_at": row.get("created_at"),
            "ended_at": row.get("close_at"),
            "requester": self._requester(row, articles),
            "customer": self._name(row, "organization", "organizations"),
            "assignee": None if row.get("owner_id") in NOBODY else self._person(row["owner_id"]),
            "tags": list(dict.fromkeys(self._beside("tags", number, {}).get("tags", []))),
            "merged_into": parents[0] if parents and state == "merged" else None,
            "follows": parents[0] if parents and state != "merged" else None,
            "messages": [self._message(number, article) for article in articles],
            "work": [self._work(entry) for entry in self._beside("time_accountings", number, [])],
        }

    def _articles(self, ticket: int) -> list[Json]:
        """In their order, each once: two pages of the API may overlap."""
        rows = _read(self.store, f"ticket_articles/by_ticket/{ticket}.json")
        return [row for _, row in sorted({int(row["id"]): row for row in rows}.items())]

    def _beside(self, kind: str, ticket: int, empty: Any) -> Any:
        """What an own file says of a ticket; most tickets have none."""
        name = f"{kind}/{ticket}.json"
        try:
            return _read(self.store, name)
        except NoFile:
            return empty

    def _name(self, row: Json, name: str, kind: str) -> str:
        """As `expand=true` gives it, or by its id."""
        said = row.get(name)
        return said if isinstance(said, str) else self.named[kind].get(row.get(f"{name}_id", 0), "")

    def _person(self, user: Any, said: str = "") -> Json:
        """A user, or what the From line of an article says where the user is gone."""
        row = self.users.get(user)
        if row is None:
            name, email = parseaddr(said)
            return _who(email, name or said, f"User {user}")
        name = " ".join(str(row.get(part) or "") for part in ("firstname", "lastname")).strip()
        return _who(str(row.get("email") or ""), name, str(row.get("login") or f"User {user}"), self._more(row))

    def _more(self, row: Json) -> Json:
        phone = str(row.get("phone") or row.get("mobile") or "")[:40]
        return {"customer": self._name(row, "organization", "organizations"), "phone": phone}

    def _requester(self, row: Json, articles: list[Json]) -> Json:
        said = next((str(each.get("from") or "") for each in articles if each.get("sender") == "Customer"), "")
        return self._person(row.get("customer_id"), said)

    def _author(self, article: Json) -> Json:
        said = str(article.get("from") or "")
        name, email = parseaddr(said)
        if article.get("sender") == "Customer" and article.get("type") == "email" and is_address(email):
            return _who(email, name, email)
        if article.get("sender") == "System":
            return _who("", name or said, SOURCE)
        return self._person(article.get("origin_by_id") or article.get("created_by_id"), said)

    def _message(self, ticket: int, article: Json) -> Json:
        body, is_html = str(article.get("body") or ""), article.get("content_type") == HTML
        files = article.get("attachments") or []
        return {
            "id": str(article["id"]),
            "kind": _kind(article),
            "author": self._author(article),
            "at": article.get("created_at"),
            "text": "" if is_html else body,
            "html": _with_pictures(body, files) if is_html else "",
            "message_id": str(article.get("message_id") or ""),
            "files": [_file(ticket, article["id"], each) for each in files],
        }

    def _work(self, entry: Json) -> Json:
        minutes = Decimal(str(entry["time_unit"])) * self.minutes_per_unit
        return {
            "id": str(entry["id"]),
            "minutes": int(minutes.quantize(Decimal(1), ROUND_HALF_UP)),
            "type": self.named["time_accounting_types"].get(entry.get("type_id", 0), ""),
            "by": self._person(entry.get("created_by_id")),
            "at": entry.get("created_at"),
        }


def _read(store: Store, name: str) -> Any:
    return json.loads(store.read(name))


def _kind(article: Json) -> str:
    """What the desk's programs sent, such as an acknowledgement, answers nobody and becomes a note."""
    if article.get("internal") or article.get("sender") == "System":
        return "note"
    return "requester" if article.get("sender") == "Customer" else "reply"


def _who(email: str, name: str, otherwise: str, more: Json | None = None) -> Json:
    """A person of our format; an address that is none is left out, and nobody is without a name."""
    email = email.strip().lower()
    name = " ".join(name.split())[:120]
    return {
        "email": email if is_address(email) else "",
        "name": name or email[:120] or otherwise[:120],
        **(more or {}),
    }


def _file(ticket: int, article: Any, attachment: Json) -> Json:
    says = attachment.get("preferences") or {}
    return {
        "path": f"ticket_attachment/{ticket}/{article}/{attachment['id']}",
        "name": str(attachment.get("filename") or ""),
        "type": str(says.get("Mime-Type") or says.get("Content-Type") or "").partition(";")[0].strip()[:120],
        "content_id": str(says.get("Content-ID") or ""),
        "inline": says.get("Content-Disposition") == "inline",
    }


def _with_pictures(body: str, files: list[Json]) -> str:
    """Zammad's own addresses of pictures become the content ids that the mail had."""
    ids = {str(each["id"]): str((each.get("preferences") or {}).get("Content-ID") or "").strip("<>") for each in files}

    def put_back(found: "re.Match[str]") -> str:
        content_id = ids.get(found["id"])
        return f"{found['src']}cid:{content_id}{found['end']}" if content_id else found[0]

    return PICTURE.sub(put_back, body)
