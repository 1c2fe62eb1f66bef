"""What the listener takes from one peer and one sender, how large a mail may be, and LMTP's answers."""

import contextlib
import smtplib
import socket
from collections.abc import Iterator

import pytest
from django.conf import settings

from mailintake.models import InboundMessage
from mailintake.smtp_limits import CONNECTIONS_OF_ONE, MOST_KEPT, Gate, Meter
from tests.conftest import Cast
from tests.e2e.parts import HOST, Installation, Smtpd
from tests.mailintake.post import open_box, write

DESK = "support@acme.example"


def test_a_meter_gives_so_many_at_once_and_so_many_a_minute() -> None:
    meter = Meter(6)
    assert [meter.allows("a", 0) for _ in range(7)] == [True] * 6 + [False]
    assert meter.allows("b", 0)
    assert [meter.allows("a", 10), meter.allows("a", 10)] == [True, False]
    assert [meter.allows("a", 600) for _ in range(7)] == [True] * 6 + [False]


def test_a_meter_forgets_who_was_quiet_longest() -> None:
    meter = Meter(1)
    for number in range(MOST_KEPT + 1):
        assert meter.allows(str(number), 0)
    assert not meter.allows(str(MOST_KEPT), 0)
    assert meter.allows("0", 0)


def test_a_gate_counts_peers_and_senders_and_trusts_its_own() -> None:
    gate = Gate(per_peer=3, per_sender=2, trusted=["10.0.0.0/8", "::1/128"])
    stranger = "203.0.113.9"

    assert [gate.allows(stranger, "a@x.example", 0) for _ in range(3)] == [True, True, False]
    assert [gate.allows("203.0.113.10", "A@X.example", 0), gate.allows("203.0.113.10", "", 0)] == [False, True]
    assert all(gate.allows(peer, "a@x.example", 0) for peer in ("10.1.2.3", "::ffff:10.1.2.3", "::1", "") * 5)
    assert [gate.enter(stranger) for _ in range(CONNECTIONS_OF_ONE + 1)] == [True] * CONNECTIONS_OF_ONE + [False]
    assert all(gate.enter("10.1.2.3") for _ in range(200))
    gate.leave(stranger)
    assert not gate.enter("203.0.113.11")  # full
    for _ in range(150):
        gate.leave("10.1.2.3")
    assert gate.enter(stranger)


def stored(cast: Cast) -> int:
    with cast.scope():
        return InboundMessage.objects.count()


@pytest.mark.django_db(transaction=True)
def test_too_much_at_once_is_to_come_back_later(acme: Cast, installation: Installation) -> None:
    """This machine is trusted by default, so that a mail server beside us may hand in what it wants."""
    open_box(acme)
    limits = {"VASTE_SMTP_TRUSTED": "192.0.2.0/24", "VASTE_SMTP_PER_SENDER": "3", "VASTE_SMTP_PER_PEER": "5"}
    listener = installation.smtpd(**limits)

    def hand_in(sender: str) -> int:
        try:
            listener.send(write(), DESK, sender=sender)
        except smtplib.SMTPSenderRefused as refusal:
            return refusal.smtp_code
        return 250

    assert [hand_in("a@x.example") for _ in range(4)] == [250, 250, 250, 451]
    assert [hand_in(""), hand_in("b@x.example")] == [250, 451]
    assert stored(acme) == 4
    with contextlib.ExitStack() as stack:
        lines = [stack.enter_context(socket.create_connection((HOST, listener.port), 5)) for _ in range(22)]
        greetings = [line.recv(100)[:3] for line in lines]
    assert greetings == [b"220"] * CONNECTIONS_OF_ONE + [b"421"] * 2


@pytest.fixture
def lmtp(acme: Cast, globex: Cast, installation: Installation) -> Smtpd:
    open_box(acme)
    open_box(globex)
    return installation.smtpd("--lmtp")


@contextlib.contextmanager
def talk(listener: Smtpd) -> Iterator["Talk"]:
    with socket.create_connection((HOST, listener.port), 20) as line:
        yield Talk(line)


class Talk:
    """A line to the listener, spoken by hand: the library reads one answer to a mail, whatever the protocol."""

    def __init__(self, line: socket.socket) -> None:
        self.file = line.makefile("rwb")
        self.answer()

    def answer(self) -> str:
        lines = [self.file.readline().decode()]
        while lines[-1][3:4] == "-":
            lines.append(self.file.readline().decode())
        return "".join(lines)

    def say(self, words: bytes) -> str:
        self.file.write(words + b"\r\n")
        self.file.flush()
        return self.answer()


@pytest.mark.django_db(transaction=True)
def test_lmtp_answers_for_each_recipient_and_a_null_sender_is_welcome(acme: Cast, globex: Cast, lmtp: Smtpd) -> None:
    with talk(lmtp) as line:
        assert line.say(b"EHLO here")[:3] == "500"
        assert f"SIZE {settings.VASTE_MAX_MAIL_BYTES}" in line.say(b"LHLO here")
        assert line.say(b"MAIL FROM:<> SIZE=99999999999")[:3] == "552"
        assert line.say(b"MAIL FROM:<>")[:3] == "250"
        answers = [
            line.say(f"RCPT TO:<{to}>".encode())[:3] for to in (DESK, "x@acme.example", "support@globex.example")
        ]
        assert answers == ["250", "550", "250"]
        assert line.say(b"DATA")[:3] == "354"
        with globex.scope():
            globex.desk.queue.mailboxes.all().delete()
        first = line.say(write().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n.")
        assert [first[:3], line.answer()[:3]] == ["250", "451"]

        assert line.say(b"MAIL FROM:<a@x.example>")[:3] == "250"
        assert {line.say(b"RCPT TO:<support@acme.example>")[:3] for _ in range(2)} == {"250"}
        line.say(b"DATA")
        big = b"\r\n".join([b"x" * 100_000] * (settings.VASTE_MAX_MAIL_BYTES // 100_000 + 1))
        assert [line.say(big + b"\r\n.")[:3], line.answer()[:3]] == ["552", "552"]
        assert line.say(b"QUIT")[:3] == "221"
    assert (stored(acme), stored(globex)) == (1, 0)
