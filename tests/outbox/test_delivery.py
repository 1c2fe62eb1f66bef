"""A stored mail as bytes, and the server it leaves by."""

from email import message_from_bytes
from email.message import EmailMessage, Message
from email.policy import default as modern
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from accounts.models import Tenant
from core.files import store
from outbox.answers import ServerFailing
from outbox.delivery import Envelope, envelope, head
from outbox.enums import Fate
from outbox.models import OutgoingMail, Transport
from outbox.services.queueing import File, queue
from outbox.smtp import Server
from outbox.tasks import send
from outbox.transports import server_for
from tests.conftest import Cast
from tests.e2e.parts import HOST, MailSink, free_port
from tests.outbox.letters import letter, queued

FIELDS = ["From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "X-Vaste-Tenant"]
BODY = ["Content-Type", "Content-Transfer-Encoding", "MIME-Version"]
HOSTILE = "Hello\r\nBcc: victim@evil.example\r\n\r\n<script>\u2028X: y\x85Z: a"
# An Exchange server's ids are longer than a header line.
LONG_ID = "AM6PR05MB1234567890ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@AM6PR05MB4567.eurprd05.prod.outlook.com"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=120)


def made(cast: Cast, **more: Any) -> tuple[bytes, Message]:
    """The bytes of a queued mail, and what a strict reader makes of them."""
    with cast.scope():
        mail = queue(letter(**more))
        raw = envelope(mail, mail.to).content
    return raw, message_from_bytes(raw, policy=modern)


@pytest.mark.django_db
def test_hostile_words_make_no_headers_of_their_own(acme: Cast) -> None:
    raw, mail = made(
        acme,
        subject=HOSTILE,
        from_name=HOSTILE + ' "quoted" <other@evil.example>,',
        reply_to="support+t1-abc@acme.example",
        in_reply_to="a@b.example",
        references=["a@b.example", "c@d.example"],
    )

    assert sorted(mail.keys()) == sorted([*FIELDS, *BODY])
    assert b"\nBcc" not in raw.partition(b"\r\n\r\n")[0]
    assert mail["Subject"] == "Hello Bcc: victim@evil.example <script> X: y Z: a"
    (sender,) = mail["From"].addresses
    assert sender.addr_spec == "support@acme.example"
    assert sender.display_name == " ".join(HOSTILE.split()) + ' "quoted" <other@evil.example>,'


@given(subject=TEXT, name=TEXT, ids=st.lists(TEXT, max_size=5))
@examples(max_examples=150, deadline=None)
def test_no_words_change_the_headers(subject: str, name: str, ids: list[str]) -> None:
    row = OutgoingMail(
        tenant=Tenant(slug="acme"),
        message_id="1.x@acme.example",
        from_name=" ".join(name.split()),
        from_address="support@acme.example",
        to=["otto@paperi.example"],
        subject=" ".join(subject.split()),
        references=["".join(value.split()) for value in ids],
        queued_at=timezone.now(),
    )

    mail = message_from_bytes(bytes(head(row)), policy=modern)

    expected = {"From", "To", "Subject", "Date", "Message-ID", "X-Vaste-Tenant"}
    assert set(mail.keys()) - {"References"} == expected
    assert len(mail.keys()) == len(set(mail.keys()))
    assert [sender.addr_spec for sender in mail["From"].addresses] == ["support@acme.example"]


@pytest.mark.django_db
def test_ids_longer_than_a_line_stay_whole(acme: Cast) -> None:
    raw, mail = made(acme, in_reply_to=LONG_ID, references=[LONG_ID, "short@x.example", "ä@x.example", LONG_ID])

    assert f"In-Reply-To: <{LONG_ID}>\r\n".encode() in raw
    assert f"References: <{LONG_ID}>\r\n <short@x.example>\r\n <{LONG_ID}>\r\n".encode() in raw
    assert mail["References"].split() == [f"<{LONG_ID}>", "<short@x.example>", f"<{LONG_ID}>"]
    assert max(len(row) for row in raw.split(b"\r\n")) < 998


