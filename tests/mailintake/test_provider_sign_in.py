"""Mailboxes that are signed in at a provider: out, back, tokens, renewal, the end of a permission."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry
from core.secrets import seal, unseal
from mailintake.enums import Protocol, SignIn
from mailintake.models import Mailbox
from outbox.models import OutgoingMail
from tests.accounts.settings_support import form_of, new_actions, words
from tests.conftest import Cast
from tests.e2e.imap_server import HAS_POP3
from tests.e2e.oauth_provider import CLIENT_SECRET, MailProvider
from tests.e2e.parts import Dovecot
from tests.mailintake.fetching import ADDRESS, fetch, now, set_up
from tests.mailintake.post import write

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(dovecot: Dovecot, settings: Any) -> Iterator[MailProvider]:
    """A provider whose tokens Dovecot believes, and with which this installation is registered."""
    server = MailProvider(dovecot.oauth_port)
    settings.VASTE_MAIL_PROVIDERS = {"microsoft": server.settings(), "google": server.settings(client_id="")}
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"
    dovecot.add_user(ADDRESS)
    yield server
    server.stop()


def box_of(cast: Cast, dovecot: Dovecot, **more: Any) -> Mailbox:
    return set_up(cast, dovecot.port, sign_in=SignIn.MICROSOFT, sealed_password="", **more)


def go(cast: Cast, box: Mailbox, client: Client) -> dict[str, str]:
    """Begin to sign in; what the browser carries to the provider."""
    page = client.post(f"/settings/mailboxes/{box.pk}/sign-in/")
    assert page.status_code == 200
    return dict(parse_qsl(urlsplit(page.context["address"]).query))


def come_back(cast: Cast, client: Client, **query: str) -> Any:
    """From the provider to the installation's own host, and from there to the tenant's."""
    bounced = Client(headers={"host": "localhost"}).get("/mail/signed-in/", query)
    assert bounced.status_code == 302
    target = urlsplit(bounced.headers["Location"])
    assert target.hostname == cast.tenant.host
    return client.get(f"{target.path}?{target.query}")


def test_the_whole_way_from_the_button_to_the_first_mail(acme: Cast, dovecot: Dovecot, provider: MailProvider) -> None:
    box, client = box_of(acme, dovecot), acme.client("ada")
    dovecot.deliver(ADDRESS, write())
    assert "Somebody has to sign in" in words(client.get(f"/settings/mailboxes/{box.pk}/"))
    assert fetch(acme, box) == 0

    asked = go(acme, box, client)
    assert asked["code_challenge_method"] == "S256"
    assert asked["login_hint"] == ADDRESS
    assert asked["redirect_uri"] == "http://localhost:8000/mail/signed-in/"
    code = provider.consent(asked, ADDRESS)
    actions = new_actions(acme, lambda: come_back(acme, client, code=code, state=asked["state"]))
    assert actions == ["mailbox.signed_in"]
    with acme.scope():
        assert OutgoingMail.objects.filter(to=["ada@acme.example"]).exists()

    assert fetch(acme, box) == 1
    state = now(acme, box)
    assert (state.trouble, state.sealed_grant) == ("", "")
    assert unseal(state.sealed_access_token) in provider.access_tokens
    assert fetch(acme, box) == 0
    assert [each["grant_type"] for each in provider.asked] == ["authorization_code"]


@pytest.mark.skipif(not HAS_POP3, reason="Dovecot has no POP3 here: apt-get install dovecot-pop3d")
def test_by_pop3_as_well(acme: Cast, dovecot: Dovecot, provider: MailProvider) -> None:
    _, refresh = provider.give(ADDRESS)
    box = box_of(acme, dovecot, protocol=Protocol.POP3, sealed_refresh_token=seal(refresh))
    with acme.scope():
        Mailbox.objects.update(port=dovecot.pop3_port)
    dovecot.deliver(ADDRESS, write())

    assert fetch(acme, box) == 1


def test_tokens_are_renewed_in_time_and_each_refresh_token_serves_once(
    acme: Cast, dovecot: Dovecot, provider: MailProvider
) -> None:
    _, refresh = provider.give(ADDRESS)
    box = box_of(acme, dovecot, sealed_refresh_token=seal(refresh))
    provider.lifetime = 60  # less than the two minutes before its end at which a token is renewed
    for _ in range(3):
        fetch(acme, box)

    assert now(acme, box).trouble == ""
    assert [each["grant_type"] for each in provider.asked] == ["refresh_token"] * 3
    assert len({each["refresh_token"] for each in provider.asked}) == 3
    assert unseal(now(acme, box).sealed_refresh_token) in provider.refresh_tokens


def test_the_end_of_a_permission_is_told_with_what_to_do(acme: Cast, dovecot: Dovecot, provider: MailProvider) -> None:
    _, refresh = provider.give(ADDRESS)
    box = box_of(acme, dovecot, sealed_refresh_token=seal(refresh))
    fetch(acme, box)
    provider.forget()
    with acme.scope():
        Mailbox.objects.update(access_expires_at=timezone.now() - timedelta(hours=1))

    fetch(acme, box)

    state = now(acme, box)
    assert (state.trouble, state.needs_sign_in) == ("sign_in_again", True)
    page = words(acme.client("ada").get(f"/settings/mailboxes/{box.pk}/"))
    assert "Sign in again at the provider" in page
    assert "Sign in with Microsoft 365" in page


def test_a_provider_that_is_down_asks_nobody_to_sign_in(acme: Cast, dovecot: Dovecot, provider: MailProvider) -> None:
    _, refresh = provider.give(ADDRESS)
    box = box_of(acme, dovecot, sealed_refresh_token=seal(refresh))
    provider.fails_with = 503
    fetch(acme, box)
    assert (now(acme, box).trouble, now(acme, box).needs_sign_in) == ("provider", False)
    provider.stop()
    fetch(acme, box)
    assert now(acme, box).trouble == "provider"
    assert unseal(now(acme, box).sealed_refresh_token) == refresh


def test_a_page_that_was_open_meanwhile_does_not_undo_a_renewal(
    acme: Cast, dovecot: Dovecot, provider: MailProvider
) -> None:
    """The form is read, a worker renews the token, the form is saved: the provider's newest token has to stay."""
    _, refresh = provider.give(ADDRESS)
    box = box_of(acme, dovecot, sealed_refresh_token=seal(refresh))
    client = acme.client("ada")
    with acme.scope():
        stale = Mailbox.objects.get(pk=box.pk)
    fetch(acme, box)
    with acme.scope():
        from_worker = now(acme, box).sealed_refresh_token
        form = client.get(f"/settings/mailboxes/{box.pk}/").context["form"]
    values = {name: form[name].value() for name in form.fields if form[name].value() not in (None, False, [])}
    assert client.post(f"/settings/mailboxes/{box.pk}/", values | {"mode": "triage"}).status_code == 302

    assert stale.sealed_refresh_token != from_worker == now(acme, box).sealed_refresh_token


