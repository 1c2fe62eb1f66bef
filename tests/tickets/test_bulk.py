"""One act on many tickets: what is shown before, what it does, what it leaves, and how it is taken back."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from outbox.models import OutgoingMail
from tests.accounts.settings_support import words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import BulkKind, BulkState, EventKind, StatusClass
from tickets.models import BulkAction, BulkItem, Queue, Status, Tag, Ticket
from tickets.services import bulk, facts, lifecycle
from tickets.tasks import run_bulk, sweep_bulk

pytestmark = pytest.mark.django_db


def tickets_of(cast: Cast, count: int, **more: Any) -> list[Ticket]:
    with cast.scope():
        return [ticket_of(cast, **more) for _ in range(count)]


def states(cast: Cast) -> dict[str, int]:
    with cast.scope():
        found = [item.state for item in BulkItem.objects.all()]
    return {state: found.count(state) for state in sorted(set(found))}


def post(client: Client, what: str, tickets: list[Ticket], **more: Any) -> Any:
    data = {"what": what, "ticket": [ticket.pk for ticket in tickets], "back": "/tickets/?priority=normal"}
    return client.post("/tickets/many/do/", data | more)


def take_back(cast: Cast, client: Client) -> None:
    with cast.scope():
        action = BulkAction.objects.latest("pk")
    client.post(f"/tickets/many/{action.pk}/back/", {"back": "/my/"})


def values(cast: Cast, kind: str) -> tuple[str, str]:
    """What is given, and the field that shows it."""
    with cast.scope():
        other = Queue.objects.create(name="Other", address="o@acme.example", office=cast.office)
        waits = Status.objects.get(status_class=StatusClass.WAITING_THIRD_PARTY)
        return {
            "assign": (str(cast.konsta.pk), "assignee_id"),
            "move": (str(other.pk), "queue_id"),
            "status": (str(waits.pk), "status_id"),
            "priority": ("high", "priority"),
            "kind": ("fault", "kind"),
            "tag": ("Winter", "tagged"),
        }[kind]


def shown(cast: Cast, field: str) -> list[str]:
    with cast.scope():
        rows = Ticket.objects.order_by("pk")
        if field == "tagged":
            return ["Winter" if row.ticket_tags.exists() else "" for row in rows]
        return [str(getattr(row, field)) for row in rows]


@pytest.mark.parametrize("kind", ["assign", "move", "status", "priority", "kind", "tag"])
def test_each_act_is_done_and_taken_back(acme: Cast, kind: str) -> None:
    tickets, ada = tickets_of(acme, 3, assignee="aino"), acme.client("ada")
    value, field = values(acme, kind)
    before = shown(acme, field)

    answer = post(ada, kind, tickets, given=value)
    assert answer.headers["Location"] == "/tickets/?priority=normal"
    assert shown(acme, field) == [value] * 3
    assert "3 tickets changed" in words(ada.get("/tickets/"))

    take_back(acme, ada)
    assert shown(acme, field) == before
    assert states(acme) == {BulkState.UNDONE: 3}


def test_the_question_says_what_each_has_now_and_changes_nothing(acme: Cast) -> None:
    tickets = tickets_of(acme, 2, assignee="aino")
    with acme.scope():
        lifecycle.resolve(tickets[1], solution="Korjattu.", by=acme.actor("aino"))
    ids = {"what": "assign", "ticket": [ticket.pk for ticket in tickets], "back": "/my/"}
    page = words(acme.client("ada").post("/tickets/many/", ids))
    for said in ("Change 1 ticket", "1 finished ticket is left as it is.", "Aino Agent", "Konsta Consultant"):
        assert said in page
    with acme.scope():
        assert not BulkAction.objects.exists()


def test_what_cannot_be_done_to_one_is_said_and_done_to_the_others(acme: Cast) -> None:
    tickets, ada = tickets_of(acme, 3), acme.client("ada")
    with acme.scope():
        lifecycle.resolve(tickets[0], solution="Korjattu.", by=acme.actor("aino"))
        lifecycle.close(tickets[0], by=acme.actor("aino"))
        facts.change(tickets[1], priority="high", by=acme.actor("aino"))
    answer = post(ada, "priority", tickets, given="high")
    page = words(ada.get(answer.headers["Location"]))
    assert "The ticket is closed and read-only. Reopen it first." in page
    assert states(acme) == {BulkState.DONE: 1, BulkState.REFUSED: 1, BulkState.UNCHANGED: 1}


def test_what_was_changed_since_stays(acme: Cast) -> None:
    tickets, ada = tickets_of(acme, 2), acme.client("ada")
    post(ada, "priority", tickets, given="high")
    with acme.scope():
        facts.change(tickets[0], priority="urgent", by=acme.actor("aino"))
    take_back(acme, ada)
    assert shown(acme, "priority") == ["urgent", "normal"]
    assert states(acme) == {BulkState.KEPT: 1, BulkState.UNDONE: 1}


def test_it_is_taken_back_once_and_within_the_hour(acme: Cast) -> None:
    tickets, ada = tickets_of(acme, 1), acme.client("ada")
    post(ada, "priority", tickets, given="high")
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        take_back(acme, acme.client("ada"))
    assert shown(acme, "priority") == ["high"]
    take_back(acme, ada)
    take_back(acme, ada)
    with acme.scope():
        assert tickets[0].events.filter(kind=EventKind.CHANGED).count() == 2


def test_only_what_one_may_work_on_is_changed(acme: Cast, globex: Cast) -> None:
    """A ticket of another tenant, and one out of sight, are not there; nobody sees or undoes another's act."""
    (mine,) = tickets_of(acme, 1, assignee="konsta")
    (hidden,), (foreign,) = tickets_of(acme, 1), tickets_of(globex, 1)
    konsta = acme.client("konsta")
    post(konsta, "priority", [mine, hidden, foreign], given="high")
    assert shown(acme, "priority") == ["high", "normal"]
    assert shown(globex, "priority") == ["normal"]
    with acme.scope():
        action = BulkAction.objects.get()
    for client in (acme.client("ada"), globex.client("greta")):
        assert client.get(f"/tickets/many/{action.pk}/").status_code == 404
        assert client.post(f"/tickets/many/{action.pk}/back/").status_code == 404


