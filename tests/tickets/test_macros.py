"""Macros: what they set on one ticket and on many, with a reply, and how it is taken back."""

from typing import Any

import pytest

from tests.accounts.settings_support import words
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tests.tickets.test_responses import JSON, keep
from tickets.enums import BulkState, StatusClass
from tickets.models import BulkAction, BulkItem, Macro, Message, Queue, Status, Ticket
from tickets.services import lifecycle

pytestmark = pytest.mark.django_db


def write(cast: Cast, client: Any = None, **more: Any) -> Macro:
    """A macro as its form makes it."""
    facts = {"title": "Escalate", "audience": "all", "do_assign": "me", "do_priority": "urgent", "do_tag": "VIP, Hot"}
    answer = (client or cast.client("ada")).post("/macros/new/", facts | more)
    assert answer.status_code == 302, words(answer)
    with cast.scope():
        return Macro.objects.latest("pk")


def state(cast: Cast, ticket: Ticket) -> tuple[Any, ...]:
    with cast.scope():
        row = Ticket.objects.select_related("queue").get(pk=ticket.pk)
        tags = sorted(each.tag.name for each in row.ticket_tags.select_related("tag"))
        return row.assignee_id, row.queue.name, row.priority, row.status_class, tags


def test_it_runs_now_and_is_taken_back(acme: Cast) -> None:
    with acme.scope():
        field = Queue.objects.create(name="Field", address="f@acme.example", office=acme.office)
        waits = Status.objects.get(status_class=StatusClass.WAITING_THIRD_PARTY)
    macro = write(acme, do_move=str(field.pk), do_status=str(waits.pk), note="For {{requester}}, {{agent}}.")
    ticket, liisa = ticket_of(acme, assignee="konsta"), acme.client("liisa")
    before = state(acme, ticket)

    page = words(liisa.post(f"/tickets/{ticket.number}/macros/{macro.pk}/run/", follow=True))
    assert "Done: Escalate" in page
    assert state(acme, ticket) == (acme.liisa.pk, "Field", "urgent", "waiting_third_party", ["Hot", "VIP"])
    with acme.scope():
        assert Message.objects.get(kind="note").text == "For Otto Oja, Liisa Lead."
        Macro.objects.update(actions=[])
        action = BulkAction.objects.get()
    liisa.post(f"/tickets/many/{action.pk}/back/", {"back": "/my/"})
    assert state(acme, ticket) == before


def test_a_part_that_is_not_possible_leaves_all_as_it_was(acme: Cast) -> None:
    with acme.scope():
        field = Queue.objects.create(name="Field", address="f@acme.example", office=acme.office)
    macro, ticket = write(acme, do_move=str(field.pk), note="Look."), ticket_of(acme)
    with acme.scope():
        field.delete()
    before = state(acme, ticket)
    answer = acme.client("aino").post(f"/tickets/{ticket.number}/macros/{macro.pk}/run/")
    assert answer.status_code == 409
    assert "The macro could not be run, and nothing was done." in words(answer)
    assert state(acme, ticket) == before
    with acme.scope():
        assert not Message.objects.filter(kind="note").exists()
        assert not BulkAction.objects.exists()


def test_beside_a_reply_nothing_is_done_before_it_is_sent(acme: Cast) -> None:
    macro = write(acme, response=str(keep(acme).pk), note="Told {{first_name}}.")
    ticket, aino = ticket_of(acme), acme.client("aino")
    before = state(acme, ticket)
    laid = aino.post(f"/tickets/{ticket.number}/macros/{macro.pk}/", **JSON).json()
    assert laid["text"].startswith("Hei Otto")
    for said in ("Escalate", "Assign: Whoever runs it", "Set priority: Critical", "Add tag: VIP", "Internal note"):
        assert said in laid["macro"]
    there = aino.post(f"/tickets/{ticket.number}/macros/{macro.pk}/").headers["Location"]
    assert "Assign: Whoever runs it" in words(aino.get(there))
    assert state(acme, ticket) == before
    assert aino.post(f"/tickets/{ticket.number}/macros/{macro.pk}/run/").status_code == 404

    reply = {"mode": "reply", "text": "Hei Otto", "send": "1"}
    assert aino.post(f"/tickets/{ticket.number}/write/", reply | {"macro": macro.pk}).status_code == 302
    assert state(acme, ticket)[0] == acme.aino.pk
    assert state(acme, ticket)[2:] == ("urgent", "open", ["Hot", "VIP"])
    with acme.scope():
        assert sorted(Message.objects.filter(ticket=ticket).values_list("kind", flat=True)) == [
            "note",
            "reply",
            "requester",
        ]
    other = ticket_of(acme)
    aino.post(f"/tickets/{other.number}/write/", reply)
    assert state(acme, other)[2] == "normal"


