"""Requesters prove their address by a mailed code; nothing is shown before, and nothing tells a known address."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Requester
from outbox.models import OutgoingMail
from portal.enums import Guests
from portal.models import PortalSession, SignInCode
from portal.signing_in import AN_HOUR, MAX_TRIES
from tests.conftest import Cast
from tests.portal.conftest import open_portal, visitor

pytestmark = pytest.mark.django_db
OTTO = "otto@paperi-acme.example"


@pytest.fixture(autouse=True)
def _quick(settings: Any) -> None:
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"
    settings.VASTE_STEADY_SECONDS = 0


def ask(cast: Cast, email: str, client: Client | None = None) -> tuple[Client, Any]:
    client = client or cast.client()
    return client, client.post("/portal/sign-in/", {"email": email, "next": ""})


def codes(cast: Cast) -> list[tuple[str, str]]:
    """(receiver, code) of each mail that carried one, oldest first."""
    with cast.scope():
        mails = OutgoingMail.objects.filter(purpose="system").order_by("pk")
        return [(mail.to[0], re.findall(r"\b\d{6}\b", mail.text)[0]) for mail in mails]


def type_code(client: Client, code: str) -> Any:
    return client.post("/portal/sign-in/code/?next=/portal/me/", {"code": code})


def test_a_portal_that_is_closed_is_not_there(acme: Cast) -> None:
    for path in ("/portal/", "/portal/sign-in/", "/portal/ask/", "/portal/look.css"):
        assert acme.client().get(path).status_code == 404


def test_the_code_opens_the_page_that_was_asked_for_once_and_in_its_browser_only(acme: Cast) -> None:
    open_portal(acme)
    assert acme.client().get("/portal/me/").headers["Location"] == "/portal/sign-in/?next=%2Fportal%2Fme%2F"
    client, asked = ask(acme, OTTO)
    ((to, code),) = codes(acme)
    other = acme.client()

    assert (to, asked.status_code) == (OTTO, 302)
    assert type_code(other, code).status_code == 422
    entered = type_code(client, f" {code[:3]} {code[3:]} ")
    assert (entered.status_code, entered.headers["Location"]) == (302, "/portal/me/")
    assert client.cookies["requester"]["httponly"]
    assert b"Otto Oja" in client.get("/portal/me/").content
    assert type_code(client, code).status_code == 422
    assert client.get("/my/").headers["Location"].startswith("/account/login/")


def test_the_answer_is_the_same_for_every_address_and_only_the_mail_tells(acme: Cast) -> None:
    open_portal(acme, guests=Guests.KNOWN)
    acme_desk = acme.desk.queue.address
    pages = set()
    for email in (OTTO, "nobody@elsewhere.example", acme_desk, acme_desk.replace("@", "+t7-abcdefghijklmnop@")):
        client, asked = ask(acme, email)
        page = client.get(asked.headers["Location"])
        pages.add((asked.status_code, asked.headers["Location"], re.sub(rb'value="[^"]{64}"', b"", page.content)))

    assert len(pages) == 1
    assert [to for to, _ in codes(acme)] == [OTTO]
    with acme.scope():
        assert SignInCode.objects.count() == 4


@pytest.mark.parametrize(
    ("guests", "email", "enters"),
    [
        (Guests.KNOWN, "uusi@paperi-acme.example", False),
        (Guests.COMPANY, "uusi@paperi-acme.example", True),
        (Guests.COMPANY, "uusi@elsewhere.example", False),
        (Guests.ANYBODY, "uusi@elsewhere.example", True),
        (Guests.ANYBODY, "support@acme.example", False),
        (Guests.ANYBODY, "support+x@acme.example", False),
    ],
)
def test_who_may_enter_is_the_tenants_choice_and_never_the_desk_itself(
    acme: Cast, guests: Guests, email: str, *, enters: bool
) -> None:
    """A15: nobody proves an address by a mail that the desk receives."""
    open_portal(acme, guests=guests)
    ask(acme, email)

    assert [to for to, _ in codes(acme)] == ([email] if enters else [])


def test_a_companys_domain_makes_a_member_only_after_the_proof(acme: Cast) -> None:
    open_portal(acme)
    client, _ = ask(acme, "Uusi@Paperi-Acme.example")
    with acme.scope():
        assert not Requester.objects.with_address("uusi@paperi-acme.example").exists()
    type_code(client, codes(acme)[0][1])

    with acme.scope():
        assert Requester.objects.with_address("uusi@paperi-acme.example").get().customer == acme.customer


def test_a_code_ends_with_time_with_tries_and_with_its_address(acme: Cast) -> None:
    open_portal(acme)
    client, _ = ask(acme, OTTO)
    code = codes(acme)[0][1]
    for _try in range(MAX_TRIES):
        assert type_code(client, "000000" if code != "000000" else "111111").status_code == 422
    assert type_code(client, code).status_code == 422

    client, _ = ask(acme, OTTO)
    with acme.scope():
        SignInCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert type_code(client, codes(acme)[1][1]).status_code == 422


def test_at_most_three_codes_an_hour_reach_a_mailbox(acme: Cast) -> None:
    open_portal(acme, guests=Guests.ANYBODY)
    for number in range(AN_HOUR + 2):
        _, asked = ask(acme, f"victim+{number}@elsewhere.example")
        assert asked.status_code == 302

    assert len(codes(acme)) == AN_HOUR


@pytest.mark.parametrize("secret", ["", "null", "0", "x" * 32])
def test_an_empty_or_made_up_session_is_nobodys(acme: Cast, secret: str) -> None:
    open_portal(acme)
    client = acme.client()
    client.cookies["requester"] = secret

    assert client.get("/portal/").status_code == 302
    assert type_code(client, secret or "000000").status_code == 422


def test_a_session_ends_with_the_button_with_the_address_and_with_time(acme: Cast, globex: Cast) -> None:
    open_portal(acme)
    open_portal(globex)
    client, again = visitor(acme), visitor(acme)
    elsewhere = Client(headers={"host": globex.tenant.host})
    elsewhere.cookies["requester"] = client.cookies["requester"].value

    assert client.get("/portal/").status_code == 200
    assert elsewhere.get("/portal/").status_code == 302
    client.post("/portal/sign-out/", {"everywhere": "1"})
    assert [each.get("/portal/").status_code for each in (client, again)] == [302, 302]

    client = visitor(acme)
    with acme.scope():
        acme.requester.addresses.update(email="otto@elsewhere.example")
    assert client.get("/portal/").status_code == 302
    with acme.scope():
        acme.requester.addresses.update(email=OTTO)
        PortalSession.objects.update(expires_at=timezone.now())
    assert client.get("/portal/").status_code == 302


@pytest.mark.parametrize("onward", ["//evil.example", "https://evil.example/portal/", "/my/", "/\\evil.example"])
def test_after_the_code_one_stays_in_the_portal(acme: Cast, onward: str) -> None:
    open_portal(acme)
    client, _ = ask(acme, OTTO)
    answer = client.post(f"/portal/sign-in/code/?next={onward}", {"code": codes(acme)[0][1]})

    assert answer.headers["Location"] == "/portal/"
