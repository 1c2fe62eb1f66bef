"""The consultant's page: what it shows, to whom, and that looking does nothing."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.conftest import Cast
from tests.portal.conftest import rows
from tickets.models import Ticket


def test_looking_changes_nothing(acme: Cast, browser: Client, work: str) -> None:
    before = rows(acme)

    for _ in range(10):
        assert browser.get(work).status_code == 200
        assert browser.head(work).status_code == 200

    assert rows(acme) == before
    assert set(browser.cookies) == {"csrf"}


def test_shows_ticket_and_actions(browser: Client, work: str, ticket: Ticket) -> None:
    page = browser.get(work).content.decode()

    for words in (f"SYS-{ticket.number}", "Rullanostin ei toimi", "Paine putoaa.", "Otto Oja", "Paperi Oy", "Start"):
        assert words in page
    for verb in ("start", "ask", "resolve", "hand-over", "time", "note"):
        assert f'action="{work}{verb}/"' in page


def test_internal_notes_only_in_the_consultants_own_browser(acme: Cast, browser: Client, work: str) -> None:
    """A forwarded mail must not show them to its reader."""
    assert "hyllyssä C" not in browser.get(work).content.decode()
    assert "hyllyssä C" not in acme.client("aino").get(work).content.decode()

    assert "hyllyssä C" in acme.client("konsta").get(work).content.decode()


def test_internal_notes_where_no_code_is_asked(open_door: None, browser: Client, work: str) -> None:
    assert "hyllyssä C" in browser.get(work).content.decode()


def test_speaks_the_members_language_and_theme(acme: Cast, browser: Client, work: str) -> None:
    user = acme.members["konsta"].user
    user.language, user.theme = "fi", "dark"
    user.save(update_fields=["language", "theme"])

    page = browser.get(work, headers={"accept-language": "en"})

    assert page["Content-Language"] == "fi"
    assert '<html lang="fi" data-theme="dark"' in page.content.decode()


def test_times_are_those_of_the_members_office(acme: Cast, browser: Client, work: str) -> None:
    with acme.scope():
        acme.office.time_zone = "America/Toronto"
        acme.office.save(update_fields=["time_zone"])

    page = browser.get(work).content.decode()

    assert "(EST)" in page or "(EDT)" in page


@pytest.mark.parametrize("query", ["", "?do=ask"])
def test_headers_keep_the_token_in(browser: Client, work: str, query: str) -> None:
    page = browser.get(work + query)

    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert "noindex" in page["X-Robots-Tag"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]


def test_opens_the_asked_form_without_script(browser: Client, work: str) -> None:
    assert '<details class="v-card" open>' not in browser.get(work).content.decode()
    assert browser.get(f"{work}?do=resolve").content.decode().count('<details class="v-card" open>') == 1


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "post"])
def test_actions_need_post_and_the_pages_own_token(acme: Cast, browser: Client, work: str, method: str) -> None:
    before = rows(acme)

    for path in ("start", "ask", "resolve", "hand-over", "time", "note", "code", "new-code", "new-link"):
        assert getattr(browser, method)(f"{work}{path}/").status_code in (403, 405)

    assert rows(acme) == before


def test_unknown_verb_is_404(acme: Cast, work: str) -> None:
    assert acme.client("konsta").post(f"{work}explode/").status_code == 404


def test_solved_ticket_offers_time_and_note_only(acme: Cast, ticket: Ticket, work: str, solved: str) -> None:
    page = acme.client("konsta").get(work).content.decode()

    assert [verb for verb in ("start", "ask", "resolve", "hand-over", "time", "note") if f"{work}{verb}/" in page] == [
        "time",
        "note",
    ]


@pytest.mark.django_db(transaction=True)
def test_costs_at_most_fourteen_statements(acme: Cast, ticket: Ticket, work: str) -> None:
    client = Client(headers={"host": acme.tenant.host})
    client.cookies["browser"] = "unknown"
    client.get(work)

    with CaptureQueriesContext(connection) as statements:
        assert client.get(work).status_code == 200

    control = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    counted = [entry["sql"] for entry in statements if not entry["sql"].startswith(control)]
    assert len(counted) <= 14, "\n".join(counted)
