"""The requester's page about the solution."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Requester
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.portal.conftest import form_token, fresh, make_ticket, post, press, rows
from tickets.enums import MessageKind, StatusClass
from tickets.models import AccessLink, Message, Ticket
from tickets.services import conversation, lifecycle, merging
from tickets.services.conversation import Written


def test_looking_changes_nothing(acme: Cast, browser: Client, solved: str) -> None:
    before = rows(acme)

    for _ in range(10):
        assert browser.get(solved).status_code == 200
        assert browser.head(solved).status_code == 200
    for action in ("works", "broken", "new-link"):
        assert browser.get(f"{solved}{action}/").status_code == 405
        assert browser.post(f"{solved}{action}/").status_code == 403

    assert rows(acme) == before
    assert set(browser.cookies) == {"csrf"}


def test_shows_the_conversation_without_notes(browser: Client, solved: str) -> None:
    page = browser.get(solved)
    text = page.content.decode()

    assert "Vaihdoin venttiilin." in text
    assert "Paine putoaa." in text
    assert "Konsta Consultant" in text
    assert not [words for words in ("hyllyssä", "salaisuus", "Internal note", "Aino") if words in text]
    assert (page["Content-Language"], page["Referrer-Policy"]) == ("fi", "no-referrer")
    assert '<html lang="fi"' in text


def test_it_works(acme: Cast, browser: Client, ticket: Ticket, solved: str) -> None:
    assert press(browser, solved, "works").status_code == 302

    assert fresh(acme, ticket).status_class == StatusClass.CLOSED
    with acme.scope():
        event = ticket.events.get(kind="confirmed")
    assert (event.requester_id, event.actor_name) == (acme.requester.pk, "Otto Oja")
    page = browser.get(solved).content.decode()
    assert "support@acme.example" in page
    assert "<form" not in page


def test_still_broken(acme: Cast, browser: Client, ticket: Ticket, solved: str) -> None:
    answer = press(browser, solved, "broken", reason="Vuotaa yhä.")

    assert fresh(acme, ticket).status_class == StatusClass.OPEN
    with acme.scope():
        message = Message.objects.get(text="Vuotaa yhä.")
        told = OutgoingMail.objects.get(purpose="answered")
    assert (message.kind, message.requester_id) == (MessageKind.REQUESTER, acme.requester.pk)
    assert told.to == ["konsta@acme.example"]
    outcome = browser.get(answer["Location"])
    assert outcome.status_code == 410
    assert "new-link" not in outcome.content.decode()


@pytest.mark.parametrize("reason", ["", "  \n "])
def test_still_broken_needs_a_reason(acme: Cast, browser: Client, solved: str, reason: str) -> None:
    browser.get(solved)
    before = rows(acme)

    assert press(browser, solved, "broken", reason=reason).status_code == 422

    assert rows(acme) == before


@pytest.mark.parametrize(("action", "status"), [("works", 409), ("broken", 410)])
def test_the_second_press_is_harmless(acme: Cast, browser: Client, solved: str, action: str, status: int) -> None:
    token = form_token(browser.get(solved), f"{solved}{action}/")
    values = {"form_token": token, "reason": "Vuotaa yhä."}
    post(browser, f"{solved}{action}/", **values)
    before = rows(acme)

    answer = post(browser, f"{solved}{action}/", **values)

    assert answer.status_code == status
    assert "<form" not in answer.content.decode()
    assert rows(acme) == before


def test_works_again_from_another_page(acme: Cast, browser: Client, ticket: Ticket, solved: str) -> None:
    tokens = [form_token(browser.get(solved), f"{solved}works/") for _ in range(2)]
    answers = [post(browser, f"{solved}works/", form_token=token).status_code for token in tokens]

    assert answers == [302, 302]
    with acme.scope():
        assert ticket.events.filter(kind="confirmed").count() == 1


def test_broken_on_a_closed_ticket_says_that_it_is_closed(
    acme: Cast, browser: Client, ticket: Ticket, solved: str
) -> None:
    token = form_token(browser.get(solved), f"{solved}broken/")
    with acme.scope():
        lifecycle.close(ticket, by=acme.actor("aino"))
    before = rows(acme)

    answer = post(browser, f"{solved}broken/", form_token=token, reason="Vuotaa yhä.")

    assert answer.status_code == 409
    assert "support@acme.example" in answer.content.decode()
    assert rows(acme) == before


@pytest.mark.parametrize("action", ["works", "broken"])
def test_a_merged_ticket_says_where_it_goes_on_and_takes_no_answer(
    acme: Cast, browser: Client, ticket: Ticket, solved: str, action: str
) -> None:
    token = form_token(browser.get(solved), f"{solved}{action}/")
    other = make_ticket(acme, title="Toinen asia")
    with acme.scope():
        merging.merge(ticket, other, by=acme.actor("aino"))
    before = rows(acme)

    answers = [browser.get(solved), post(browser, f"{solved}{action}/", form_token=token, reason="Vuotaa yhä.")]

    assert [answer.status_code for answer in answers] == [200, 409]
    for page in (answer.content.decode() for answer in answers):
        assert f"Asia jatkuu pyyntönä SYS-{other.number}" in page
        assert "Paine putoaa." in page
        assert "Toinen asia" not in page
        assert "<form" not in page
    assert rows(acme) == before


def test_works_after_a_mail_opened_it_again(acme: Cast, browser: Client, ticket: Ticket, solved: str) -> None:
    token = form_token(browser.get(solved), f"{solved}works/")
    with acme.scope():
        answer = Written(text="Ei auttanut.")
        conversation.receive(ticket, answer, by=acme.actor("aino"), at=timezone.now())

    assert post(browser, f"{solved}works/", form_token=token).status_code == 409
    assert fresh(acme, ticket).status_class == StatusClass.OPEN
    assert "<form" not in browser.get(solved).content.decode()


def test_an_expired_link_offers_a_new_one(acme: Cast, browser: Client, ticket: Ticket, solved: str) -> None:
    with acme.scope():
        AccessLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    page = browser.get(solved)
    assert page.status_code == 410
    assert "Rullanostin" not in page.content.decode()

    for _ in range(5):
        assert post(browser, f"{solved}new-link/").status_code == 200

    with acme.scope():
        mails = list(OutgoingMail.objects.filter(purpose="confirmation"))
    assert [mail.to for mail in mails] == [["otto@paperi-acme.example"]] * 3
    token = mails[0].text.partition("/c/")[2].partition("#")[0].strip("/")
    assert browser.get(f"/c/{token}/").status_code == 200


def test_no_new_link_where_nothing_is_asked(acme: Cast, browser: Client, solved: str) -> None:
    press(browser, solved, "works")
    before = rows(acme)

    assert post(browser, f"{solved}new-link/").status_code == 200

    assert rows(acme) == before


def test_a_ticket_that_is_another_requesters_now(acme: Cast, browser: Client, ticket: Ticket, solved: str) -> None:
    with acme.scope():
        other = Requester.objects.create(name="Oona", customer=acme.customer, language="fi")
        Ticket.objects.filter(pk=ticket.pk).update(requester=other)

    assert browser.get(solved).status_code == 410
    assert post(browser, f"{solved}works/", form_token="x" * 20).status_code == 410
