"""Signing in, and what a session is worth: at another host, after the place has ended, in a stranger's hands."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client

from accounts.actors import SYSTEM
from accounts.enums import Role
from accounts.services.tenants import add_member, change_roles, end_membership
from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.house.conftest import PASSWORD, give_password

pytestmark = pytest.mark.django_db
LOGIN = "/account/login/"
HOSTILE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example/",
    "http:///evil.example",
    "javascript:alert(1)",
    "/%0d%0aLocation:%20//evil.example",
    "//acme.localhost@evil.example/",
    "https://globex.localhost/my/",
]


@pytest.fixture(autouse=True)
def _real(acme: Cast, globex: Cast, settings: Any) -> None:
    """Passwords, and the product's own way for mails, which pytest-django takes away."""
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"
    give_password(acme, globex)


def sign_in(
    cast: Cast, email: str, password: str = PASSWORD, client: Client | None = None
) -> tuple[Client, HttpResponse]:
    """Through the real page, like a browser."""
    client = client or cast.client()
    return client, client.post(LOGIN, {"login": email, "password": password})


def is_in(client: Client) -> bool:
    return client.get("/my/").status_code == 200


def words(answer: HttpResponse) -> str:
    """The page without tokens and without the address that was typed."""
    text = re.sub(r'value="[^"]*"', "", answer.content.decode())
    return re.sub(r'nonce="[^"]*"', "", text)


def test_a_password_signs_in(acme: Cast) -> None:
    client, answer = sign_in(acme, "aino@acme.example")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert is_in(client)


def test_a_mailed_code_signs_in_and_is_good_once(acme: Cast) -> None:
    client = acme.client()
    answer = client.post("/account/login/code/", {"email": "aino@acme.example"})
    assert answer.status_code == 302
    code = mailed_code(acme)

    wrong = client.post("/account/login/code/confirm/", {"code": "000000"})
    assert wrong.status_code == 200
    assert not is_in(client)
    answer = client.post("/account/login/code/confirm/", {"code": code})
    assert answer.status_code == 302
    assert is_in(client)

    other = acme.client()
    other.post("/account/login/code/", {"email": "liisa@acme.example"})
    other.post("/account/login/code/confirm/", {"code": code})
    assert not is_in(other)


