"""Webhooks: signed, at least once under one id, tried again, and nothing of what is answered on any page."""

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM
from outbox.calling import Result, new_secret, signature
from outbox.enums import CallEvent, CallOutcome, CallState
from outbox.models import Webhook, WebhookCall
from outbox.services.webhooks import call_again, change_secret, queue_call, save_hook, try_out
from outbox.tasks import call, sweep_calls
from tests.accounts.settings_support import form_of, new_actions, statements, words
from tests.conftest import Cast

pytestmark = pytest.mark.django_db
BODY = b"a secret of the receiver's"


class Pager(ThreadingHTTPServer):
    """A receiver that checks signatures as Standard Webhooks asks, and answers with the next of `statuses`, or 204."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.secret = ""
        self.statuses: list[int] = []
        self.heard: list[tuple[str, Any]] = []
        self.refused = 0
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/alarm"


class _Handler(BaseHTTPRequestHandler):
    server: Pager

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        message, at = self.headers["webhook-id"], self.headers["webhook-timestamp"]
        key = base64.b64decode(self.server.secret.removeprefix("whsec_"))
        wanted = hmac.new(key, f"{message}.{at}.".encode() + body, hashlib.sha256).digest()
        version, _, given = self.headers["webhook-signature"].partition(",")
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        if version != "v1" or base64.b64decode(given) != wanted:
            self.server.refused += 1
            status = 401
        elif status < 300:
            self.server.heard.append((message, json.loads(body)))
        self.send_response(status)
        self.send_header("Location", f"{self.server.url}/elsewhere")
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def pager() -> Iterator[Pager]:
    with Pager() as server:
        yield server
        server.shutdown()


def hook_to(cast: Cast, pager: Pager) -> Webhook:
    with cast.scope():
        hook = Webhook(name="Pager", url=pager.url)
        pager.secret = save_hook(hook, changed=[], by=SYSTEM)
        return hook


def queued(cast: Cast, hook: Webhook, key: str = "step:1:100") -> WebhookCall:
    with cast.scope():
        return queue_call(hook, CallEvent.STEP, {"number": "SYS-1"}, key=key, about="SYS-1")


def state(cast: Cast, row: WebhookCall) -> tuple[str, str, int | None, int]:
    with cast.scope():
        row.refresh_from_db()
    return row.state, row.outcome, row.status, row.attempts


def test_a_signature_is_the_one_that_receivers_compute() -> None:
    """The example that the libraries of Standard Webhooks are tested with."""
    secret, message = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"

    made = signature(secret, message, 1614265330, '{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert len(base64.b64decode(new_secret().removeprefix("whsec_"))) == 32
    assert new_secret() != new_secret()


def test_a_call_is_made_once_and_signed(acme: Cast, pager: Pager) -> None:
    hook = hook_to(acme, pager)
    row = queued(acme, hook)
    assert queued(acme, hook).pk == row.pk
    for _ in range(3):
        call(acme.tenant.pk, row.pk)

    assert state(acme, row) == (CallState.DONE, CallOutcome.ANSWERED, 204, 1)
    ((message, body),) = pager.heard
    assert message == row.message_id
    assert (body["type"], body["data"]) == ("promise.step", {"number": "SYS-1"})
    assert datetime.fromisoformat(body["timestamp"]).tzinfo


def test_a_failed_call_comes_again_under_the_same_id(acme: Cast, pager: Pager) -> None:
    row = queued(acme, hook_to(acme, pager))
    pager.statuses = [500, 302]
    now, waits = timezone.now(), []
    for _ in range(3):
        with time_machine.travel(now, tick=False):
            call(acme.tenant.pk, row.pk)
            call(acme.tenant.pk, row.pk)
        state(acme, row)
        waits.append(row.due_at - now)
        now = row.due_at + timedelta(seconds=1)

    assert state(acme, row) == (CallState.DONE, CallOutcome.ANSWERED, 204, 3)
    assert [message for message, _ in pager.heard] == [row.message_id]
    assert timedelta(minutes=1) <= waits[0] <= timedelta(seconds=75)
    assert timedelta(minutes=2) <= waits[1] <= timedelta(seconds=150)


def test_after_a_day_a_call_is_given_up(acme: Cast, pager: Pager) -> None:
    row = queued(acme, hook_to(acme, pager))
    pager.statuses = [500]
    with time_machine.travel(timezone.now() + timedelta(days=1, minutes=1), tick=False):
        call(acme.tenant.pk, row.pk)

    assert state(acme, row)[0] == CallState.FAILED


@pytest.mark.parametrize(
    ("status", "after"), [(410, CallState.FAILED), (404, CallState.QUEUED), (201, CallState.DONE)]
)
def test_who_wants_no_more_calls_gets_none(acme: Cast, pager: Pager, status: int, after: str) -> None:
    row = queued(acme, hook_to(acme, pager))
    pager.statuses = [status]
    call(acme.tenant.pk, row.pk)

    assert state(acme, row)[:3] == (after, CallOutcome.ANSWERED, status)


def test_with_another_key_nothing_is_taken(acme: Cast, pager: Pager) -> None:
    hook = hook_to(acme, pager)
    row = queued(acme, hook)
    with acme.scope():
        known = change_secret(hook, by=SYSTEM)
    call(acme.tenant.pk, row.pk)
    assert (state(acme, row)[2], pager.heard, pager.refused) == (401, [], 1)

    pager.secret = known
    with time_machine.travel(row.due_at + timedelta(seconds=1), tick=False):
        call(acme.tenant.pk, row.pk)
    assert (state(acme, row)[2], len(pager.heard)) == (204, 1)


def test_a_receiver_that_is_away_holds_up_one_call_and_not_all(acme: Cast, pager: Pager) -> None:
    hook = hook_to(acme, pager)
    pager.shutdown()
    pager.server_close()
    rows = [queued(acme, hook, f"step:{number}:100") for number in range(5)]
    for row in rows:
        call(acme.tenant.pk, row.pk)

    assert [state(acme, row)[1:] for row in rows] == [(CallOutcome.UNREACHED, None, 1), *[("", None, 0)] * 4]
    assert {row.due_at for row in rows} == {rows[0].due_at}


@pytest.mark.django_db(transaction=True)
def test_a_lost_worker_leaves_a_call_that_is_made_again(acme: Cast, pager: Pager) -> None:
    row = queued(acme, hook_to(acme, pager))
    with acme.scope():
        WebhookCall.objects.update(state=CallState.CALLING, claimed_at=timezone.now())
    sweep_calls()
    assert pager.heard == []
    with acme.scope():
        WebhookCall.objects.update(claimed_at=timezone.now() - timedelta(minutes=3))
    sweep_calls()

    assert [message for message, _ in pager.heard] == [row.message_id]


def test_a_settled_call_is_made_again_by_hand(acme: Cast, pager: Pager) -> None:
    row = queued(acme, hook_to(acme, pager))
    with acme.scope():
        assert not call_again(row)
    call(acme.tenant.pk, row.pk)
    acme.client("ada").post(reverse("outbox:webhook_again", args=[row.pk]))
    call(acme.tenant.pk, row.pk)

    assert [message for message, _ in pager.heard] == [row.message_id] * 2


@pytest.mark.parametrize(
    ("status", "taken", "hopeless"), [(200, True, False), (299, True, False), (300, False, False), (410, False, True)]
)
def test_what_an_answer_means(status: int, taken: bool, hopeless: bool) -> None:
    result = Result(CallOutcome.ANSWERED, status)
    assert (result.taken, result.hopeless) == (taken, hopeless)


def test_a_private_address_is_refused_by_the_form_and_at_the_call(acme: Cast, pager: Pager, settings: Any) -> None:
    """A26: whatever a row names, the connection is not made, and the page tells nothing of who listens there."""
    hook = hook_to(acme, pager)
    tried = [(acme, url) for url in (pager.url, "https://127.0.0.1:8443/", "https://localhost/", "https://[::1]/")]
    settings.TESTING = settings.DEBUG = settings.DEMO = False
    client = acme.client("ada")
    for _, url in tried:
        answer = client.post(reverse("outbox:webhook_add"), {"name": "Inside", "url": url})
        assert (answer.status_code, list(form_of(answer).errors)) == (422, ["url"])
        with acme.scope():
            Webhook.objects.filter(pk=hook.pk).update(url=url)
            row = try_out(hook)
        call(acme.tenant.pk, row.pk)
        assert state(acme, row) == (CallState.FAILED, CallOutcome.FORBIDDEN, None, 1)
    assert (pager.heard, pager.refused) == ([], 0)


def test_the_key_is_shown_once_and_nothing_of_the_answer_ever(acme: Cast, pager: Pager) -> None:
    client, facts = acme.client("ada"), {"name": "Pager", "url": pager.url}
    pages = []
    added = new_actions(acme, lambda: pages.append(words(client.post(reverse("outbox:webhook_add"), facts))))
    assert added == ["webhook.added"]
    with acme.scope():
        hook = Webhook.objects.get()
        pager.secret = hook.secret
        assert hook.secret not in hook.sealed_secret
    assert hook.secret in pages[0]

    page = reverse("outbox:webhook", args=[hook.pk])
    client.post(reverse("outbox:webhook_test", args=[hook.pk]))
    pager.statuses = [503]
    with acme.scope():
        row = WebhookCall.objects.get()
    call(acme.tenant.pk, row.pk)
    shown = words(client.get(page))
    assert "answered with 503" in shown
    assert "Given up" in shown
    assert hook.secret not in shown
    assert BODY.decode() not in shown
    assert row.event == CallEvent.TEST

    changed = new_actions(acme, lambda: client.post(reverse("outbox:webhook_secret", args=[hook.pk])))
    removed = new_actions(acme, lambda: client.post(reverse("outbox:webhook_remove", args=[hook.pk])))
    assert (changed, removed) == (["webhook.secret_changed"], ["webhook.removed"])
    with acme.scope():
        assert not WebhookCall.objects.exists()


def test_a_key_that_cannot_be_read_fails_the_call(acme: Cast, pager: Pager, settings: Any) -> None:
    row = queued(acme, hook_to(acme, pager))
    settings.VASTE_DATA_KEY = "another"
    call(acme.tenant.pk, row.pk)

    assert (state(acme, row)[0], pager.heard) == (CallState.FAILED, [])


@pytest.mark.django_db(transaction=True)
def test_pages_cost_the_same_with_thirty_rows(acme: Cast, pager: Pager) -> None:
    hook = hook_to(acme, pager)
    queued(acme, hook)
    client, pages = acme.client("ada"), [reverse("outbox:webhooks"), reverse("outbox:webhook", args=[hook.pk])]
    client.get(pages[0])
    few = [statements(lambda url=url: client.get(url)) for url in pages]
    with acme.scope():
        for number in range(30):
            save_hook(Webhook(name=f"H{number}", url=pager.url), changed=[], by=SYSTEM)
            queue_call(hook, CallEvent.STEP, {}, key=f"k{number}")

    assert [statements(lambda url=url: client.get(url)) for url in pages] == few