@pytest.mark.django_db
def test_automatic_mail_says_so_and_a_persons_does_not(acme: Cast) -> None:
    automatic, personal = made(acme, automatic=True)[1], made(acme, message_id="2@acme.example")[1]

    assert (automatic["Auto-Submitted"], automatic["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert personal["Auto-Submitted"] is None


@pytest.mark.django_db
def test_text_html_and_files_arrive_as_they_were(acme: Cast) -> None:
    files = {
        "käyrä.csv": ("text/csv", b"p;t\n1;\xe4\n"),
        "mail.eml": ("message/rfc822", b"Subject: inner\r\n\r\nhei"),
        "parts": ("multipart/mixed; boundary=x", b"--x--"),
        'odd"name\\.bin': ("text/html\r\nX-Evil: 1", b"\x00\xff"),
    }
    with acme.scope():
        kept = [File(name, kind, store(acme.tenant.pk, data), len(data)) for name, (kind, data) in files.items()]
        raw = envelope(queue(letter(text="Päivää ☃\n", html="<p>Päivää ☃</p>", files=kept)), ()).content

    mail: EmailMessage = message_from_bytes(raw, policy=modern)  # type: ignore[assignment]  # what the policy makes
    sent = {part.get_filename(): part.get_payload(decode=True) for part in mail.iter_attachments()}
    assert sent == {name: data for name, (_, data) in files.items()}
    assert [part.get_content_type() for part in mail.iter_attachments()] == [
        "text/csv",
        *["application/octet-stream"] * 3,
    ]
    assert [mail.get_body((kind,)).get_content().strip() for kind in ("plain", "html")] == [
        "Päivää ☃",
        "<p>Päivää ☃</p>",
    ]
    assert b"X-Evil" not in raw


@pytest.mark.django_db
def test_a_tenants_own_server_gets_its_mail_but_no_confidential_one(
    acme: Cast, globex: Cast, mail_sink: MailSink, settings: Any
) -> None:
    settings.VASTE_SMTP_URL = mail_sink.url
    own = MailSink()
    own.start()
    try:
        with acme.scope():
            Transport.objects.create(host=HOST, port=own.port, security="none")
        mails = [queued(acme, 1), queued(acme, 2, confidential=True)]
        for mail in mails:
            send(acme.tenant.pk, mail.pk)
        send(globex.tenant.pk, queued(globex, 3).pk)
    finally:
        own.stop()

    assert [mail.message_id for mail in own.received] == ["<1.fixed@acme.example>"]
    assert [mail.message_id for mail in mail_sink.received] == ["<2.fixed@acme.example>", "<3.fixed@acme.example>"]


@pytest.mark.django_db
def test_a_demo_keeps_its_mail_and_an_installation_without_server_too(
    acme: Cast, mail_sink: MailSink, settings: Any
) -> None:
    mail = queued(acme)
    settings.VASTE_SMTP_URL = ""
    with acme.scope():
        assert server_for(acme.tenant, own=False) is None
        settings.VASTE_SMTP_URL = mail_sink.url
        Tenant.objects.update(is_demo=True)
    send(acme.tenant.pk, mail.pk)

    with acme.scope():
        assert OutgoingMail.objects.get().state == "kept"
    assert mail_sink.received == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mx.example:2525", Server("mx.example", 2525, "none", "", "")),
        ("smtps://user%40x:p%3Aw@mx.example:465", Server("mx.example", 465, "tls", "user@x", "p:w")),
        ("smtp+tls://mx.example", Server("mx.example", 25, "starttls", "", "")),
    ],
)
def test_the_installations_server_is_read_from_its_address(
    acme: Cast, settings: Any, url: str, server: Server
) -> None:
    settings.VASTE_SMTP_URL = url

    with acme.scope():
        assert server_for(acme.tenant, own=False) == server


OTTO = "otto@paperi.example"
MAIL = Envelope("support@acme.example", (OTTO,), b"Subject: x\r\n\r\nx\r\n")


