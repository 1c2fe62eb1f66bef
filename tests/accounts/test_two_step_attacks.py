"""The second step of signing in, attacked: guessed, replayed, posted at once, forged, skipped."""

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.actors import SYSTEM
from accounts.enums import Role
from accounts.services import two_step
from accounts.services.tenants import add_member, end_membership
from tests.accounts.settings_support import form_of, words
from tests.accounts.sign_in_support import (
    CODE,
    CODES,
    FILE,
    LOGIN,
    OFF,
    ON,
    PERIOD,
    SECOND,
    SECRET,
    code_now,
    confirmed,
    is_in,
    mails_to,
    password,
    recovery_codes,
    with_app,
)
from tests.conftest import Cast
from tests.house.conftest import PASSWORD, give_password
from tests.house.test_transactions import in_threads

pytestmark = pytest.mark.django_db
NO_DIGITS = ["", " ", "0", "000000", "null", "None", "false", "undefined", "[]", "%00", "\x00", "9" * 99]
OTHER_DIGITS = ["１２３４５６", "٠٠٠٠٠٠"]


@pytest.fixture(autouse=True)
def _real(acme: Cast, settings: Any) -> Iterator[None]:
    """Mails go the product's own way; the clock stands at the beginning of a period, so that codes stay good."""
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"
    settings.VASTE_STEADY_SECONDS = 0
    give_password(acme)
    with time_machine.travel((time.time() // PERIOD + 1) * PERIOD, tick=True):
        yield


def test_the_password_alone_opens_nothing(acme: Cast) -> None:
    with_app(acme, "aino")
    client = password(acme, "aino")

    assert not is_in(client)
    assert client.get("/profile/").status_code == client.get("/profile/two-step/").status_code == 302
    assert client.get(SECOND).status_code == 200
    assert client.post(SECOND, {"code": code_now()}).status_code == 302
    assert is_in(client)


def test_a_mailed_code_alone_opens_nothing(acme: Cast) -> None:
    with_app(acme, "aino")
    client = acme.client()
    client.post("/account/login/code/", {"email": "aino@acme.example"})
    (mailed,) = CODE.findall(mails_to(acme, "aino@acme.example")[-1])
    client.post("/account/login/code/confirm/", {"code": mailed})

    assert not is_in(client)
    client.post(SECOND, {"code": code_now()})
    assert is_in(client)


def test_the_second_step_without_the_first_is_none(acme: Cast) -> None:
    with_app(acme, "aino")
    client = acme.client()

    for answer in (client.get(SECOND), client.post(SECOND, {"code": code_now()})):
        assert (answer.status_code, answer.headers["Location"]) == (302, LOGIN)
    assert not is_in(client)


def test_five_wrong_codes_lock_the_second_step_from_every_address(acme: Cast) -> None:
    with_app(acme, "aino")
    browsers = [password(acme, "aino", REMOTE_ADDR=f"198.51.100.{number}") for number in range(1, 21)]
    assert not any(is_in(browser) for browser in browsers)

    for number, browser in enumerate(browsers, 1):
        browser.post(SECOND, {"code": f"1{number:05}"}, REMOTE_ADDR=f"198.51.100.{number}")
    for code in (code_now(), recovery_codes(acme, "aino")[0]):
        answer = browsers[0].post(SECOND, {"code": code}, REMOTE_ADDR="203.0.113.1")
        assert "Too many tries" in words(answer)
    assert not any(is_in(browser) for browser in browsers)

    with time_machine.travel(timedelta(minutes=5, seconds=1)):
        browsers[0].post(SECOND, {"code": code_now()}, REMOTE_ADDR="203.0.113.1")
        assert is_in(browsers[0])


def test_guesses_at_a_password_are_few_from_however_many_addresses(acme: Cast) -> None:
    for number in range(20):
        acme.client().post(
            LOGIN, {"login": "aino@acme.example", "password": f"guess {number}"}, REMOTE_ADDR=f"198.51.100.{number}"
        )

    assert not is_in(password(acme, "aino", REMOTE_ADDR="203.0.113.1"))
    with time_machine.travel(timedelta(minutes=5, seconds=1)):
        assert is_in(password(acme, "aino", REMOTE_ADDR="203.0.113.1"))


def test_a_used_code_opens_no_second_browser(acme: Cast) -> None:
    with_app(acme, "aino")
    own, thief, code = password(acme, "aino"), password(acme, "aino"), code_now()
    own.post(SECOND, {"code": code})
    assert is_in(own)

    for seen in (code, f" {code[:3]}-{code[3:]} "):
        assert thief.post(SECOND, {"code": seen}).status_code == 422
    assert not is_in(thief)


def test_the_code_of_the_set_up_is_used_up(acme: Cast) -> None:
    client = confirmed(acme, "aino")
    secret = form_of(client.get(ON)).secret
    code = code_now(secret)
    client.post(ON, {"code": code})

    thief = password(acme, "aino")
    thief.post(SECOND, {"code": code})
    assert not is_in(thief)


def test_a_code_of_somebody_else_is_worth_nothing(acme: Cast) -> None:
    with_app(acme, "aino")
    with acme.scope():
        two_step.turn_on(acme.members["liisa"].user, SECRET[::-1].replace("0", "A"), by=acme.actor("liisa"))
    client = password(acme, "liisa")

    for code in (code_now(), recovery_codes(acme, "aino")[0]):
        client.post(SECOND, {"code": code})
    assert not is_in(client)


def test_a_recovery_code_opens_once(acme: Cast) -> None:
    with_app(acme, "aino")
    code = recovery_codes(acme, "aino")[3]
    own, thief = password(acme, "aino"), password(acme, "aino")

    own.post(SECOND, {"code": code})
    thief.post(SECOND, {"code": code})

    assert (is_in(own), is_in(thief)) == (True, False)
    assert len(recovery_codes(acme, "aino")) == 9


@pytest.mark.parametrize("code", [*NO_DIGITS, *OTHER_DIGITS])
def test_an_empty_or_made_up_code_opens_nothing(acme: Cast, code: str) -> None:
    with_app(acme, "aino")
    client, settler = password(acme, "aino"), confirmed(acme, "konsta")
    settler.get(ON)

    assert client.post(SECOND, {"code": code}).status_code == 422
    assert settler.post(ON, {"code": code}).status_code == 422
    assert not is_in(client)
    assert not two_step.is_on(acme.members["konsta"].user)


@pytest.mark.parametrize("body", [{}, {"credential": "{}"}, {"code": ["1", "2"]}, {"Code": "000000"}])
def test_a_form_without_a_code_opens_nothing(acme: Cast, body: Any) -> None:
    with_app(acme, "aino")
    client, again = password(acme, "aino"), acme.client("aino")

    assert client.post(SECOND, body).status_code == 422
    assert not is_in(client)
    assert again.post("/account/reauthenticate/code/", body).status_code == 200
    assert again.get(CODES).status_code == 302


def test_json_opens_nothing(acme: Cast) -> None:
    with_app(acme, "aino")
    client = password(acme, "aino")
    for body in ('{"code": null}', '{"code": true}', "null", "[]"):
        assert client.post(SECOND, body, content_type="application/json").status_code == 422
    assert not is_in(client)


def test_it_cannot_be_changed_by_whoever_finds_the_browser_open(acme: Cast) -> None:
    with_app(acme, "aino")
    before = recovery_codes(acme, "aino")
    client = acme.client("aino")

    for path in (ON, OFF, CODES, FILE):
        answer = client.get(path)
        assert answer.headers["Location"].startswith("/account/reauthenticate/")
    for path in (OFF, CODES):
        assert client.post(path).headers["Location"].startswith("/account/reauthenticate/")
    assert recovery_codes(acme, "aino") == before


def test_whoever_lost_their_place_between_the_steps_stays_outside(acme: Cast) -> None:
    with_app(acme, "aino")
    client = password(acme, "aino")
    with acme.scope():
        end_membership(acme.members["aino"], by=acme.actor("ada"))

    answer = client.post(SECOND, {"code": code_now()})
    assert (answer.status_code, answer.headers["Location"]) == (302, LOGIN)
    assert not is_in(client)


def test_it_holds_in_every_tenant_of_the_person(acme: Cast, globex: Cast) -> None:
    with_app(acme, "aino")
    with globex.scope():
        add_member(email="aino@acme.example", name="Aino", roles=[Role.AGENT], office=globex.office, by=SYSTEM)
    abroad = globex.client()
    abroad.post(LOGIN, {"login": "aino@acme.example", "password": PASSWORD})
    assert not is_in(abroad)

    stolen = acme.client()
    stolen.cookies["session"] = abroad.cookies["session"].value
    assert stolen.post(SECOND, {"code": code_now()}).headers["Location"] == LOGIN
    assert not is_in(stolen)


def at_once(browsers: list[Client], code: str) -> list[str]:
    """Post one code from all browsers in the same moment; the pages that answer."""
    start, pages = threading.Barrier(len(browsers)), []

    def post(browser: Client) -> None:
        start.wait()
        pages.append(words(browser.post(SECOND, {"code": code})))
        connection.close()

    in_threads([partial(post, browser) for browser in browsers])
    return pages


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_twenty_posts_of_one_code_open_one_browser(acme: Cast, settings: Any, kind: str) -> None:
    settings.ACCOUNT_RATE_LIMITS = False
    with_app(acme, "aino")
    browsers = [password(acme, "aino") for _ in range(20)]
    code = code_now() if kind == "app" else recovery_codes(acme, "aino")[0]

    at_once(browsers, code)

    assert sum(is_in(browser) for browser in browsers) == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_guesses_at_once_are_five(acme: Cast) -> None:
    with_app(acme, "aino")
    browsers = [password(acme, "aino", REMOTE_ADDR=f"198.51.100.{number}") for number in range(20)]

    pages = at_once(browsers, "1")

    assert len(pages) == 20
    assert 1 <= sum("not right" in page for page in pages) <= 5
    assert "Too many tries" in words(browsers[0].post(SECOND, {"code": code_now()}, REMOTE_ADDR="203.0.113.1"))
