"""Mails posted to a mailbox's web address: whole, once, quickly, and from nobody without the secret (A44, X23)."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from accounts.actors import SYSTEM
from mailintake.enums import HookKind, InboundState
from mailintake.models import InboundMessage, Mailbox
from mailintake.services.hooks import open_hook
from tests.accounts.settings_support import new_actions, words
from tests.conftest import Cast
from tests.mailintake.fetching import place_all
from tests.mailintake.post import open_box, write
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
KEY = "mailgun-canary-key"


class Hook:
    """A mailbox's web address, and whoever posts to it."""

    def __init__(self, cast: Cast, kind: HookKind, key: str = "") -> None:
        box = open_box(cast)
        with cast.scope():
            self.token, own = open_hook(box, kind=kind, key=key, by=SYSTEM)
        self.key, self.cast = own or key, cast
        self.path = f"/mail/post/{self.token}/"

    def post(self, body: bytes, content_type: str = "message/rfc822", **headers: str) -> int:
        """The status of the answer, to a caller without cookies."""
        browser = Client(headers={"host": self.cast.tenant.host}, enforce_csrf_checks=True)
        return browser.post(self.path, body, content_type, headers=headers).status_code

    def signed(self, body: bytes, *, at: float = 0, key: str = "") -> int:
        """A plain post, signed as Standard Webhooks has it."""
        stamp = str(int(at or time.time()))
        digest = hmac.new((key or self.key).encode(), f"id-1.{stamp}.".encode() + body, hashlib.sha256).digest()
        given = {"webhook-id": "id-1", "webhook-timestamp": stamp}
        given["webhook-signature"] = "v1,bm90IG91cnM= v1," + base64.b64encode(digest).decode()
        return self.post(body, **given)

    def mailgun(self, raw: bytes, *, at: float = 0, key: str = KEY, nonce: str = "t1") -> tuple[bytes, str]:
        """(body, content type) of a route's post."""
        stamp = str(int(at or time.time()))
        signature = hmac.new(key.encode(), (stamp + nonce).encode(), hashlib.sha256).hexdigest()
        fields = {"timestamp": stamp, "token": nonce, "signature": signature, "body-mime": raw}
        fields |= {"sender": "otto@paperi-acme.example", "recipient": "support@acme.example"}
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"

    def stored(self) -> list[bytes]:
        with self.cast.scope():
            return [bytes(row.raw) for row in InboundMessage.objects.order_by("pk")]


@pytest.fixture
def plain(acme: Cast) -> Hook:
    return Hook(acme, HookKind.RAW)


def test_a_mail_is_kept_byte_for_byte_and_the_same_again_once(plain: Hook) -> None:
    raw = write() + b"\r\n\x00\xff\xe4\n"

    assert [plain.signed(raw) for _ in range(11)] == [200] * 11
    assert plain.stored() == [raw]
    place_all(plain.cast)
    with plain.cast.scope():
        assert Ticket.objects.count() == 1


def test_who_has_not_signed_is_refused_and_leaves_nothing(acme: Cast, plain: Hook) -> None:
    raw = write()
    other = hmac.new(b"x", b"", hashlib.sha256).hexdigest()

    assert plain.post(raw) == 401
    assert plain.signed(raw, key=other) == 401
    assert plain.signed(raw, at=time.time() - 3600) == 401
    assert plain.signed(raw, at=time.time() + 3600) == 401
    assert plain.post(raw, **{"webhook-timestamp": "٣", "webhook-signature": "v1,====="}) == 401
    assert plain.stored() == []


def test_the_key_and_the_address_of_another_tenant_open_nothing(acme: Cast, globex: Cast, plain: Hook) -> None:
    theirs = Hook(globex, HookKind.RAW)

    assert plain.signed(write(), key=theirs.key) == 401
    plain.path = theirs.path
    assert plain.signed(write(), key=theirs.key) == 404
    assert (plain.stored(), theirs.stored()) == ([], [])


def test_the_answer_comes_within_two_seconds(plain: Hook) -> None:
    raw = write() + b"x" * 2**20
    begun = time.monotonic()

    assert plain.signed(raw) == 200
    assert time.monotonic() - begun < 2


