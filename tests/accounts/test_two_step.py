"""The second step of signing in: set up, kept, asked for where a tenant requires it, switched off."""

import json
import re
import time
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import CommandError, call_command

from accounts.actors import SYSTEM
from accounts.enums import Role
from accounts.services import two_step
from accounts.services.tenants import add_member
from tests.accounts.settings_support import form_of, new_actions, statements, words
from tests.accounts.sign_in_support import (
    CODES,
    FILE,
    OFF,
    ON,
    PERIOD,
    SECOND,
    code_now,
    confirmed,
    is_in,
    password,
    recovery_codes,
    require,
    set_up,
    with_app,
)
from tests.conftest import Cast
from tests.house.conftest import PASSWORD, give_password

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _real(acme: Cast, settings: Any) -> Iterator[None]:
    """Mails go the product's own way; the clock stands at the beginning of a period, so that codes stay good."""
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"
    settings.VASTE_STEADY_SECONDS = 0
    give_password(acme)
    with time_machine.travel((time.time() // PERIOD + 1) * PERIOD, tick=True):
        yield


def test_it_is_set_up_with_a_code_of_the_app(acme: Cast) -> None:
    client = confirmed(acme, "aino")
    page = client.get(ON)
    secret = form_of(page).secret

    assert words(page).count('src="data:image/svg+xml;base64,') == 1
    assert " ".join(re.findall("....", secret)) in words(page)
    assert client.post(ON, {"code": "000000" if code_now(secret) != "000000" else "1"}).status_code == 422
    assert not two_step.is_on(acme.members["aino"].user)

    assert client.post(ON, {"code": code_now(secret)}).headers["Location"] == CODES
    assert two_step.is_on(acme.members["aino"].user)
    assert is_in(client)
    stored = json.dumps([row.data for row in Authenticator.objects.all()])
    assert secret not in stored
    assert secret not in json.dumps(dict(client.session))


def test_recovery_codes_are_shown_to_the_browser_that_made_them_for_ten_minutes(acme: Cast) -> None:
    client = confirmed(acme, "aino")
    set_up(client)
    codes = recovery_codes(acme, "aino")
    assert len(set(codes)) == 10

    assert [code for code in codes if code in words(client.get(CODES))] == codes
    file = client.get(FILE)
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert [code for code in codes if code in words(file)] == codes
    for other in (confirmed(acme, "aino"), confirmed(acme, "liisa")):
        assert not any(code in words(other.get(CODES)) for code in codes)
        assert other.get(FILE).status_code == 302
    with time_machine.travel(timedelta(minutes=11)):
        client.post("/account/reauthenticate/", {"password": PASSWORD})
        assert not any(code in words(client.get(CODES)) for code in codes)


def test_new_recovery_codes_take_the_place_of_the_old(acme: Cast) -> None:
    with_app(acme, "aino")
    old, client = recovery_codes(acme, "aino"), confirmed(acme, "aino")

    assert client.post(CODES).status_code == 302
    new = recovery_codes(acme, "aino")

    assert not set(old) & set(new)
    assert all(code in words(client.get(CODES)) for code in new)
    thief = password(acme, "aino")
    assert thief.post(SECOND, {"code": old[0]}).status_code == 422
    assert not is_in(thief)


def test_a_code_shows_as_well_as_the_password_that_it_is_them(acme: Cast) -> None:
    with_app(acme, "aino")
    client = acme.client("aino")
    assert client.get("/account/reauthenticate/code/").status_code == 200

    answer = client.post("/account/reauthenticate/code/", {"code": code_now(), "next": OFF})
    assert answer.headers["Location"] == OFF
    client.post(OFF)
    assert not two_step.is_on(acme.members["aino"].user)
    assert is_in(password(acme, "aino"))


def test_where_it_is_required_one_sets_it_up_and_goes_on(acme: Cast) -> None:
    require(acme)
    client = password(acme, "aino")
    assert client.get("/my/").headers["Location"] == ON
    client.post("/account/reauthenticate/", {"password": PASSWORD})

    set_up(client)
    assert is_in(client)


def test_where_it_is_required_an_older_session_shows_a_code(acme: Cast) -> None:
    require(acme)
    with_app(acme, "aino")
    client = acme.client("aino")
    asked = client.get("/my/?order=age").headers["Location"]
    assert asked == "/account/reauthenticate/code/?next=%2Fmy%2F%3Forder%3Dage"

    client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert not is_in(client)
    answer = client.post("/account/reauthenticate/code/", {"code": code_now(), "next": "/my/?order=age"})
    assert answer.headers["Location"] == "/my/?order=age"
    assert is_in(client)


def test_where_it_is_required_it_cannot_be_switched_off(acme: Cast) -> None:
    require(acme)
    client = confirmed(acme, "aino")
    set_up(client)

    for answer in (client.get(OFF), client.post(OFF)):
        assert answer.headers["Location"] == "/profile/two-step/"
    assert two_step.is_on(acme.members["aino"].user)
    assert OFF not in words(client.get("/profile/two-step/"))


@pytest.mark.django_db(transaction=True)
def test_requiring_it_costs_no_query(acme: Cast) -> None:
    client = confirmed(acme, "aino")
    set_up(client)
    client.get("/my/")
    free = statements(lambda: client.get("/my/"))
    require(acme)

    assert statements(lambda: client.get("/my/")) == free


def test_each_change_leaves_one_entry(acme: Cast) -> None:
    client = confirmed(acme, "aino")

    assert new_actions(acme, lambda: set_up(client)) == ["member.two_step_on"]
    assert new_actions(acme, lambda: client.post(CODES)) == ["member.recovery_codes"]
    assert new_actions(acme, lambda: client.post(OFF)) == ["member.two_step_off"]
    assert new_actions(acme, lambda: client.post(OFF)) == []
    change = {"oldpassword": PASSWORD, "password1": "another horse, another", "password2": "another horse, another"}
    assert new_actions(acme, lambda: client.post("/account/password/change/", change)) == ["member.password"]


def test_a_wrong_code_leaves_no_entry_of_signing_in(acme: Cast) -> None:
    with_app(acme, "aino")
    client = password(acme, "aino")

    assert new_actions(acme, lambda: client.post(SECOND, {"code": "1"})) == []
    assert new_actions(acme, lambda: client.post(SECOND, {"code": code_now()})) == ["member.signed_in"]


def test_the_operator_helps_whoever_lost_everything(acme: Cast, globex: Cast) -> None:
    with globex.scope():
        add_member(email="aino@acme.example", name="Aino", roles=[Role.AGENT], office=globex.office, by=SYSTEM)
    with_app(acme, "aino")

    noted: list[str] = []

    def help_out() -> None:
        call_command("two_step_off", "Aino@Acme.example", stdout=StringIO())

    noted += new_actions(globex, lambda: noted.extend(new_actions(acme, help_out)))
    assert noted == ["member.two_step_off"] * 2
    assert is_in(password(acme, "aino"))
    with pytest.raises(CommandError):
        help_out()
    with pytest.raises(CommandError):
        call_command("two_step_off", "nobody@acme.example")
