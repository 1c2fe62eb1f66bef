"""Mailboxes and the mail log on their pages."""

import base64
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from mailintake.enums import InboundState
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.polling import poll
from mailintake.tasks import process
from outbox.enums import MailState
from outbox.models import OutgoingMail
from tests.accounts.settings_support import form_of, new_actions, statements, words
from tests.conftest import Cast

TOKEN = "Abcdefghijklmnop0123456789_-xyz1"
RAW = (
    b"From: Otto <otto@paperi-acme.example>\r\nTo: support@acme.example\r\nSubject: Pump\r\n"
    b"Message-ID: <one@paperi.example>\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
)


@pytest.fixture(autouse=True)
def _mail_goes_to_the_outbox(settings: Any) -> None:
    """As everywhere but in Django's own test environment."""
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"


def mailbox_data(cast: Cast, **more: object) -> dict[str, object]:
    facts = {"address": "Support@acme.example", "queue": cast.desk.queue.pk, "mode": "triage", "port": 993}
    facts |= {"host": "imap.mail.example", "security": "tls", "username": "support", "password": "pa55 word"}
    return facts | {"folder": "INBOX", "after_fetch": "seen", "active": "on"} | more


def make_mailbox(cast: Cast) -> Mailbox:
    with cast.scope():
        return Mailbox.objects.create(address=f"support@{cast.tenant.slug}.example", queue=cast.desk.queue)


def test_a_mailbox_is_sealed_audited_and_told(acme: Cast) -> None:
    client = acme.client("ada")
    data = mailbox_data(acme, trusted_servers="MX.mail.example")
    assert new_actions(acme, lambda: client.post(reverse("mailintake:mailbox_add"), data)) == ["mailbox.added"]
    with acme.scope():
        row = Mailbox.objects.get()
        assert (row.address, row.password) == ("support@acme.example", "pa55 word")
        assert row.trusted_servers == ["mx.mail.example"]
        notice = OutgoingMail.objects.get()
        assert notice.to == ["ada@acme.example"]
        assert "imap.mail.example" in notice.text
    page = words(client.get(reverse("mailintake:mailbox", args=[row.pk])))
    assert "pa55" not in page
    assert row.sealed_password not in page


def test_an_address_of_another_tenant_is_a_form_error(acme: Cast, globex: Cast) -> None:
    make_mailbox(globex)
    answer = acme.client("ada").post(
        reverse("mailintake:mailbox_add"), mailbox_data(acme, address="support@globex.example")
    )
    assert answer.status_code == 422
    assert "address" in form_of(answer).errors
    assert "imap.mail.example" in words(answer)


def test_an_own_address_twice_is_a_form_error(acme: Cast) -> None:
    make_mailbox(acme)
    answer = acme.client("ada").post(reverse("mailintake:mailbox_add"), mailbox_data(acme))
    assert answer.status_code == 422
    assert "address" in form_of(answer).errors


def test_another_server_needs_the_password_again_and_begins_anew(acme: Cast) -> None:
    client = acme.client("ada")
    client.post(reverse("mailintake:mailbox_add"), mailbox_data(acme))
    with acme.scope():
        row = Mailbox.objects.get()
        Mailbox.objects.update(uid_validity=7, last_uid=99, failure="old", failing_since=timezone.now())
    url = reverse("mailintake:mailbox", args=[row.pk])
    moved = mailbox_data(acme, host="imap.evil.example", password="")
    assert "password" in form_of(client.post(url, moved)).errors
    assert client.post(url, moved | {"password": "other"}).status_code == 302
    with acme.scope():
        row.refresh_from_db()
        assert (row.password, row.uid_validity, row.last_uid, row.failure) == ("other", None, 0, "")


@pytest.mark.parametrize(
    ("field", "value"), [("host", "localhost"), ("host", "169.254.169.254"), ("port", 22), ("username", "")]
)
def test_what_a_mailbox_cannot_be(acme: Cast, settings: Any, field: str, value: object) -> None:
    settings.TESTING = settings.DEBUG = settings.DEMO = False
    answer = acme.client("ada").post(reverse("mailintake:mailbox_add"), mailbox_data(acme, **{field: value}))
    assert answer.status_code == 422
    assert list(form_of(answer).errors) == [field]
    assert "pa55" not in words(answer)


