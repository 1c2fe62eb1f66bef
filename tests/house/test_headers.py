"""What every answer tells browsers, proxies and strangers."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from outbox.models import OutgoingMail
from tests.conftest import Cast
from tests.house.conftest import PASSWORD

pytestmark = pytest.mark.django_db
PAGES = ["/account/login/", "/my/", "/unassigned/", "/tickets/new/", "/nowhere/", "/customers/", "/l/nothing/"]


def policy(answer: Any) -> dict[str, list[str]]:
    parts = [part.split() for part in answer.headers["Content-Security-Policy"].split(";")]
    return {part[0]: part[1:] for part in parts if part}


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["", "ada", "konsta"])
def test_every_page_is_closed_to_frames_scripts_and_caches(acme: Cast, path: str, who: str) -> None:
    answer = acme.client(who or None).get(path)
    directives = policy(answer)

    assert directives["default-src"] == ["'none'"]
    assert directives["frame-ancestors"] == ["'none'"]
    assert directives["base-uri"] == ["'none'"]
    assert directives["form-action"] == ["'self'"]
    assert directives["style-src"] == ["'self'"]
    allowed = {source for sources in directives.values() for source in sources if not source.startswith("'nonce-")}
    assert allowed == {"'none'", "'self'", "data:"}
    assert directives["img-src"] == ["'self'", "data:"]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] in ("same-origin", "no-referrer")
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]
    assert "private" in answer.headers["Cache-Control"]
    assert "Cookie" in answer.headers["Vary"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_cookies_are_for_this_host_and_out_of_scripts_reach(acme: Cast) -> None:
    acme.members["aino"].user.set_password(PASSWORD)
    acme.members["aino"].user.save()
    client = acme.client()
    client.get("/account/login/")
    client.post("/account/login/", {"login": "aino@acme.example", "password": PASSWORD})

    assert set(client.cookies) >= {"csrf", "session"}
    for cookie in client.cookies.values():
        facts = [cookie[name] for name in ("httponly", "samesite", "domain", "path")]
        assert facts == [True, "Lax", "", "/"], cookie.key


@pytest.mark.parametrize("header", ["x-forwarded-host", "forwarded", "x-host"])
def test_links_in_ticket_mails_come_from_the_tenants_record(acme: Cast, header: str) -> None:
    call = {
        "title": "Rullanostin ei toimi",
        "name": "Eva",
        "email": "eva@elsewhere.example",
        "text": "Paine putoaa.",
        "queue": acme.desk.queue.pk,
        "assignee": acme.members["konsta"].pk,
        "priority": "normal",
        "kind": "fault",
    }
    hostile = {"host": f"{acme.tenant.host}:9999", header: "host=evil.example"}
    answer = acme.client("aino").post("/tickets/new/", call, headers=hostile)

    assert answer.status_code == 302
    with acme.scope():
        mails = {mail.purpose: mail.text + mail.html for mail in OutgoingMail.objects.all()}
    assert set(mails) == {"acknowledgement", "details"}
    links = re.findall(r"https?://[^\s\"<>]+", mails["details"])
    assert links
    assert {urlsplit(link).netloc for link in links} == {urlsplit(acme.tenant.url()).netloc}
    assert "evil" not in "".join(mails.values())


@pytest.mark.parametrize("host", ["acme.localhost", "evil.example", "127.0.0.1:8000"])
@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_answers_any_host_and_says_no_more(acme: Cast, host: str, path: str) -> None:
    answer = Client(headers={"host": host}).get(path)

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert not answer.cookies


def test_a_fault_shows_strangers_nothing(acme: Cast, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not settings.DEBUG
    secret = "the-words-of-the-fault"

    def broken(*args: object, **kwargs: object) -> None:
        raise RuntimeError(secret)

    monkeypatch.setattr("tickets.listing.rows_of", broken)
    client = acme.client("aino")
    client.raise_request_exception = False
    answer = client.get("/unassigned/")

    assert answer.status_code == 500
    for word in (secret, "Traceback", "RuntimeError", "settings", "tickets/views"):
        assert word.encode() not in answer.content


@pytest.mark.parametrize("path", ["/.git/config", "/.env", "/admin/", "/static/../manage.py", "/debug/", "/files/"])
def test_nothing_of_the_machinery_is_served(acme: Cast, path: str) -> None:
    assert acme.client("ada").get(path).status_code == 404