@pytest.mark.parametrize(("what", "given"), [("priority", "top"), ("assign", "1"), ("status", "x"), ("tag", " ")])
def test_a_value_that_is_not_offered_is_refused(acme: Cast, what: str, given: str) -> None:
    tickets = tickets_of(acme, 1)
    assert post(acme.client("ada"), what, tickets, given=given).status_code == 422
    assert post(acme.client("ada"), "delete", tickets, given=given).status_code == 400
    with acme.scope():
        assert not BulkAction.objects.exists()


def test_taking_asks_nothing(acme: Cast) -> None:
    tickets = tickets_of(acme, 2)
    aino = acme.client("aino")
    ids = {"take": "1", "ticket": [ticket.pk for ticket in tickets], "back": "https://evil.example/"}
    assert aino.post("/tickets/many/", ids).headers["Location"] == "/my/"
    assert shown(acme, "assignee_id") == [str(acme.aino.pk)] * 2
    with acme.scope():
        assert not OutgoingMail.objects.filter(purpose="details").exists()


@pytest.mark.parametrize(("notify", "mails"), [({}, 0), ({"notify": "on"}, 2)])
def test_the_consultant_is_mailed_where_that_was_wished(acme: Cast, notify: dict[str, str], mails: int) -> None:
    post(acme.client("ada"), "assign", tickets_of(acme, 2), given=str(acme.konsta.pk), **notify)
    with acme.scope():
        assert OutgoingMail.objects.filter(purpose="details").count() == mails


@pytest.mark.django_db(transaction=True)
def test_many_go_on_in_the_background_and_after_a_lost_task(acme: Cast) -> None:
    """All that the list shows, not only its page; two workers share the rest, and each ticket is done once."""
    tickets_of(acme, 25)
    ada = acme.client("ada")
    everything = {"what": "priority", "all": "1", "back": "/tickets/?priority=normal", "given": "high"}
    page = words(ada.post("/tickets/many/", everything))
    assert "Change 25 tickets" in page
    ada.post("/tickets/many/do/", everything)
    assert shown(acme, "priority").count("high") == 10
    with acme.scope():
        action = BulkAction.objects.get()

    def work() -> None:
        run_bulk(acme.tenant.pk, action.pk)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert shown(acme, "priority").count("high") == 25
    with acme.scope():
        assert all(each.events.filter(kind=EventKind.CHANGED).count() == 1 for each in Ticket.objects.all())

    take_back(acme, ada)
    sweep_bulk()
    assert shown(acme, "priority").count("normal") == 25
    with acme.scope():
        assert BulkAction.objects.get().finished_at is not None


def test_a_tag_is_one_whatever_its_case(acme: Cast) -> None:
    tickets, ada = tickets_of(acme, 1), acme.client("ada")
    post(ada, "tag", tickets, given="Winter")
    post(ada, "tag", tickets, given="  WINTER ")
    with acme.scope():
        assert Tag.objects.get().name == "Winter"


def test_what_is_gone_meanwhile_stops_no_other_ticket(acme: Cast) -> None:
    """A member who has left between the plan and the act: each ticket is left as it was, and the act ends."""
    tickets = tickets_of(acme, 2)
    with acme.scope():
        action = bulk.plan(tickets, BulkKind.ASSIGN, value="0", words="x", member=acme.ada)
        BulkAction.objects.update(value="999999")
        action.refresh_from_db()
        assert not bulk.step(action, most=5)
    assert states(acme) == {BulkState.REFUSED: 2}