def test_the_page_waits_for_the_test_and_shows_what_it_met(acme: Cast) -> None:
    client = acme.client("ada")
    data = mailbox_data(acme, host="127.0.0.1", port=9, security="none")
    saved = client.post(reverse("mailintake:mailbox_add"), data)
    assert "Signing in at 127.0.0.1" in words(client.get(saved.headers["Location"]))
    with acme.scope():
        row = Mailbox.objects.get()
    assert poll(acme.tenant.pk, row.pk) == 0
    page = words(client.get(saved.headers["Location"]))
    assert "Not fetched since" in page
    assert "refused" in page.lower()
    since = saved.headers["Location"].partition("?")[2]
    fragment = client.get(f"{reverse('mailintake:mailbox_result', args=[row.pk])}?{since}")
    assert "Not fetched since" in words(fragment)
    assert "<html" not in words(fragment)
    again = client.post(reverse("mailintake:mailbox_test", args=[row.pk]))
    assert "Signing in at 127.0.0.1" in words(client.get(again.headers["Location"]))


def test_a_server_that_leads_inside_is_refused_at_the_connection(acme: Cast, settings: Any) -> None:
    with acme.scope():
        row = Mailbox.objects.create(address="a@acme.example", queue=acme.desk.queue, host="localhost", username="x")
    settings.TESTING = settings.DEBUG = settings.DEMO = False
    poll(acme.tenant.pk, row.pk)
    with acme.scope():
        assert "private network" in row.refreshed().failure


def store(cast: Cast, number: int = 0, body: bytes = b"The pump stops.", **more: Any) -> InboundMessage:
    with cast.scope():
        mailbox = Mailbox.objects.first() or make_mailbox(cast)
        facts = {"state": InboundState.TRIAGE, "from_email": "otto@paperi-acme.example", "subject": f"Pump {number}"}
        at = timezone.now() - timedelta(minutes=number)
        raw = more.pop("raw", RAW + body)
        facts |= {"raw": raw, "size": len(raw), "received_at": at, "source": f"smtp:{number}"}
        return InboundMessage.objects.create(mailbox=mailbox, **(facts | more))


def send(cast: Cast, number: int = 0, text: str = "Hello", **more: Any) -> OutgoingMail:
    facts: dict[str, Any] = {"purpose": "solution", "message_id": f"{number}@acme.example", "from_name": "Acme"}
    facts |= {"from_address": "support@acme.example", "to": [f"r{number}@x.example"], "subject": f"Out {number}"}
    with cast.scope():
        return OutgoingMail.objects.create(text=text, language="en", **(facts | more))


def test_the_log_filters_by_state_and_address(acme: Cast) -> None:
    store(acme, 1)
    store(acme, 2, state=InboundState.QUARANTINED, reason="unreadable", from_email="x@y.example")
    send(acme, 3)
    send(acme, 4, state=MailState.FAILED)
    client, url = acme.client("liisa"), reverse("mailintake:log")

    def subjects(**query: str) -> list[str]:
        return [entry.subject for entry in client.get(url, query).context["entries"]]

    assert subjects() == ["Pump 1", "Pump 2"]
    assert subjects(state="quarantined") == ["Pump 2"]
    assert subjects(q="X@Y.example ") == ["Pump 2"]
    assert subjects(way="out", state="failed") == ["Out 4"]
    assert subjects(way="out", q="r3@x.example") == ["Out 3"]
    assert subjects(state="nonsense") == ["Pump 1", "Pump 2"]
    page = words(client.get(url))
    assert "Its bytes are no readable mail" in page
    assert "In quarantine" in page


def test_mails_of_another_tenant_are_not_there(acme: Cast, globex: Cast) -> None:
    theirs, sent = store(globex), send(globex)
    client = acme.client("ada")
    for name, pk in [("log_in", theirs.pk), ("log_raw", theirs.pk), ("log_out", sent.pk)]:
        assert client.get(reverse(f"mailintake:{name}", args=[pk])).status_code == 404
    for name, pk in [("log_let_in", theirs.pk), ("log_again", sent.pk)]:
        assert client.post(reverse(f"mailintake:{name}", args=[pk])).status_code == 404
        assert client.get(reverse(f"mailintake:{name}", args=[pk])).status_code == 405
    assert client.get(reverse("mailintake:log")).context["entries"] == []


