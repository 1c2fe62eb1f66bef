"""What is being written is kept on the server, whichever page, tab or person goes on with it."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.services.tenants import join_team
from tests.conftest import Cast
from tests.mailintake.post import ticket_of
from tickets.enums import Mode
from tickets.models import Draft, Ticket
from tickets.services import drafts
from tickets.services.drafts import Saved, Spot, Typed

pytestmark = pytest.mark.django_db
JSON = {"HTTP_ACCEPT": "application/json"}


def keep(cast: Cast, ticket: Ticket, text: str, spot: Spot, *, mode: Mode = Mode.REPLY, who: str = "aino") -> Saved:
    return drafts.save(ticket, Typed(mode, text), at=spot, member=cast.members[who])


def texts(cast: Cast) -> list[tuple[str, str]]:
    with cast.scope():
        return list(Draft.objects.order_by("pk").values_list("mode", "text"))


def test_a_later_text_wins_if_it_began_from_the_last_one_and_else_both_are_kept(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        first = keep(acme, ticket, "Hello", Spot("one"))
        assert first.draft is not None
        # A second tab was opened on it, and both go on.
        second = keep(acme, ticket, "Hello, second tab", Spot("two", "one", 1))
        again = keep(acme, ticket, "Hello, first tab", Spot("one", "one", 1))
    assert second.other is None
    assert again.other is not None
    assert again.other.text == "Hello, second tab"
    assert texts(acme) == [("reply", "Hello, second tab"), ("reply", "Hello, first tab")]


def test_a_page_that_heard_no_answer_may_ask_again(acme: Cast) -> None:
    ticket = ticket_of(acme)
    with acme.scope():
        for text in ("He", "Hello", "Hello O"):
            keep(acme, ticket, text, Spot("one"))
        keep(acme, ticket, "A note", Spot("one"), mode=Mode.NOTE)
        keep(acme, ticket, "Another's", Spot("one"), who="liisa")
    assert texts(acme) == [("reply", "Hello O"), ("note", "A note"), ("reply", "Another's")]


def test_an_empty_text_is_no_draft_and_neither_is_what_was_sent(acme: Cast) -> None:
    ticket, client = ticket_of(acme), acme.client("aino")
    form = {"mode": "reply", "text": "Try the other belt.", "page": "one"}
    post(client, ticket, form)
    post(client, ticket, form | {"text": "  "})
    assert texts(acme) == []

    post(client, ticket, form)
    client.post(f"/tickets/{ticket.number}/write/", form)
    assert texts(acme) == []
    post(client, ticket, form | {"text": "Try the oth"})  # a page that was late
    assert texts(acme) == []
    with time_machine.travel(timezone.now() + timedelta(minutes=5)):
        post(acme.client("aino"), ticket, form)
    assert len(texts(acme)) == 1


def post(client: Client, ticket: Ticket, form: dict[str, Any], **more: Any) -> Any:
    return client.post(f"/tickets/{ticket.number}/draft/", form, **JSON | more)


def test_sending_forgets_its_own_branch_and_undo_brings_it_back(acme: Cast) -> None:
    ticket, client = ticket_of(acme), acme.client("aino")
    said = post(client, ticket, {"mode": "reply", "text": "From here", "minutes": "12", "page": "one"}).json()
    post(client, ticket, {"mode": "reply", "text": "From another tab", "page": "two"})
    form = {"mode": "reply", "text": "From here", "minutes": "12", "page": "three"}
    page = client.post(
        f"/tickets/{ticket.number}/write/", form | {"branch": said["branch"], "version": said["version"]}, follow=True
    )
    assert texts(acme) == [("reply", "From another tab")]
    assert b'data-done="sent-three"' in page.content

    with acme.scope():
        message = ticket.messages.latest("pk")
    undone = client.post(f"/tickets/{ticket.number}/undo/{message.pk}/")
    assert undone.context["composer"]["text"].value() == "From here"
    assert texts(acme) == [("reply", "From another tab"), ("reply", "From here")]
    # The browser dies: a new page has it all the same.
    composer = acme.client("aino").get(f"/tickets/{ticket.number}/").context["composer"]
    assert (composer["text"].value(), composer["minutes"].value()) == ("From here", 12)


def test_a_colleague_reads_it_and_goes_on_with_it_and_its_writer_is_told(acme: Cast) -> None:
    ticket, liisa = ticket_of(acme), acme.client("liisa")
    post(acme.client("aino"), ticket, {"mode": "note", "text": "Ask Petri.", "page": "one"})
    page = liisa.get(f"/tickets/{ticket.number}/").content.decode()
    assert "Aino Agent has begun a note" in page
    assert "Ask Petri." in page

    with acme.scope():
        draft = Draft.objects.get()
    taken = liisa.post(f"/tickets/{ticket.number}/drafts/{draft.pk}/take/", follow=True)
    assert taken.context["composer"]["text"].value() == "Ask Petri."
    assert taken.context["composer"]["mode"].value() == "note"
    told = acme.client("aino").get(f"/tickets/{ticket.number}/live/").json()
    assert "Liisa Lead goes on with your note" in told["news"]
    assert len(texts(acme)) == 2


def test_it_is_kept_without_script_and_listed_for_its_writer_alone(acme: Cast) -> None:
    ticket, client = ticket_of(acme), acme.client("aino")
    form = {"mode": "reply", "text": "  half a wo", "minutes": "many", "page": "one"}
    page = client.post(f"/tickets/{ticket.number}/draft/?from=/my/", form, follow=True)
    assert page.context["composer"]["text"].value() == "  half a wo"
    assert page.context["whence"] == "/my/"
    assert b"half a wo" in client.get("/drafts/").content
    assert b"half a wo" not in acme.client("liisa").get("/drafts/").content


def test_what_is_too_long_to_keep_comes_back_as_it_was(acme: Cast) -> None:
    ticket, text = ticket_of(acme), "a" * 100_001
    answer = post(acme.client("aino"), ticket, {"mode": "note", "text": text, "page": "one"})
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert texts(acme) == []


def test_whoever_was_signed_out_comes_back_to_the_page_that_they_wrote_on(acme: Cast) -> None:
    ticket, nobody = ticket_of(acme), acme.client()
    page = f"/tickets/{ticket.number}/?from=/my/"
    for sender, back in {f"http://{acme.tenant.host}{page}": page, "https://evil.example/tickets/": "/"}.items():
        answer = nobody.post(f"/tickets/{ticket.number}/write/", {}, headers={"referer": sender})
        assert parse_qs(urlsplit(answer.headers["Location"]).query)["next"] == [back]


def test_who_may_not_work_on_the_ticket_reads_no_draft(acme: Cast) -> None:
    ticket = ticket_of(acme)
    post(acme.client("aino"), ticket, {"mode": "note", "text": "Ask Petri.", "page": "one"})
    with acme.scope():
        join_team(acme.desk.team, acme.fiona)
    page = acme.client("fiona").get(f"/tickets/{ticket.number}/")
    assert page.status_code == 200
    assert b"Ask Petri." not in page.content


def test_a_refused_form_keeps_text_and_files_and_leaves_a_draft(acme: Cast) -> None:
    ticket, client = ticket_of(acme), acme.client("aino")
    with acme.scope():
        Ticket.objects.filter(pk=ticket.pk).update(status_class="closed", closed_at=timezone.now())
    answer = client.post(f"/tickets/{ticket.number}/write/", {"mode": "reply", "text": "Too late", "page": "one"})
    assert answer.status_code == 409
    assert texts(acme) == [("reply", "Too late")]