def test_a_state_serves_its_own_browser_and_tenant_once(
    acme: Cast, globex: Cast, dovecot: Dovecot, provider: MailProvider
) -> None:
    box, client = box_of(acme, dovecot), acme.client("ada")
    asked = go(acme, box, client)
    code = provider.consent(asked, "mallory@elsewhere.example")

    def grant() -> str:
        return now(acme, box).sealed_grant

    come_back(acme, acme.client("ada"), code=code, state=asked["state"])  # another browser of hers
    assert grant() == ""
    come_back(acme, client, code=code, state=go(acme, box, acme.client("ada"))["state"])  # another browser's state
    assert grant() == ""
    path = "/settings/mailboxes/signed-in/"
    globex.client("greta").get(path, {"code": code, "state": asked["state"]})
    client.get(path, {"code": code, "state": ""})
    assert grant() == ""
    come_back(acme, client, code=code, state=asked["state"])
    first = grant()
    assert first
    come_back(acme, client, code="second", state=asked["state"])
    assert grant() == first


def test_a_state_that_nobody_here_has_signed_leads_nowhere(acme: Cast, provider: MailProvider) -> None:
    for state in ("", "x", "eyJ0ZW5hbnQiOjF9:1tx:forged"):
        answer = Client(headers={"host": "localhost"}).get("/mail/signed-in/", {"state": state, "code": "c"})
        assert answer.status_code == 400
        assert "Location" not in answer.headers


def test_a_refusal_at_the_provider_changes_nothing(acme: Cast, dovecot: Dovecot, provider: MailProvider) -> None:
    box, client = box_of(acme, dovecot, sealed_refresh_token=seal("old")), acme.client("ada")
    asked = go(acme, box, client)

    assert new_actions(acme, lambda: come_back(acme, client, error="access_denied", state=asked["state"])) == []
    assert unseal(now(acme, box).sealed_refresh_token) == "old"


def test_only_what_the_installation_is_registered_with_is_offered(acme: Cast, provider: MailProvider) -> None:
    page = words(acme.client("ada").get("/settings/mailboxes/new/"))

    assert "Microsoft 365" in page
    assert ">Google<" not in page


def test_tokens_go_to_the_providers_own_servers_only(acme: Cast, provider: MailProvider, settings: Any) -> None:
    settings.VASTE_MAIL_PROVIDERS["microsoft"] |= {"imap_host": "outlook.office365.com"}
    data = {"address": ADDRESS, "mode": "open", "sign_in": "microsoft", "host": "imap.evil.example", "port": 143}
    data |= {"security": "none", "folder": "INBOX", "after_fetch": "seen", "active": "on", "password": "typed"}
    client = acme.client("ada")
    answer = client.post("/settings/mailboxes/new/", data | {"queue": acme.desk.queue.pk})

    assert answer.status_code == 302, form_of(answer).errors
    with acme.scope():
        box = Mailbox.objects.get()
        assert (box.host, box.port, box.security) == ("outlook.office365.com", 993, "tls")
        assert (box.username, box.password) == (ADDRESS, "")
    assert client.post("/settings/mailboxes/new/", data | {"sign_in": "google"}).status_code == 422


def test_no_token_shows_anywhere(
    acme: Cast, dovecot: Dovecot, provider: MailProvider, caplog: pytest.LogCaptureFixture
) -> None:
    """A45: canaries in tokens, codes and the client's secret, looked for in pages, logs, audit and the row."""
    caplog.set_level("DEBUG")
    box, client = box_of(acme, dovecot), acme.client("ada")
    asked = go(acme, box, client)
    come_back(acme, client, code=provider.consent(asked, ADDRESS), state=asked["state"])
    fetch(acme, box)
    provider.forget()
    fetch(acme, box)
    pages = [words(client.get(f"/settings/mailboxes/{path}")) for path in ("", f"{box.pk}/", f"{box.pk}/result/")]
    with acme.scope():
        texts = [*pages, caplog.text, str(list(AuditEntry.objects.values())), str(list(Mailbox.objects.values()))]

    assert CLIENT_SECRET in str(provider.asked)
    assert [text for text in texts if "canary" in text] == []