@pytest.mark.parametrize("role", ["aino", "konsta", "fiona"])
def test_only_admins_and_team_leads_read_the_log(acme: Cast, role: str) -> None:
    row, mail = store(acme), send(acme)
    for name, pk in [("log_in", row.pk), ("log_raw", row.pk), ("log_out", mail.pk)]:
        assert acme.client(role).get(reverse(f"mailintake:{name}", args=[pk])).status_code == 403


def test_signed_links_are_masked_in_both_directions(acme: Cast) -> None:
    link = f"http://acme.localhost/l/{TOKEN}#start and http://acme.localhost/c/{TOKEN}"
    row, mail = store(acme, body=link.encode()), send(acme, text=link)
    client = acme.client("ada")
    for url in (
        reverse("mailintake:log_in", args=[row.pk]),
        reverse("mailintake:log_raw", args=[row.pk]),
        reverse("mailintake:log_out", args=[mail.pk]),
    ):
        assert TOKEN not in words(client.get(url))


def test_links_in_encoded_parts_are_not_in_the_source(acme: Cast) -> None:
    link = f"Open http://acme.localhost/l/{TOKEN}".encode()
    head = RAW.replace(b"Content-Type", b"Content-Transfer-Encoding: base64\r\nContent-Type")
    encoded = base64.b64encode(link)
    row = store(acme, raw=head + encoded)
    page = words(acme.client("ada").get(reverse("mailintake:log_raw", args=[row.pk])))
    assert encoded.decode() not in page
    assert "Subject: Pump" in page


def test_in_the_demo_links_can_be_read_and_followed(acme: Cast) -> None:
    acme.tenant.is_demo = True
    acme.tenant.save()
    url = f"http://acme.localhost:8000/l/{TOKEN}#start"
    row, mail = store(acme, body=url.encode()), send(acme, text=f"Start: {url}", confidential=True)
    client = acme.client("ada")
    assert TOKEN in words(client.get(reverse("mailintake:log_raw", args=[row.pk])))
    assert f'href="{url}"' in words(client.get(reverse("mailintake:log_out", args=[mail.pk])))


def test_confidential_mail_is_listed_and_not_readable(acme: Cast) -> None:
    mail = send(acme, text="Your code is 123456", confidential=True)
    page = words(acme.client("ada").get(reverse("mailintake:log_out", args=[mail.pk])))
    assert "123456" not in page
    assert "Only its reader may see the text" in page


def test_the_source_is_plain_text_for_every_browser(acme: Cast) -> None:
    row = store(acme, body=b"<script>alert(1)</script>")
    answer = acme.client("ada").get(reverse("mailintake:log_raw", args=[row.pk]))
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "<script>" in words(answer)
    page = words(acme.client("ada").get(reverse("mailintake:log_in", args=[row.pk])))
    assert "<script>alert" not in page


@pytest.mark.parametrize("state", [InboundState.QUARANTINED, InboundState.IGNORED])
def test_a_mail_comes_back_to_triage(acme: Cast, state: InboundState) -> None:
    row = store(acme, state=state, reason="failed")
    client, url = acme.client("liisa"), reverse("mailintake:log_let_in", args=[row.pk])
    assert new_actions(acme, lambda: client.post(url)) == ["mail.released"]
    with acme.scope():
        assert row.refreshed().state == InboundState.TRIAGE
    assert new_actions(acme, lambda: client.post(url)) == []


def test_an_unreadable_mail_shows_its_source_and_nothing_breaks(acme: Cast) -> None:
    row = store(acme, raw=b"", state=InboundState.QUARANTINED, reason="unreadable")
    page = acme.client("ada").get(reverse("mailintake:log_in", args=[row.pk]))
    assert page.status_code == 200
    assert acme.client("ada").get(reverse("mailintake:log_raw", args=[row.pk])).status_code == 200