def test_a_reply_is_not_sent_where_its_macro_is_refused(acme: Cast) -> None:
    with acme.scope():
        field = Queue.objects.create(name="Field", address="f@acme.example", office=acme.office)
    macro, ticket, aino = write(acme, do_move=str(field.pk)), ticket_of(acme), acme.client("aino")
    with acme.scope():
        field.delete()
    reply = {"mode": "reply", "text": "Kept, not sent.", "send": "1", "macro": macro.pk}
    answer = aino.post(f"/tickets/{ticket.number}/write/", reply)
    assert answer.status_code == 409
    for said in ("The macro could not be run", "Kept, not sent.</textarea>", "Move to queue: no longer there"):
        assert said in words(answer)
    with acme.scope():
        assert not Message.objects.filter(kind="reply").exists()


def test_on_many_it_says_nothing_to_requesters_and_what_fails_for_one_is_told(acme: Cast) -> None:
    macro, ada = write(acme, note="Swept."), acme.client("ada")
    write(acme, title="Answers", response=str(keep(acme).pk))
    tickets = [ticket_of(acme) for _ in range(3)]
    with acme.scope():
        lifecycle.resolve(tickets[0], solution="Korjattu.", by=acme.actor("aino"))
        lifecycle.close(tickets[0], by=acme.actor("aino"))
    before = state(acme, tickets[1])
    ids = {"what": "macro", "ticket": [ticket.pk for ticket in tickets], "back": "/my/"}
    page = words(ada.post("/tickets/many/", ids))
    assert "Escalate</option>" in page
    assert "Answers" not in page
    ada.post("/tickets/many/do/", ids | {"given": macro.pk})
    with acme.scope():
        states = list(BulkItem.objects.order_by("ticket").values_list("state", flat=True))
        assert states == [BulkState.REFUSED, BulkState.DONE, BulkState.DONE]
        assert Message.objects.filter(kind="note", text="Swept.").count() == 2
        action = BulkAction.objects.get()
    assert state(acme, tickets[1])[0] == acme.ada.pk
    ada.post(f"/tickets/many/{action.pk}/back/", {"back": "/my/"})
    assert state(acme, tickets[1]) == before


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"do_assign": "", "do_priority": "", "do_tag": ""}, "Choose what the macro does."),
        ({"do_untag": "vip"}, "There is no tag vip."),
        ({"note": "{{ticket.tenant}}"}, "There is no variable “ticket.tenant”."),
        ({"do_priority": "top"}, "top"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_saved(acme: Cast, typed: dict[str, str], said: str) -> None:
    facts = {"title": "Escalate", "audience": "all", "do_assign": "me", "do_tag": "Hot"}
    answer = acme.client("ada").post("/macros/new/", facts | typed)
    assert answer.status_code == 422
    assert said in words(answer)
    with acme.scope():
        assert not Macro.objects.exists()


def test_a_macro_is_its_owners_until_a_lead_gives_it_to_others(acme: Cast) -> None:
    aino, ticket = acme.client("aino"), ticket_of(acme)
    macro = write(acme, aino)
    assert macro.audience == "mine"
    assert acme.client("liisa").post(f"/tickets/{ticket.number}/macros/{macro.pk}/run/").status_code == 404
    assert aino.post(f"/macros/{macro.pk}/remove/").status_code == 302
    shared = write(acme)
    assert [aino.post(f"/macros/{shared.pk}/{what}").status_code for what in ("", "remove/")] == [403, 403]
