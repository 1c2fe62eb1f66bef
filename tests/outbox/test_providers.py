"""Mail by a provider's interface, against a stand-in that speaks as the provider does."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from core.files import store
from outbox.answers import ServerFailing
from outbox.delivery import Envelope
from outbox.enums import Fate, MailState, TransportKind
from outbox.models import Outage, OutgoingMail, Transport
from outbox.providers import BACKENDS, Provider
from outbox.services.queueing import File
from outbox.tasks import send
from tests.accounts.settings_support import form_of, new_actions, words
from tests.conftest import Cast
from tests.e2e.parts import HOST, free_port
from tests.outbox.letters import fates, make_due, only_mail, queued

KEY = "secret-key-canary-5512"
OTTO, PIA = "otto@paperi-acme.example", "pia@paperi-acme.example"
RAW = (
    b'From: "Aino, Acme" <support@acme.example>\r\nTo: otto@paperi-acme.example\r\nSubject: x\r\n'
    b"Message-ID: <1.fixed@acme.example>\r\n\r\nHello.\r\n"
)
MAIL = Envelope("support@acme.example", (OTTO,), RAW)
# What each says when it has taken a mail (their public API references).
TAKEN = {
    "postmark": {
        "To": OTTO,
        "SubmittedAt": "2026-11-02T08:00:00Z",
        "MessageID": "b7bc",
        "ErrorCode": 0,
        "Message": "OK",
    },
    "mailgun": {"id": "<2026.1@mg.acme.example>", "message": "Queued. Thank you."},
    "brevo": {"messageId": "<2026.1@smtp-relay.mailin.fr>"},
}
KINDS = ["postmark", "mailgun", "brevo"]


@dataclass
class Asked:
    """One request to the provider."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        """JSON, or the fields of a form."""
        kind = self.headers["content-type"]
        if kind == "application/json":
            return dict(json.loads(self.body))
        whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + self.body, policy=HTTP)
        fields: dict[str, Any] = {}
        for part in whole.iter_parts():
            name = part.get_param("name", header="content-disposition")
            fields.setdefault(str(name), []).append(part.get_payload(decode=True))
        return fields


class StandIn:
    """The provider: keeps what it is asked, and answers (status, body); "drop" and "hang" say nothing."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: list[tuple[int, Any] | str] = []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                stand_in.asked.append(Asked(self.path, headers, body))
                answer = stand_in.answers.pop(0) if len(stand_in.answers) > 1 else stand_in.answers[0]
                if answer == "hang":
                    stand_in.released.wait(5)
                if isinstance(answer, str):
                    self.close_connection = True
                    return
                status, said = answer
                content = said.encode() if isinstance(said, str) else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        self.released = threading.Event()
        self.server = ThreadingHTTPServer((HOST, 0), Handler)
        self.url = f"http://{HOST}:{self.server.server_port}/v3/"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        self.released.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def provider(settings: Any) -> Iterator[StandIn]:
    stand_in = StandIn()
    settings.ANYMAIL = {f"{kind.upper()}_API_URL": stand_in.url for kind in KINDS} | {"REQUESTS_TIMEOUT": 0.5}
    yield stand_in
    stand_in.stop()


def account(cast: Cast, kind: str) -> None:
    with cast.scope():
        row = Transport(kind=kind)
        row.password = KEY
        row.save()


def hand_over(kind: str, mail: Envelope = MAIL) -> Any:
    return Provider(TransportKind(kind), KEY).hand_over(mail)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_a_mail_leaves_whole_under_its_own_message_id(acme: Cast, provider: StandIn, kind: str) -> None:
    account(acme, kind)
    provider.answers = [(200 if kind != "brevo" else 201, TAKEN[kind])]
    with acme.scope():
        files = [File("käyrä.csv", "text/csv", store(acme.tenant.pk, b"p;t\n1;\xe4\n"), 9)]
    thread = {"in_reply_to": "a@b.example", "references": ["c@d.example", "a@b.example"]}
    mail = queued(
        acme, 1, text="Päivää ☃\n", html="<p>Päivää ☃</p>", files=files, from_name="Äinö, Acme", subject="Hissi ☃",
        reply_to="support+t1-x@acme.example", automatic=True, **thread,
    )  # fmt: skip

    send(acme.tenant.pk, mail.pk)

    (asked,) = provider.asked
    whole = json.dumps(asked.data, default=lambda value: value.decode("latin-1"), ensure_ascii=False)
    assert only_mail(acme).state == MailState.SENT
    assert [(address, fate) for address, fate, _ in fates(acme)] == [(OTTO, "accepted")]
    for part in ("<1.fixed@acme.example>", "<c@d.example>", OTTO, "support+t1-x@acme.example", "auto-generated"):
        assert part in whole, part
    assert (
        asked.path
        == {
            "postmark": "/v3/email",
            "mailgun": "/v3/acme.example/messages",
            "brevo": "/v3/smtp/email",
        }[kind]
    )
    assert KEY not in whole
    texts = {
        "postmark": lambda data: (data["TextBody"], data["HtmlBody"], data["Attachments"][0]["Name"]),
        "brevo": lambda data: (data["textContent"], data["htmlContent"], data["attachment"][0]["name"]),
        "mailgun": lambda data: (data["text"][0].decode(), data["html"][0].decode(), "käyrä.csv"),
    }[kind](asked.data)
    assert [text.strip() for text in texts] == ["Päivää ☃", "<p>Päivää ☃</p>", "käyrä.csv"]
    if kind == "postmark":
        headers = {header["Name"]: header["Value"] for header in asked.data["Headers"]}
        assert (headers["Message-ID"], headers["X-PM-KeepID"]) == ("<1.fixed@acme.example>", "true")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_what_is_wrong_with_the_account_or_the_provider_fails_the_server(
    provider: StandIn, kind: str, status: int
) -> None:
    provider.answers = [(status, {"message": "Not you"})]

    with pytest.raises(ServerFailing, match=f"^{status} .*Not you") as failing:
        hand_over(kind)
    assert KEY not in str(failing.value)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_wrong_with_the_mail_is_refused(provider: StandIn, kind: str) -> None:
    provider.answers = [(400, {"message": "Bad sender", "code": "invalid_parameter"})]

    assert hand_over(kind)[OTTO].fate is Fate.REFUSED
    assert "Bad sender" in hand_over(kind)[OTTO].said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("silence", ["drop", "hang"])
