"""Open pages learn who is there and what is new, cheaply; what is kept for that may be lost, and crosses no wall."""

import re
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from core import live
from tests.conftest import Cast
from tests.house.conftest import Statements
from tests.mailintake.post import ticket_of
from tickets.models import Ticket
from tickets.services import arranging, assignment, conversation
from tickets.services.conversation import Written

# A touch counts once it is committed.
pytestmark = pytest.mark.django_db(transaction=True)
# Tenant, session, member.
UNCHANGED = 3


class Page:
    """A ticket's page that lies open in somebody's browser."""

    def __init__(self, cast: Cast, name: str, ticket: Ticket) -> None:
        self.client, self.etag = cast.client(name), ""
        shown = self.client.get(f"/tickets/{ticket.number}/").content.decode()
        found = re.search(r'data-live="([^"]+)"', shown)
        assert found
        self.address = found[1].replace("&amp;", "&")

    def poll(self, doing: str = "") -> Any:
        answer = self.client.get(f"{self.address}&doing={doing}", headers={"if-none-match": self.etag})
        self.etag = answer.headers.get("ETag", self.etag)
        return answer


def counted(act: Any) -> tuple[Any, list[str]]:
    statements = Statements()
    with connection.execute_wrapper(statements):
        answer = act()
    return answer, statements.counted


def write_note(cast: Cast, ticket: Ticket, name: str = "liisa") -> None:
    with cast.scope():
        conversation.note(ticket, Written(text="Look here."), by=cast.actor(name))


def test_a_ticket_tells_who_is_there_and_what_is_new_and_nothing_in_between(acme: Cast) -> None:
    ticket = ticket_of(acme)
    aino, liisa = Page(acme, "aino", ticket), Page(acme, "liisa", ticket)
    aino.poll()
    assert "Aino Agent is viewing" in liisa.poll().json()["people"]
    assert "Liisa Lead is viewing" in aino.poll("reply").json()["people"]
    assert "Aino Agent is writing a reply" in liisa.poll().json()["people"]

    answer, statements = counted(aino.poll)
    assert (answer.status_code, answer.content) == (304, b"")
    assert len(statements) <= UNCHANGED, statements

    write_note(acme, ticket)
    news = aino.poll().json()["news"]
    assert "Liisa Lead wrote a note just now" in news
    assert "#message-" in news
    assert aino.poll().status_code == 304
    assert "wrote a note" not in liisa.poll().json()["news"]


def test_all_of_it_may_be_lost_and_only_the_database_is_asked_more_often(acme: Cast) -> None:
    ticket = ticket_of(acme)
    aino = Page(acme, "aino", ticket)
    aino.poll()
    cache.clear()
    write_note(acme, ticket)
    cache.clear()
    assert "wrote a note" in aino.poll().json()["news"]


def test_lost_access_is_noticed_at_the_next_poll(acme: Cast) -> None:
    ticket = ticket_of(acme)
    aino, konsta = Page(acme, "aino", ticket), acme.members["konsta"]
    with acme.scope():
        assignment.assign(ticket, konsta, by=acme.actor("liisa"))
    held = Page(acme, "konsta", ticket)
    assert (aino.poll().status_code, held.poll().status_code) == (200, 200)

    with acme.scope():
        assignment.assign(ticket, None, by=acme.actor("liisa"))
    assert held.poll().status_code == 404

    with acme.scope():
        arranging.save_queue(acme.desk.queue, teams=[], changed=[], by=acme.actor("ada"))
    assert aino.poll().status_code == 404


def test_a_list_tells_who_is_on_its_tickets_and_counts_what_is_new_in_it(acme: Cast) -> None:
    ticket, queue = ticket_of(acme), f"/queues/{acme.desk.queue.pk}/"
    liisa = acme.client("liisa")
    token = liisa.get(queue).context["live"]
    Page(acme, "aino", ticket).poll("note")

    answer = ask(liisa, token)
    assert answer.json()["people"][str(ticket.number)]["words"] == "Aino Agent is writing a note"
    assert not answer.json()["changed"]
    again, statements = counted(lambda: ask(liisa, token, answer.headers["ETag"]))
    assert again.status_code == 304
    assert len(statements) <= UNCHANGED, statements

    write_note(acme, ticket, "aino")
    ticket_of(acme)
    assert ask(liisa, token, answer.headers["ETag"]).json()["changed"]
    assert said(liisa, queue, token) == "2 new or changed"
    # Of another list only what belongs there: the new one is nobody's, the first one as well.
    assert said(liisa, "/my/", liisa.get("/my/").context["live"]) == ""


def ask(client: Client, token: str, etag: str = "") -> Any:
    return client.get("/live/", {"list": token}, headers={"if-none-match": etag})


def said(client: Client, path: str, token: str) -> str:
    return str(client.get(path, headers={"x-vaste-live": token}).json()["words"])


def test_no_other_tenant_and_no_other_member_learns_of_it(acme: Cast, globex: Cast) -> None:
    ours, theirs = ticket_of(acme), ticket_of(globex)
    assert ours.number == theirs.number
    Page(acme, "aino", ours).poll("reply")
    greta = Page(globex, "greta", theirs)
    assert greta.poll().json()["people"].strip() == ""
    write_note(acme, ours)
    assert greta.poll().status_code == 304

    token = acme.client("aino").get("/unassigned/").context["live"]
    for client in (acme.client("fiona"), globex.client("greta")):
        assert ask(client, token).json() == {"people": {}, "changed": False}
    assert ask(acme.client("fiona"), "x:y:z").json() == {"people": {}, "changed": False}


def test_without_valkey_pages_work_and_learn_of_news_from_the_database(acme: Cast, monkeypatch: Any) -> None:
    dead = live.Redis.from_url("redis://127.0.0.1:1/0", socket_connect_timeout=0.2)
    monkeypatch.setattr(live, "_server", lambda: dead)
    monkeypatch.setattr(live, "_rests_until", 0.0)
    ticket = ticket_of(acme)
    aino = Page(acme, "aino", ticket)
    assert aino.poll().json()["news"].strip() == ""
    write_note(acme, ticket)
    assert "wrote a note" in aino.poll().json()["news"]