def sink_server(sink: MailSink, **more: str) -> Server:
    return Server(**{"host": HOST, "port": sink.port, "security": "none", "username": "", "password": ""} | more)


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(("code", "fate"), [("450", Fate.DELAYED), ("552", Fate.REFUSED)])
def test_the_servers_first_digit_decides(mail_sink: MailSink, step: str, code: str, fate: Fate) -> None:
    mail_sink.answer(step, f"{code} So be it")

    answers = sink_server(mail_sink).hand_over(MAIL)

    assert {address: (answer.fate, answer.said) for address, answer in answers.items()} == {
        OTTO: (fate, f"{code} So be it")
    }
    assert mail_sink.received == []


def test_each_receiver_gets_an_answer_and_the_mail_goes_to_those_it_is_taken_for(mail_sink: MailSink) -> None:
    mail_sink.answer("RCPT", "550 5.1.1 No such user", address="b@x.example")
    mail_sink.answer("RCPT", "450 4.2.0 Greylisted", address="c@x.example")
    receivers = ("a@x.example", "b@x.example", "c@x.example", "jörg@x.example", "e@x.example>\r\nDATA")

    answers = sink_server(mail_sink).hand_over(Envelope("support@acme.example", receivers, MAIL.content))

    fates = [answers[address].fate for address in receivers]
    assert fates == [Fate.ACCEPTED, Fate.REFUSED, Fate.DELAYED, Fate.REFUSED, Fate.REFUSED]
    assert [mail.recipients for mail in mail_sink.received] == [["a@x.example"]]


def test_lines_of_dots_arrive_as_they_were_and_end_nothing(mail_sink: MailSink) -> None:
    text = b"Subject: x\r\n\r\n.\r\n..\r\nMAIL FROM:<evil@x.example>\r\n.\r\n"

    sink_server(mail_sink).hand_over(Envelope("support@acme.example", (OTTO,), text))

    assert [mail.content for mail in mail_sink.received] == [text]


@pytest.mark.django_db
def test_bare_line_ends_become_whole_ones(acme: Cast) -> None:
    with acme.scope():
        mail = queue(letter(text="one\rtwo\n.\rthree\u2028four"))
        mail.html = "<p>a\r.\rb</p>"
        raw = envelope(mail, mail.to).content

    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert raw.isascii()


def test_a_password_that_is_not_wanted_is_the_servers_failing(mail_sink: MailSink) -> None:
    with pytest.raises(ServerFailing):
        sink_server(mail_sink, username="me", password="wrong").hand_over(MAIL)
    assert mail_sink.received == []


def test_a_server_that_wants_to_know_us_first_is_failing(mail_sink: MailSink) -> None:
    mail_sink.answer("MAIL", "530 5.7.0 Authentication required")

    with pytest.raises(ServerFailing, match=r"^530 5.7.0 Authentication required$"):
        sink_server(mail_sink).hand_over(MAIL)


def test_encryption_that_is_not_offered_fails_and_nothing_leaves_in_the_clear(mail_sink: MailSink) -> None:
    for security in ("starttls", "tls"):
        with pytest.raises(ServerFailing):
            sink_server(mail_sink, security=security).hand_over(MAIL)
    assert mail_sink.received == []


def test_nobody_there_is_failing() -> None:
    with pytest.raises(ServerFailing, match="refused"):
        Server(HOST, free_port(), "none", "", "").hand_over(MAIL)


@pytest.mark.parametrize("security", ["none", "starttls", "tls"])
def test_a_server_that_a_tenant_names_is_never_inside_our_network(
    settings: Any, mail_sink: MailSink, security: str
) -> None:
    """Whatever answers there, or not: the words are the same, so nobody can look for open ports with it."""
    settings.TESTING = settings.DEBUG = settings.DEMO = False
    said = set()
    for port in (mail_sink.port, free_port()):
        with pytest.raises(ServerFailing) as failure:
            Server("localhost", port, security, "", "", foreign=True).hand_over(MAIL)
        said.add(str(failure.value))

    assert said == {"The server's name leads into a private network."}
    assert mail_sink.received == []