def mailed_code(cast: Cast) -> str:
    """The code of the last mail, which nobody can read in the mail log."""
    with cast.scope():
        mail = OutgoingMail.objects.order_by("pk").last()
        assert mail is not None
        assert mail.confidential
        assert mail.to == ["aino@acme.example"]
        found = re.search(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", mail.text, re.MULTILINE)
    assert found, mail.text
    return found[1]


def test_a_wrong_password_is_answered_alike_for_known_and_unknown(acme: Cast) -> None:
    _, known = sign_in(acme, "aino@acme.example", "not the right one")
    _, unknown = sign_in(acme, "nobody@acme.example", "not the right one")
    _, elsewhere = sign_in(acme, "greta@globex.example")

    assert known.status_code == unknown.status_code == elsewhere.status_code == 200
    assert words(known) == words(unknown) == words(elsewhere)


@pytest.mark.parametrize("path", ["/account/password/reset/", "/account/login/code/"])
def test_asking_for_a_mail_is_answered_alike_for_known_and_unknown(acme: Cast, path: str) -> None:
    answers = [acme.client().post(path, {"email": email}) for email in ("aino@acme.example", "nobody@acme.example")]

    assert {(answer.status_code, answer.headers.get("Location")) for answer in answers} == {
        (302, answers[0].headers["Location"])
    }


def test_a_member_of_another_tenant_gets_no_code_that_opens_this_one(acme: Cast, globex: Cast) -> None:
    client = acme.client()
    client.post("/account/login/code/", {"email": "greta@globex.example"})
    with acme.scope():
        mails = [mail.text for mail in OutgoingMail.objects.filter(to=["greta@globex.example"])]
    for text in mails:
        for code in re.findall(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", text, re.MULTILINE):
            client.post("/account/login/code/confirm/", {"code": code})

    assert not is_in(client)


def test_guessing_is_stopped_also_for_the_right_password(acme: Cast) -> None:
    client = acme.client()
    for _ in range(10):
        sign_in(acme, "aino@acme.example", "guess", client=client)

    _, answer = sign_in(acme, "aino@acme.example", client=client)
    assert answer.status_code in (200, 429)
    assert not is_in(client)


def test_a_session_is_worth_nothing_at_another_tenants_host(acme: Cast, globex: Cast) -> None:
    with globex.scope():
        add_member(email="ada@acme.example", name="Ada", roles=[Role.AGENT], office=globex.office, by=SYSTEM)
    at_home, _ = sign_in(acme, "ada@acme.example")
    abroad = globex.client()
    abroad.cookies["session"] = at_home.cookies["session"].value

    assert is_in(at_home)
    assert not is_in(abroad)
    assert is_in(at_home)


def test_signing_in_makes_a_new_session(acme: Cast) -> None:
    client = acme.client()
    client.cookies["session"] = "planted0planted0planted0planted0"
    client.get(LOGIN)
    planted = client.cookies["session"].value
    sign_in(acme, "aino@acme.example", client=client)

    assert client.cookies["session"].value not in (planted, "planted0planted0planted0planted0")
    thief = acme.client()
    thief.cookies["session"] = planted
    assert not is_in(thief)


def test_an_ended_place_ends_the_session(acme: Cast) -> None:
    client, _ = sign_in(acme, "aino@acme.example")
    with acme.scope():
        end_membership(acme.members["aino"], by=acme.actor("ada"))

    assert not is_in(client)
    again, _ = sign_in(acme, "aino@acme.example")
    assert not is_in(again)


def test_a_lost_role_is_gone_with_the_next_request(acme: Cast) -> None:
    client, _ = sign_in(acme, "liisa@acme.example")
    assert client.get("/customers/").status_code == 200
    with acme.scope():
        change_roles(acme.members["liisa"], roles=[Role.CONSULTANT], by=acme.actor("ada"))

    assert client.get("/customers/").status_code == 403


def test_a_disabled_user_is_out(acme: Cast) -> None:
    client, _ = sign_in(acme, "aino@acme.example")
    user = acme.members["aino"].user
    user.is_active = False
    user.save(update_fields=["is_active"])

    assert not is_in(client)


def test_a_password_changed_elsewhere_ends_every_other_session(acme: Cast) -> None:
    stolen, _ = sign_in(acme, "aino@acme.example")
    own, _ = sign_in(acme, "aino@acme.example")
    new = "another horse, another battery"

    own.post("/account/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})

    assert not is_in(stolen)
    assert is_in(sign_in(acme, "aino@acme.example", new)[0])


def test_signing_out_ends_the_session_and_only_by_post(acme: Cast) -> None:
    client, _ = sign_in(acme, "aino@acme.example")
    key = client.cookies["session"].value
    client.get("/account/logout/")
    assert is_in(client)
    client.post("/account/logout/")

    kept = acme.client()
    kept.cookies["session"] = key
    assert not is_in(kept)


@pytest.mark.parametrize("target", HOSTILE)
def test_no_address_leads_away_after_signing_in(acme: Cast, target: str) -> None:
    client = acme.client()
    answer = client.post(LOGIN, {"login": "aino@acme.example", "password": PASSWORD, "next": target})

    stays(answer)


@pytest.mark.parametrize("target", HOSTILE)
def test_no_address_leads_away_after_taking_tickets_or_signing_out(acme: Cast, target: str) -> None:
    client, _ = sign_in(acme, "aino@acme.example")

    stays(client.post("/tickets/many/", {"back": target}))
    stays(client.post("/account/logout/", {"next": target}))


def stays(answer: HttpResponse) -> None:
    """The redirect is a path of this host, however a browser may read it."""
    assert answer.status_code == 302
    location = answer.headers["Location"]
    parts = urlsplit(location.replace("\\", "/"))
    assert (parts.scheme, parts.netloc) == ("", ""), location
    assert not location.replace("\\", "/").startswith("//")
    assert location.isprintable()


@pytest.mark.parametrize("header", ["x-forwarded-host", "forwarded", "x-host", "x-original-host"])
def test_links_in_sign_in_mails_come_from_the_tenants_record(acme: Cast, header: str) -> None:
    value = "host=evil.example" if header == "forwarded" else "evil.example"
    client = acme.client()
    client.post("/account/password/reset/", {"email": "aino@acme.example"}, headers={header: value})

    assert hosts_in_last_mail(acme) == {acme.tenant.host}


def test_a_tenants_own_domain_or_port_does_not_change_the_links(acme: Cast) -> None:
    acme.tenant.hosts.create(host="help.acme.example")
    client = Client(headers={"host": "help.acme.example:9999"})
    client.post("/account/password/reset/", {"email": "aino@acme.example"})

    assert hosts_in_last_mail(acme) == {acme.tenant.host}


def hosts_in_last_mail(cast: Cast) -> set[str | None]:
    with cast.scope():
        mail = OutgoingMail.objects.order_by("pk").last()
    assert mail is not None
    assert "evil" not in mail.subject + mail.text + mail.html + mail.from_address
    found = {urlsplit(url).hostname for url in re.findall(r"https?://[^\s\"<>]+", mail.text + mail.html)}
    assert found, mail.text
    return found


@pytest.mark.parametrize(
    "host", ["evil.example", "acme.evil.example", "acme", "localhost", "acme.localhost.evil.example"]
)
def test_an_unknown_host_is_refused(acme: Cast, host: str) -> None:
    answer = Client(headers={"host": host}).get("/account/login/")

    assert answer.status_code == 400


@pytest.mark.parametrize("header", ["remote-user", "x-remote-user", "x-forwarded-user", "x-forwarded-email"])
def test_a_header_signs_nobody_in(acme: Cast, header: str) -> None:
    client = acme.client()

    assert client.get("/my/", headers={header: "ada@acme.example"}).status_code == 302
