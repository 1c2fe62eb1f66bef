"""The wall board: what it shows to whom, what it costs, and how its link ends."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import AuditEntry, Customer, Office
from reports.board import shown
from reports.models import Board
from reports.services.boards import hang, take_down
from sla.models import Timer
from tests.conftest import Cast
from tests.house.test_query_counts import ask, make_tickets
from tests.mailintake.post import ticket_of
from tickets.models import Queue, Ticket
from tickets.services import lifecycle

LINKED, OWN = 10, 12
AGAIN = {"hx-request": "true"}


@pytest.fixture
def token(acme: Cast) -> str:
    with acme.scope():
        return hang(Board(name="Lobby", office=acme.office), by=acme.actor("ada"))


@pytest.mark.django_db
def test_a_board_counts_what_waits_and_what_today_was(acme: Cast, monday: datetime) -> None:
    with time_machine.travel(monday, tick=False), acme.scope():
        soon, late, done, other = (ticket_of(acme) for _ in range(4))
        lifecycle.resolve(done, solution="Done.", by=acme.actor("aino"))
        Ticket.objects.filter(pk=soon.pk).update(next_due_at=monday + timedelta(minutes=59))
        Ticket.objects.filter(pk=late.pk).update(next_due_at=monday)
        Ticket.objects.filter(pk=other.pk).update(received_at=monday - timedelta(days=1))
        with time_machine.travel(monday + timedelta(seconds=30), tick=False):
            board = shown(Queue.objects.all(), acme.tenant)
    (queue,) = board.queues

    assert (queue.unfinished, queue.unassigned, queue.new, queue.late, queue.soon) == (3, 3, 3, 1, 1)
    assert [row.chip.words for row in board.deadlines[:2]] == ["Response late by 0 min", "Response in 58 min"]
    assert (board.received, board.resolved) == (3, 1)
    assert board.kept == "100.0\N{NO-BREAK SPACE}%"


@pytest.mark.django_db
def test_names_of_requesters_are_shown_only_where_somebody_wanted_it(acme: Cast, token: str) -> None:
    ticket_of(acme)
    with acme.scope():
        named = hang(Board(name="Desk", office=acme.office, shows_names=True), by=acme.actor("ada"))
    plain, with_names = (acme.client().get(f"/b/{each}/").content.decode() for each in (token, named))

    assert "The lift is stuck" in plain
    assert "Otto Oja" not in plain
    assert "Otto Oja" in with_names
    assert "/tickets/" not in with_names
    assert "/tickets/" in acme.client("aino").get("/board/").content.decode()


@pytest.mark.django_db
def test_a_link_shows_its_office_in_its_language(acme: Cast, token: str) -> None:
    with acme.scope():
        office = Office.objects.create(
            name="Hamburg",
            legal_entity=acme.office.legal_entity,
            country="DE",
            time_zone="Europe/Berlin",
            language="fi",
        )
        elsewhere = Queue.objects.create(name="Hafen", address="h@acme.example", office=office)
        ticket = ticket_of(acme)
        Ticket.objects.filter(pk=ticket.pk).update(queue=elsewhere)
        theirs = hang(Board(name="Hamburg", office=office), by=acme.actor("ada"))
    page = acme.client().get(f"/b/{theirs}/")

    assert "Seuraavat määräajat" in page.content.decode()
    assert page.headers["Content-Language"] == "fi"
    assert "The lift is stuck" in page.content.decode()
    assert "The lift is stuck" not in acme.client().get(f"/b/{token}/").content.decode()


@pytest.mark.django_db
def test_a_link_ends_and_says_so(acme: Cast, globex: Cast, token: str) -> None:
    client = acme.client()
    assert client.get(f"/b/{token}/", headers=AGAIN).content.decode().count("<html") == 0
    assert globex.client().get(f"/b/{token}/").status_code == 404
    with acme.scope():
        board = Board.objects.get()
        assert token not in board.token_hash
        for _ in range(2):
            take_down(board, by=acme.actor("ada"))
    gone = client.get(f"/b/{token}/")

    assert gone.status_code == 410
    assert b"This board has ended" in gone.content
    assert b"The lift" not in gone.content
    assert gone.headers["Referrer-Policy"] == "no-referrer"
    with acme.scope():
        actions = AuditEntry.objects.filter(action__startswith="board.").order_by("pk")
        assert list(actions.values_list("action", flat=True)) == ["board.made", "board.revoked"]


@pytest.mark.django_db
def test_an_admin_sees_a_link_once(acme: Cast) -> None:
    ada = acme.client("ada")
    assert b"No wall board has a link" in ada.get("/settings/boards/").content
    made = ada.post("/settings/boards/new/", {"name": "Lobby", "office": acme.office.pk, "theme": "dark"})
    url = made.context["url"]

    assert url.startswith(acme.tenant.url("/b/"))
    path = url[len(acme.tenant.url()) - 1 :]
    assert b'data-bs-theme="dark"' in acme.client().get(path).content
    assert path.encode() not in ada.get("/settings/boards/").content
    with acme.scope():
        pk = Board.objects.get().pk
    assert ada.post(f"/settings/boards/{pk}/revoke/").status_code == 302
    assert acme.client().get(path).status_code == 410
    assert b"No wall board has a link" in ada.get("/settings/boards/").content


@pytest.mark.django_db
def test_a_foreign_office_has_no_board_here(acme: Cast, globex: Cast) -> None:
    answer = acme.client("ada").post(
        "/settings/boards/new/", {"name": "Lobby", "office": globex.office.pk, "theme": ""}
    )

    assert answer.status_code == 422


@pytest.mark.django_db
def test_a_board_asks_again_only_for_what_changes(acme: Cast, token: str) -> None:
    for client, path in ((acme.client(), f"/b/{token}/"), (acme.client("aino"), "/board/")):
        whole, part = client.get(path).content.decode(), client.get(path, headers=AGAIN).content.decode()
        assert f'hx-get="{path}" hx-trigger="every 30s"' in part
        assert "<html" in whole
        assert "<html" not in part
        assert 'id="now"' in part


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("headers", [{}, {"HTTP_HX_REQUEST": "true"}], ids=["page", "again"])
def test_a_board_costs_the_same_for_1_and_30_tickets(acme: Cast, headers: dict[str, str]) -> None:
    with acme.scope():
        token = hang(Board(name="Lobby", office=acme.office), by=acme.actor("ada"))
    make_tickets(acme, 1)
    places: list[tuple[Any, str, int]] = [
        (acme.client(), f"/b/{token}/", LINKED),
        (acme.client("aino"), "/board/", OWN),
    ]
    for client, path, _most in places:
        client.defaults.update(headers)
        client.get(path)
    one = [ask(client, path)[0] for client, path, _most in places]
    make_tickets(acme, 29)
    with acme.scope():
        for number in range(9):
            Queue.objects.create(name=f"Queue {number}", address="q@acme.example", office=acme.office)
            Customer.objects.create(name=f"Customer {number}", country="FI", office=acme.office)
        assert Timer.objects.count() >= 30
    many = [ask(client, path) for client, path, _most in places]

    for statements, (found, page), (_client, _path, most) in zip(one, many, places, strict=True):
        assert page.count("<li>") == 12
        assert len(found) == len(statements)
        assert len(found) <= most, "\n".join(found)
