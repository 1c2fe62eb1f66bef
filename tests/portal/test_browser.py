"""The mailed code: who holds a forwarded mail can look, and do nothing."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from tests.conftest import Cast
from tests.portal.conftest import codes, fresh, hidden, post, press, rows
from tickets.enums import StatusClass
from tickets.models import AccessLink, BoundBrowser, Message, Ticket
from tickets.services import links


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_start_with_one_code(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    """The whole way: press, type the code once, done."""
    asked = press(browser, work, "start")
    assert asked.status_code == 200
    assert fresh(acme, ticket).work_started_at is None
    [code] = codes(acme)

    answer = post(browser, f"{work}code/", **hidden(asked), code=f" {code[:3]} {code[3:]} ")

    assert (answer.status_code, answer["Location"]) == (302, work)
    assert fresh(acme, ticket).work_started_at is not None
    with acme.scope():
        assert AuditEntry.objects.filter(action="browser.bound").count() == 1


def test_nothing_typed_is_lost(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    text = 'Rivi 1\n<b>"Rivi" & 2</b>'
    asked = press(browser, work, "ask", text=text)
    assert "&lt;b&gt;&quot;Rivi&quot; &amp; 2&lt;/b&gt;" in asked.content.decode()

    refused = post(browser, f"{work}code/", verb="ask", form_token="x" * 20, text=text, code="abc")
    assert refused.status_code == 422
    assert "&quot;Rivi&quot; &amp; 2" in refused.content.decode()

    post(browser, f"{work}code/", verb="ask", form_token="x" * 20, text=text, code=codes(acme)[0])
    with acme.scope():
        assert Message.objects.get(kind="reply").text == text
    assert fresh(acme, ticket).status_class == StatusClass.WAITING_REQUESTER


def test_the_bound_browser_is_not_asked_again(acme: Cast, browser: Client, work: str) -> None:
    asked = press(browser, work, "start")
    answer = post(browser, f"{work}code/", **hidden(asked), code=codes(acme)[0])

    cookie = answer.cookies["browser"]
    assert (cookie["httponly"], cookie["samesite"], cookie["domain"], cookie["path"]) == (True, "Lax", "", "/")
    assert int(cookie["max-age"]) == 180 * 24 * 3600
    assert press(browser, work, "note", text="Toinen painallus.").status_code == 302
    assert len(codes(acme)) == 1
    assert "hyllyssä C" in browser.get(work).content.decode()


def test_the_cookie_holds_for_its_member_only(acme: Cast, browser: Client, ticket: Ticket) -> None:
    with acme.scope():
        BoundBrowser.objects.create(
            member=acme.members["aino"],
            secret_hash=links.token_hash("s" * 32),
            expires_at=timezone.now() + links.BROWSER_LIFETIME,
        )
        work = f"/l/{links.make_work_link(ticket, acme.members['konsta'])}/"
    browser.cookies["browser"] = "s" * 32

    press(browser, work, "start")

    assert fresh(acme, ticket).work_started_at is None


def test_a_bound_browser_expires(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    asked = press(browser, work, "note", text="Yksi.")
    post(browser, f"{work}code/", **hidden(asked), code=codes(acme)[0])
    with acme.scope():
        BoundBrowser.objects.update(expires_at=timezone.now())

    assert "Confirm this browser" in press(browser, work, "start").content.decode()
    assert fresh(acme, ticket).work_started_at is None


def test_a_signed_in_consultant_needs_no_code(acme: Cast, ticket: Ticket, work: str) -> None:
    assert press(acme.client("konsta"), work, "start").status_code == 302
    assert codes(acme) == []


def test_another_signed_in_member_needs_the_code(acme: Cast, ticket: Ticket, work: str) -> None:
    press(acme.client("ada"), work, "start")

    assert fresh(acme, ticket).work_started_at is None


def test_confirming_a_browser_alone(acme: Cast, browser: Client, work: str) -> None:
    asked = press(browser, work, "confirm")
    post(browser, f"{work}code/", **hidden(asked), code=codes(acme)[0])

    assert "hyllyssä C" in browser.get(work).content.decode()


def test_fifty_wrong_codes(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    """Five tries a code, three codes an hour: the right one is dead after the fifth wrong one."""
    asked = press(browser, work, "start")
    values = hidden(asked)
    [code] = codes(acme)

    for _ in range(50):
        assert post(browser, f"{work}code/", **values, code=wrong(code)).status_code == 422
    assert post(browser, f"{work}code/", **values, code=code).status_code == 422

    assert fresh(acme, ticket).work_started_at is None
    with acme.scope():
        assert AccessLink.objects.get(code_tries__gt=0).code_tries == links.MAX_TRIES
        assert not BoundBrowser.objects.exists()


def test_a_code_works_once(acme: Cast, browser: Client, work: str) -> None:
    asked = press(browser, work, "start")
    [code] = codes(acme)
    post(browser, f"{work}code/", **hidden(asked), code=code)
    stranger = Client(headers={"host": acme.tenant.host})

    assert stranger.post(f"{work}code/", {**hidden(asked), "code": code}).status_code == 422


def test_a_code_holds_fifteen_minutes(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    asked = press(browser, work, "start")
    with acme.scope():
        AccessLink.objects.exclude(code_hash="").update(code_expires_at=timezone.now())

    assert post(browser, f"{work}code/", **hidden(asked), code=codes(acme)[0]).status_code == 422
    assert fresh(acme, ticket).work_started_at is None


def test_pressing_twice_mails_one_code(acme: Cast, browser: Client, work: str) -> None:
    for _ in range(3):
        press(browser, work, "start")

    assert len(codes(acme)) == 1


def test_three_codes_an_hour(acme: Cast, browser: Client, work: str) -> None:
    values = hidden(press(browser, work, "start"))
    for _ in range(5):
        post(browser, f"{work}new-code/", **values)
    assert len(codes(acme)) == 3

    with acme.scope():
        AccessLink.objects.update(code_tries=links.MAX_TRIES)
    answer = post(browser, f"{work}new-code/", **values)
    assert answer.status_code == 429
    assert hidden(answer) == values

    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert post(browser, f"{work}new-code/", **values).status_code == 200
    assert len(codes(acme)) == 4


def test_the_newest_code_replaces_the_one_before(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    values = hidden(press(browser, work, "start"))
    post(browser, f"{work}new-code/", **values)
    first, second = codes(acme)

    if first != second:
        assert post(browser, f"{work}code/", **values, code=first).status_code == 422
    post(browser, f"{work}code/", **values, code=second)

    assert fresh(acme, ticket).work_started_at is not None


def test_a_refused_form_mails_no_code(acme: Cast, browser: Client, work: str) -> None:
    assert press(browser, work, "ask", text="").status_code == 422
    assert codes(acme) == []


def test_an_unknown_pending_verb_is_404(acme: Cast, browser: Client, work: str) -> None:
    before = rows(acme)

    assert post(browser, f"{work}code/", verb="explode", code="123456").status_code == 404
    assert post(browser, f"{work}new-code/", verb="").status_code == 404

    assert rows(acme) == before


@pytest.mark.parametrize("code", ["", "     ", "'" * 20, "0" * 21])
def test_codes_that_are_none(acme: Cast, browser: Client, ticket: Ticket, work: str, code: str) -> None:
    values = hidden(press(browser, work, "start"))

    assert post(browser, f"{work}code/", **values, code=code).status_code == 422
    assert fresh(acme, ticket).work_started_at is None


def test_pending_press_on_a_ticket_that_was_reassigned(acme: Cast, browser: Client, ticket: Ticket, work: str) -> None:
    values = hidden(press(browser, work, "start"))
    with acme.scope():
        links.revoke(ticket)

    assert post(browser, f"{work}code/", **values, code=codes(acme)[0]).status_code == 410
    assert fresh(acme, ticket).work_started_at is None
