"""How it was: one click in the mail opens a page, one button says it, and it may be changed."""

import pytest
from django.test import Client

from tests.conftest import Cast
from tests.portal.conftest import make_ticket, post, rows
from tickets.models import Aftercare, Rating, Ticket
from tickets.services import lifecycle, links

pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(acme: Cast) -> str:
    """The path of a link to a question that is open."""
    ticket = make_ticket(acme)
    with acme.scope():
        Aftercare.objects.create(asks_rating=True)
        lifecycle.resolve(ticket, solution="Vaihdoin venttiilin.", by=acme.actor("konsta"))
        lifecycle.confirm(ticket, by=acme.actor("aino"))
        return f"/r/{links.make_rating_link(ticket, acme.requester)}/"


def test_looking_changes_nothing_and_one_button_says_it(acme: Cast, asked: str, browser: Client) -> None:
    """A32: whatever opens the links of a mail before its reader does."""
    before = rows(acme)
    for score in (5, 1, 9, "x"):
        page = browser.get(f"{asked}?score={score}").content.decode()
        assert ("checked" in page) is (score in (5, 1))
        browser.head(f"{asked}?score={score}")
    assert rows(acme) == before

    assert post(browser, asked, score="4", comment="").status_code == 302
    post(browser, asked, score="2", comment="Kesti kauan.")
    with acme.scope():
        rating, ticket = Rating.objects.get(), Ticket.objects.get()
        assert (rating.score, rating.comment) == (2, "Kesti kauan.")
        assert [event.data["score"] for event in ticket.events.filter(kind="rated").order_by("pk")] == [4, 2]


@pytest.mark.parametrize("score", ["", "0", "6", "five"])
def test_there_are_five_answers_and_no_other(acme: Cast, asked: str, browser: Client, score: str) -> None:
    browser.get(asked)
    assert post(browser, asked, score=score, comment="").status_code == 422


def test_the_link_serves_nothing_else(acme: Cast, asked: str, browser: Client) -> None:
    token = asked.split("/")[2]

    for path in (f"/c/{token}/", f"/l/{token}/", f"/r/{token[:-1]}/", "/r/null/"):
        assert browser.get(path).status_code == 404


def test_the_desk_reads_it_on_the_ticket(acme: Cast, asked: str, browser: Client) -> None:
    browser.get(asked)
    post(browser, asked, score="2", comment="Kesti kauan.")
    page = acme.client("aino").get("/tickets/1001/").content.decode()

    assert "Poor" in page
    assert "Kesti kauan." in page
