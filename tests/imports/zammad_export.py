"""A directory as Zammad's REST API fills one, by the dice of a seed, with everything that years leave in a desk.

`python -m tests.imports.zammad_export DIRECTORY [TICKETS] [SEED]` writes one.
"""

import base64
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

PAGE = 100
FIRST = datetime(2019, 1, 7, 6, 0, tzinfo=UTC)
MINUTES_APART = 55
GROUPS = {1: "Users", 2: "Huolto", 3: "Laskutus"}
STATES = ["closed"] * 14 + ["open", "new", "pending reminder", "pending close", "merged"]
PRIORITIES = ["2 normal"] * 8 + ["1 low", "3 high"]
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
WORDS = [
    "rullanostin",
    "paine",
    "putoaa",
    "tulostin",
    "lasku",
    "hissi",
    "kerros",
    "virhe",
    "E-203",
    "päivitys",
    "häiriö",
]
# Agents have these ids; the last two left, and one of them is deleted.
AGENTS = {3: "aino", 4: "konsta", 5: "lahtenyt", 6: "poistettu"}
DELETED = 6
# One ticket in so many is broken, and one in so many comes twice.
BROKEN_EACH, TWICE_EACH = 1_000, 251


def write(root: Path, tickets: int, seed: int = 1, *, slug: str = "acme", broken_each: int = BROKEN_EACH) -> None:
    """Fill a directory; the same seed gives the same files. `slug` is in the addresses of agents who are members."""
    dice = Random(seed)  # noqa: S311  # not a secret
    for name, rows in _people(tickets, slug).items():
        _put(root / name / "page-1.json", rows)
    pages: list[dict[str, Any]] = []
    for number in range(1, tickets + 1):
        row = _ticket(root, number, tickets, dice, slug, broken=number % broken_each == broken_each // 2)
        pages += [row, row] if number % TWICE_EACH == 0 else [row]
    for start in range(0, len(pages), PAGE):
        _put(root / "tickets" / f"page-{start // PAGE + 1:05}.json", pages[start : start + PAGE])


def go_on(root: Path, number: int, at: str, text: str) -> None:
    """Let a ticket of the export get one more mail of its customer."""
    path = root / f"ticket_articles/by_ticket/{number}.json"
    articles = json.loads(path.read_text())
    more = {"id": articles[-1]["id"] + 90_000_000, "body": text, "content_type": "text/plain", "created_at": at}
    _put(path, [*articles, {**articles[0], **more, "message_id": "", "attachments": []}])


def _put(path: Path, value: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value))


def _people(tickets: int, slug: str) -> dict[str, list[dict[str, Any]]]:
    agents = [
        {
            "id": pk,
            "login": name,
            "firstname": name.capitalize(),
            "lastname": "Vanha",
            "email": f"{name}@{slug}.example",
        }
        for pk, name in AGENTS.items()
        if pk != DELETED
    ]
    asking = [
        {
            "id": 100 + place,
            "login": f"asiakas{place}",
            "firstname": "Pyytäjä",
            "lastname": str(place),
            # Some only ever called.
            "email": "" if place % 17 == 0 else f"Asiakas{place}@yritys{place % 40}.example",
            "organization": f"Yritys {place % 40} Oy" if place % 3 else None,
            "phone": "+358 40 1234567",
        }
        for place in range(_askers(tickets))
    ]
    return {
        "users": [{"id": 1, "login": "-", "firstname": "-", "email": ""}, *agents, *asking],
        "groups": [{"id": pk, "name": name} for pk, name in GROUPS.items()],
        "time_accounting_types": [{"id": 1, "name": "Etätyö"}],
    }


