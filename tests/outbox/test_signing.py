"""DKIM: keys made here, checked in DNS on request, and signatures that hold."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import dkim
import dns.message
import dns.resolver
import dns.rrset
import pytest
from django.urls import reverse

from core.files import store
from outbox.enums import RecordState
from outbox.models import SigningKey
from outbox.services.queueing import File
from outbox.services.signatures import add_key
from outbox.signing_keys import covers, publishes, record_name, record_value
from outbox.tasks import check_record, send
from tests.accounts.settings_support import form_of, new_actions, words
from tests.conftest import Cast
from tests.e2e.parts import HOST, MailSink
from tests.outbox.letters import only_mail, queued

pytestmark = pytest.mark.django_db


class NameServer:
    """Answers TXT questions from `records`; says nothing at all while it is `silent`."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.silent = False
        self.asked: list[str] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((HOST, 0))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self) -> None:
        while True:
            try:
                packet, sender = self.socket.recvfrom(4096)
            except OSError:
                return
            question = dns.message.from_wire(packet)
            name = question.question[0].name
            self.asked.append(name.to_text(omit_final_dot=True))
            if self.silent:
                continue
            answer = dns.message.make_response(question)
            texts = self.records.get(self.asked[-1], [])
            if not texts:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            for text in texts:
                pieces = " ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200))
                answer.answer.append(dns.rrset.from_text(name, 60, "IN", "TXT", pieces))
            self.socket.sendto(answer.to_wire(), sender)


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    server = NameServer()
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port = [HOST], server.port
    monkeypatch.setattr(dns.resolver, "default_resolver", resolver)
    monkeypatch.setattr("outbox.dns.ANSWER_SECONDS", 0.5)
    yield server
    server.socket.close()


def made(cast: Cast, domain: str = "acme.example") -> SigningKey:
    with cast.scope():
        key = SigningKey(domain=domain)
        add_key(key, by=cast.actor("ada"))
        return SigningKey.objects.get(domain=domain)


def checked(cast: Cast, key: SigningKey) -> tuple[str, bool]:
    check_record(cast.tenant.pk, key.pk)
    with cast.scope():
        key.refresh_from_db()
    return key.record, key.signs


def holds(raw: bytes, key: SigningKey) -> bool:
    def ask(name: bytes, timeout: int = 5) -> bytes:
        assert name.decode().rstrip(".") == record_name(key.selector, key.domain)
        return record_value(key.public).encode()

    return bool(dkim.verify(raw, dnsfunc=ask))


def test_a_key_signs_once_dns_is_seen_to_publish_it(
    acme: Cast, mail_sink: MailSink, name_server: NameServer, settings: Any
) -> None:
    settings.VASTE_SMTP_URL = mail_sink.url
    key = made(acme)
    send(acme.tenant.pk, queued(acme, 1).pk)
    name = record_name(key.selector, key.domain)
    name_server.records[name] = ["unrelated", record_value(key.public)]

    assert checked(acme, key) == (RecordState.RIGHT, True)
    with acme.scope():
        rendered = store(acme.tenant.pk, b"\x00\xff" * 500)
        files = [File("käyrä.bin", "application/pdf", rendered, 1000)]
    body = {"text": "Päivää ☃\n.\n..  \n\n", "html": "<p>ä</p>", "files": files, "subject": "Hissi jäi jumiin " * 9}
    send(acme.tenant.pk, queued(acme, 2, cc=["pia@p.example"], reply_to="r@acme.example", **body).pk)

    unsigned, signed = (received.content for received in mail_sink.received)
    assert b"DKIM-Signature" not in unsigned
    assert holds(signed, key)
    head, gap, text = signed.partition(b"\r\n\r\n")
    assert not holds(head + gap + text.replace(b"-", b"_", 1), key)
    for field in (b"Subject: x", b"From: evil@x.example", b"Reply-To: evil@x.example", b"Cc: evil@x.example"):
        assert not holds(field + b"\r\n" + signed, key), field


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ([], RecordState.MISSING),
        (["v=DKIM1; k=rsa; p=AAAA"], RecordState.WRONG),
        (["v=DKIM1; p="], RecordState.WRONG),
    ],
)
def test_a_record_that_is_not_ours_signs_nothing(
    acme: Cast, name_server: NameServer, found: list[str], state: RecordState
) -> None:
    key = made(acme)
    name_server.records[record_name(key.selector, key.domain)] = found
    with acme.scope():
        SigningKey.objects.update(signs=True)

    assert checked(acme, key) == (state, False)


@pytest.mark.parametrize("signs", [True, False])
def test_silent_name_servers_change_nothing_about_signing(acme: Cast, name_server: NameServer, signs: bool) -> None:
    key = made(acme)
    name_server.silent = True
    with acme.scope():
        SigningKey.objects.update(signs=signs)

    assert checked(acme, key) == (RecordState.SILENT, signs)


def test_confidential_mail_and_other_domains_carry_no_signature(
    acme: Cast, mail_sink: MailSink, settings: Any
) -> None:
    settings.VASTE_SMTP_URL = mail_sink.url
    made(acme)
    with acme.scope():
        SigningKey.objects.update(signs=True)
    for number, more in enumerate([{"confidential": True}, {"from_address": "a@notacme.example"}, {}]):
        send(acme.tenant.pk, queued(acme, number, **more).pk)

    assert [b"DKIM-Signature" in received.content for received in mail_sink.received] == [False, False, True]


def test_a_domain_speaks_for_itself_and_what_lies_below() -> None:
    addresses = ["a@acme.example", "a@Desk.ACME.example", "a@notacme.example", "a@example", "acme.example"]
    assert [covers("acme.example", address) for address in addresses] == [True, True, False, False, True]
    assert publishes(["k=rsa;  p = AB CD ; v=DKIM1"], "ABCD")
    assert not publishes(["v=DKIM1; p=ABC", "nonsense", ""], "ABCD")


def test_the_page_makes_shows_checks_and_removes_a_key(acme: Cast, name_server: NameServer) -> None:
    client, url = acme.client("ada"), reverse("outbox:signing")
    assert new_actions(acme, lambda: client.post(url, {"domain": " @ACME.example "})) == ["signingkey.added"]
    with acme.scope():
        key = SigningKey.objects.get()
    page = words(client.get(url))
    assert record_name(key.selector, "acme.example") in page
    assert record_value(key.public) in page
    assert "PRIVATE" not in page
    assert "PRIVATE" not in key.sealed_private
    assert "PRIVATE" in key.private

    client.post(reverse("outbox:signing_check", args=[key.pk]))
    assert "Being checked" in words(client.get(url))
    assert name_server.asked == []
    assert form_of(client.post(url, {"domain": "acme.example"})).errors["domain"]
    assert form_of(client.post(url, {"domain": "no domain"})).errors["domain"]
    remove = reverse("outbox:signing_remove", args=[key.pk])
    assert new_actions(acme, lambda: client.post(remove)) == ["signingkey.removed"]


def test_a_key_nobody_can_read_any_more_delays_the_mail(acme: Cast, mail_sink: MailSink, settings: Any) -> None:
    settings.VASTE_SMTP_URL = mail_sink.url
    made(acme)
    with acme.scope():
        SigningKey.objects.update(signs=True, sealed_private="no token")

    send(acme.tenant.pk, queued(acme).pk)

    assert only_mail(acme).state == "queued"
    assert "VASTE_DATA_KEY" in only_mail(acme).error
    assert mail_sink.received == []