def test_silence_is_uncertain(provider: StandIn, kind: str, silence: str) -> None:
    provider.answers = [silence]

    assert hand_over(kind)[OTTO].fate is Fate.UNCERTAIN


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_that_cannot_be_reached_is_failing(settings: Any, kind: str) -> None:
    settings.ANYMAIL = {f"{kind.upper()}_API_URL": f"http://{HOST}:{free_port()}/v3/"}

    with pytest.raises(ServerFailing):
        hand_over(kind)


def test_one_inactive_receiver_is_refused_and_the_other_gets_the_mail(provider: StandIn) -> None:
    said = (
        "Message OK, but will not deliver to these inactive addresses: pia@paperi-acme.example. Inactive recipients "
        "are ones that have generated a hard bounce or a spam complaint."
    )
    provider.answers = [(200, TAKEN["postmark"] | {"Message": said})]
    raw = RAW.replace(b"Subject:", b"Cc: pia@paperi-acme.example\r\nSubject:")

    answers = hand_over("postmark", Envelope("support@acme.example", (OTTO, PIA), raw))

    assert [answers[address].fate for address in (OTTO, PIA)] == [Fate.ACCEPTED, Fate.REFUSED]
    assert (provider.asked[0].data["To"], provider.asked[0].data["Cc"]) == (OTTO, PIA)


def test_an_inactive_receiver_alone_is_refused(provider: StandIn) -> None:
    said = "You tried to send to a recipient that has been marked as inactive. Found inactive addresses: "
    provider.answers = [(422, {"ErrorCode": 406, "Message": f"{said}{OTTO}. Inactive recipients are ones"})]

    assert hand_over("postmark")[OTTO].fate is Fate.REFUSED


@pytest.mark.django_db
def test_a_copy_that_is_still_to_get_it_gets_it_alone(acme: Cast, provider: StandIn) -> None:
    account(acme, "postmark")
    provider.answers = [(200, TAKEN["postmark"] | {"To": PIA})]
    mail = queued(acme, cc=[PIA])
    with acme.scope():
        row = OutgoingMail.objects.get()
        row.deliveries.create(address=OTTO, fate="accepted", at=row.queued_at)

    send(acme.tenant.pk, mail.pk)

    assert provider.asked[0].data["To"] == PIA
    assert "Cc" not in provider.asked[0].data
    assert only_mail(acme).state == MailState.SENT


@pytest.mark.django_db
def test_a_wrong_key_is_an_outage_and_no_try(acme: Cast, provider: StandIn) -> None:
    account(acme, "mailgun")
    provider.answers = [(401, "Forbidden"), (200, TAKEN["mailgun"])]
    mail = queued(acme)

    send(acme.tenant.pk, mail.pk)

    with acme.scope():
        outage = Outage.objects.get()
        assert (outage.own, outage.said) == (True, "401 Forbidden")
        assert (only_mail(acme).state, only_mail(acme).attempts) == (MailState.QUEUED, 0)
        Outage.objects.update(rests_until=mail.queued_at)
    make_due(acme)
    send(acme.tenant.pk, mail.pk)
    assert only_mail(acme).state == MailState.SENT


def test_each_provider_of_the_list_can_be_reached() -> None:
    assert set(BACKENDS) == set(TransportKind) - {TransportKind.SMTP}
    for kind in BACKENDS:
        backend, key, more = BACKENDS[kind]
        assert backend(**{key: KEY}, **more).api_url.startswith("https://")


@pytest.mark.django_db
def test_the_form_takes_a_key_seals_it_and_never_shows_it(acme: Cast, settings: Any) -> None:
    settings.EMAIL_BACKEND = "outbox.backends.OutboxBackend"
    client, url = acme.client("ada"), "/settings/sending/"
    data = {"kind": "postmark", "host": "evil.example", "port": "587", "security": "starttls", "username": "me"}
    assert form_of(client.post(url, data)).errors["password"] == ["Write the key that the provider gave you."]
    assert new_actions(acme, lambda: client.post(url, data | {"password": KEY})) == ["transport.added"]
    with acme.scope():
        row = Transport.objects.get()
    assert (row.kind, row.host, row.username, row.password, str(row)) == ("postmark", "", "", KEY, "Postmark")
    assert KEY not in words(client.get(url)) + row.sealed_password
    assert "Mails leave by Postmark." in words(client.get(url))

    moved = client.post(url, data | {"kind": "brevo"})
    assert form_of(moved).errors["password"]
    back = client.post(url, data | {"kind": "smtp", "host": ""})
    assert form_of(back).errors["host"] == ["Write the name of the server."]
    back = client.post(url, data | {"kind": "smtp", "host": "smtp.elsewhere.example"})
    assert form_of(back).errors["password"]