def _askers(tickets: int) -> int:
    return max(20, tickets // 20)


def _received(ticket: int) -> datetime:
    return FIRST + timedelta(minutes=MINUTES_APART * ticket)


def _instant(at: datetime, dice: Random) -> str:
    """With one zone or another, as installations write it."""
    if dice.random() < 0.1:
        return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+00:00")
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def _ticket(root: Path, number: int, tickets: int, dice: Random, slug: str, *, broken: bool) -> dict[str, Any]:
    at = _received(number)
    state = dice.choice(STATES)
    asks = 100 + dice.randrange(_askers(tickets))
    # A customer who was deleted lives on in what the articles say.
    customer = 90_000_000 + number if number % 97 == 0 else asks
    articles = _articles(root, number, asks, dice, slug)
    _put(root / f"ticket_articles/by_ticket/{number}.json", articles)
    if dice.random() < 0.3:
        _put(root / f"tags/{number}.json", {"tags": sorted({dice.choice(WORDS), dice.choice(WORDS).upper()})})
    if dice.random() < 0.2:
        entry = {
            "id": number,
            "ticket_id": number,
            "time_unit": "15.0",
            "type_id": 1,
            "created_by_id": dice.choice([*AGENTS]),
        }
        _put(
            root / f"time_accountings/{number}.json", [entry | {"created_at": _instant(at + timedelta(hours=1), dice)}]
        )
    if state == "merged":
        # The last of a chain leads to a ticket that was never exported.
        other = number + 1 if number % 5 else 80_000_000 + number
        _put(root / f"links/{number}.json", _link("parent", other))
    elif dice.random() < 0.02:
        _put(root / f"links/{number}.json", _link("parent", max(1, number - 3)))
    return {
        "id": number,
        "number": str(64_000 + number),
        "title": "" if number % 53 == 0 else f"{dice.choice(WORDS).capitalize()} {dice.choice(WORDS)} {number}",
        "state": state,
        "priority": dice.choice(PRIORITIES),
        "group": GROUPS[dice.choice([*GROUPS])],
        "owner_id": dice.choice([1, *AGENTS]),
        "customer_id": customer,
        "organization": None,
        "created_at": "gestern" if broken else _instant(at, dice),
        "close_at": _instant(at + timedelta(days=2), dice) if state in ("closed", "merged", "pending close") else None,
        "pending_time": "2019-03-01T08:00:00Z" if state == "pending reminder" and number % 2 else None,
    }


def _link(kind: str, ticket: int) -> dict[str, Any]:
    return {"links": [{"link_type": kind, "link_object": "Ticket", "link_object_value": ticket}], "assets": {}}


def _articles(root: Path, ticket: int, asks: int, dice: Random, slug: str) -> list[dict[str, Any]]:
    rows, at = [], _received(ticket)
    for place in range(dice.choice([1, 2, 3, 4, 4, 5, 9])):
        pk, by_customer = ticket * 20 + place, place % 2 == 0
        agent = dice.choice([*AGENTS])
        from_ = (
            f"Pyytäjä {asks - 100} <asiakas{asks - 100}@yritys{(asks - 100) % 40}.example>"
            if by_customer
            else f"{AGENTS[agent]} <{AGENTS[agent]}@{slug}.example>"
        )
        said = " ".join(dice.choices(WORDS, k=25))
        row: dict[str, Any] = {
            "id": pk,
            "ticket_id": ticket,
            "from": from_,
            "sender": "Customer" if by_customer else "Agent",
            "type": "email" if place or ticket % 4 else "phone",
            "internal": not by_customer and dice.random() < 0.3,
            "content_type": "text/plain",
            "body": said,
            "message_id": f"<{pk}@old.example>",
            "created_by_id": asks if by_customer else agent,
            "created_at": _instant(at + timedelta(hours=place), dice),
            "attachments": [],
        }
        if dice.random() < 0.3:
            row |= {"content_type": "text/html", "body": f"<div>{said}<br><b onclick=x()>Terveisin</b></div>"}
        if ticket % 41 == 0 and place == 0:
            row |= _picture(root, ticket, pk, said)
        if place == 1 and ticket % 29 == 0:
            row |= {"sender": "System", "from": "Huolto <huolto@old.example>", "created_by_id": 1}
        rows.append(row)
    # Overlapping pages name an article twice.
    return [*rows, rows[-1]] if ticket % 61 == 0 else rows


def _picture(root: Path, ticket: int, article: int, said: str) -> dict[str, Any]:
    """A picture in its place, as the API hands out the body, and a file beside it."""
    says = {"Mime-Type": "image/gif", "Content-ID": f"logo.{article}@old.example", "Content-Disposition": "inline"}
    folder = root / f"ticket_attachment/{ticket}/{article}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "1").write_bytes(PIXEL)
    (folder / "2").write_bytes(f"Raportti {ticket}".encode())
    return {
        "content_type": "text/html",
        "body": f'<p>{said}</p><img src="/api/v1/ticket_attachment/{ticket}/{article}/1?view=inline">',
        "attachments": [
            {"id": 1, "filename": "logo.gif", "preferences": says},
            {"id": 2, "filename": "../raportti.txt", "preferences": {"Mime-Type": "text/plain"}},
        ],
    }


if __name__ == "__main__":
    write(Path(sys.argv[1]), int((sys.argv[2:] or ["300"])[0]), int((sys.argv[3:] or ["1"])[0]))