def test_a_failed_mail_is_sent_again_once(acme: Cast) -> None:
    mail = send(acme, state=MailState.FAILED, error="550 no such user")
    client, url = acme.client("liisa"), reverse("mailintake:log_again", args=[mail.pk])
    assert "550 no such user" in words(client.get(reverse("mailintake:log_out", args=[mail.pk])))
    assert new_actions(acme, lambda: client.post(url)) == ["mail.sent_again"]
    assert new_actions(acme, lambda: client.post(url)) == []
    with acme.scope():
        assert mail.refreshed().state == MailState.QUEUED


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", ["in", "out"])
def test_the_log_costs_the_same_with_many_mails(acme: Cast, way: str) -> None:
    client, url = acme.client("ada"), f"{reverse('mailintake:log')}?way={way}"
    store(acme, 1000)
    send(acme, 1000, state=MailState.SENT)
    client.get(url)
    few = statements(lambda: client.get(url))
    for number in range(60):
        store(acme, number)
        send(acme, number, state=MailState.SENT)
    assert statements(lambda: client.get(url)) == few
    later = client.get(url).context["later"]
    rest = client.get(reverse("mailintake:log") + later)
    assert len(rest.context["entries"]) == 11
    assert rest.context["later"] == ""


def test_a_mailbox_that_nobody_fetches_is_told_on_every_page_of_the_desk(acme: Cast) -> None:
    row = make_mailbox(acme)
    link = reverse("mailintake:mailbox", args=[row.pk])

    def seen(name: str, **facts: object) -> str:
        with acme.scope():
            Mailbox.objects.filter(pk=row.pk).update(**facts)
        cache.clear()
        return words(acme.client(name).get("/my/"))

    quarter = timezone.now() - timedelta(minutes=16)
    alarm = "has not been fetched since"
    assert alarm not in seen("ada", watched_from=quarter)  # by SMTP only: nobody has to fetch it
    assert alarm not in seen("ada", host="imap.mail.example", fetched_at=timezone.now())
    assert alarm in seen("aino", fetched_at=quarter)
    assert link not in seen("aino")
    assert link in seen("ada")
    assert alarm in seen("ada", fetched_at=None)
    assert alarm not in seen("konsta")
    assert alarm not in seen("ada", active=False)


def test_a_mail_is_read_again_and_becomes_what_it_should(acme: Cast) -> None:
    row = store(acme, raw=RAW + b"It leaks.\r\n", state=InboundState.QUARANTINED, reason="failed", attempts=3)
    client, url = acme.client("liisa"), reverse("mailintake:log_read_again", args=[row.pk])

    assert new_actions(acme, lambda: client.post(url)) == ["mail.read_again"]
    with acme.scope():
        assert (row.refreshed().state, row.attempts, row.reason) == (InboundState.RECEIVED, 0, "")
    process(acme.tenant.pk, row.pk)
    with acme.scope():
        assert (row.refreshed().state, row.subject) == (InboundState.TRIAGE, "Pump")


def test_a_mail_on_a_ticket_is_not_read_again(acme: Cast) -> None:
    row = store(acme, state=InboundState.LINKED)
    url = reverse("mailintake:log_read_again", args=[row.pk])

    assert new_actions(acme, lambda: acme.client("ada").post(url)) == []
    with acme.scope():
        assert row.refreshed().state == InboundState.LINKED


def test_a_deleted_mail_says_nothing_and_does_not_come_again(acme: Cast) -> None:
    row = store(acme, raw=RAW + b"My secret.\r\n", state=InboundState.RECEIVED)
    process(acme.tenant.pk, row.pk)
    url = reverse("mailintake:log_erase", args=[row.pk])

    assert acme.client("liisa").post(url).status_code == 403
    assert new_actions(acme, lambda: acme.client("ada").post(url)) == ["mail.erased"]
    with acme.scope():
        gone = InboundMessage.objects.get(pk=row.pk)
        texts = [value for value in vars(gone).values() if isinstance(value, str)]
        assert bytes(gone.raw) == b""
        assert not any("otto" in text or "Pump" in text or "paperi" in text for text in texts)
    page = words(acme.client("ada").get(reverse("mailintake:log_in", args=[row.pk])))
    assert "Deleted for privacy" in page
    assert "My secret" not in page

    again = store(acme, raw=RAW + b"My secret.\r\n", source="imap:2:7", state=InboundState.RECEIVED)
    process(acme.tenant.pk, again.pk)
    with acme.scope():
        assert again.refreshed().state == InboundState.DUPLICATE
    assert new_actions(acme, lambda: acme.client("ada").post(url)) == []