def test_a_large_mail_is_taken_and_a_larger_one_refused(plain: Hook, settings: Any) -> None:
    raw = write() + b"x" * (30 * 2**20)
    assert plain.signed(raw) == 200
    assert len(plain.stored()[0]) == len(raw)

    settings.VASTE_MAX_MAIL_BYTES = 2**20
    assert plain.signed(b"x" * 2**22) == 413
    assert len(plain.stored()) == 1


def test_by_mailgun(acme: Cast) -> None:
    hook = Hook(acme, HookKind.MAILGUN, KEY)
    raw = write() + b"\xe4\xff & = +\r\n"

    assert hook.post(*hook.mailgun(raw)) == 200
    assert hook.post(*hook.mailgun(raw, nonce="t2")) == 200
    assert hook.post(*hook.mailgun(write(), key="other")) == 401
    assert hook.post(*hook.mailgun(write(), at=time.time() - 86_400)) == 401
    assert hook.stored() == [raw]
    with acme.scope():
        row = InboundMessage.objects.get()
        assert (row.envelope_from, row.envelope_to) == ("otto@paperi-acme.example", "support@acme.example")
        assert row.source.startswith("hook:mailgun:")


def multipart(boundary: str, **fields: bytes) -> bytes:
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
        for name, value in fields.items()
    ]
    return b"".join(parts) + f"--{boundary}--\r\n".encode()


def test_by_sendgrid(acme: Cast) -> None:
    hook, raw = Hook(acme, HookKind.SENDGRID), write() + b"\xe4\r\n\r\n--x\r\n"
    envelope = json.dumps({"from": "otto@paperi-acme.example", "to": ["support@acme.example"]}).encode()
    body = multipart("b0und", email=raw, envelope=envelope, charsets=b"{}")

    assert hook.post(body, "multipart/form-data; boundary=b0und") == 200
    assert hook.stored() == [raw]
    with acme.scope():
        assert InboundMessage.objects.get().envelope_from == "otto@paperi-acme.example"


def test_by_postmark(acme: Cast) -> None:
    hook, raw = Hook(acme, HookKind.POSTMARK), write(text="Hyvää päivää\n")
    told = {"RawEmail": raw.decode(), "OriginalRecipient": "support@acme.example", "Subject": "Lift"}

    assert hook.post(json.dumps(told).encode(), "application/json") == 200
    assert hook.stored() == [raw]


@pytest.mark.parametrize("kind", [HookKind.POSTMARK, HookKind.SENDGRID])
@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"RawEmail": 7}', b"\x00\xff", b"email"])
def test_a_body_in_another_form_is_kept_for_a_person(acme: Cast, kind: HookKind, body: bytes) -> None:
    hook = Hook(acme, kind)

    assert hook.post(body, "application/json") == 200
    assert hook.stored() == [body]
    place_all(acme)
    with acme.scope():
        assert InboundMessage.objects.get().state in (InboundState.QUARANTINED, InboundState.TRIAGE)


def test_the_address_is_shown_once_sealed_and_can_be_closed(acme: Cast) -> None:
    box, client = open_box(acme), acme.client("ada")
    path = f"/settings/mailboxes/{box.pk}/web-address/"
    assert client.post(path, {"kind": "mailgun", "key": ""}).status_code == 422
    pages = []
    assert new_actions(acme, lambda: pages.append(client.post(path, {"kind": "mailgun", "key": KEY}))) == [
        "mailbox.hook_opened"
    ]
    url = pages[0].context["url"]
    token = url.rstrip("/").rpartition("/")[2]
    assert url.startswith(f"http://{acme.tenant.host}:8000/mail/post/")
    with acme.scope():
        assert token not in str(list(Mailbox.objects.values()))
        assert KEY not in str(list(Mailbox.objects.values()))
    for later in (path, f"/settings/mailboxes/{box.pk}/"):
        page = words(client.get(later))
        assert token not in page
        assert KEY not in page

    nobody = Client(headers={"host": acme.tenant.host})
    assert new_actions(acme, lambda: client.post(f"{path}end/")) == ["mailbox.hook_closed"]
    assert nobody.post(f"/mail/post/{token}/", b"x", "text/plain").status_code == 404
