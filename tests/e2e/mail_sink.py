"""The mail server of the world outside: it takes our mail, misbehaves as told, and hands mail on to mailboxes."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.e2e.waiting import HOST, free_port


@dataclass
class Received:
    """A mail as the receiving server got it."""

    sender: str
    recipients: list[str]
    content: bytes

    @property
    def mail(self) -> Message:
        return message_from_bytes(self.content)

    @property
    def message_id(self) -> str:
        return str(self.mail["Message-ID"]).strip()


@dataclass
class Behaviour:
    """What the server does at a step: an answer to give instead of its own, or "drop", or "hang"."""

    step: str
    answer: str
    address: str = ""
    times: int = 1_000_000


class MailSink:
    """A mail server that keeps what it is given, and misbehaves as told; for our mail, and for that of the world."""

    def __init__(self, port: int = 0) -> None:
        self.received: list[Received] = []
        self.behaviours: list[Behaviour] = []
        self.hang_seconds = 2.0
        self.port = port or free_port()
        # Where to deliver onwards: (authserv-id, domains whose senders have passed, how to deliver).
        self.onwards: tuple[str, set[str], Callable[[str, bytes], None]] | None = None
        self._controller = Controller(self, hostname=HOST, port=self.port)

    def start(self) -> None:
        self._controller.start()

    def stop(self) -> None:
        self._controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://{HOST}:{self.port}"

    def answer(self, step: str, answer: str, *, address: str = "", times: int = 1_000_000) -> None:
        """At `step` ("MAIL", "RCPT", "DATA" or "CONNECT") give this answer; "drop" and "hang" keep a DATA mail."""
        self.behaviours.append(Behaviour(step, answer, address, times))

    def well(self) -> None:
        self.behaviours.clear()

    def to(self, address: str) -> list[Received]:
        return [mail for mail in self.received if address in mail.recipients]

    def _told(self, step: str, address: str = "") -> str:
        for behaviour in self.behaviours:
            if behaviour.step == step and behaviour.times and behaviour.address in ("", address):
                behaviour.times -= 1
                return behaviour.answer
        return ""

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name, as below
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        told = self._told("MAIL", address)
        if not told:
            envelope.mail_from = address
        return told or "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        told = self._told("RCPT", address)
        if told == "drop":
            server.transport.abort()
        if not told:
            envelope.rcpt_tos.append(address)
        return told or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        told = self._told("DATA")
        content = envelope.original_content or b""
        if told in ("", "drop", "hang"):
            self.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        if told == "drop":
            server.transport.abort()
        elif told == "hang":
            await server.loop.run_in_executor(None, time.sleep, self.hang_seconds)
        elif not told and self.onwards:
            await server.loop.run_in_executor(None, self._deliver_onwards, list(envelope.rcpt_tos), content)
        return "250 Taken" if told in ("", "drop", "hang") else told

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        return self._told("QUIT") or "221 Bye"

    def _deliver_onwards(self, recipients: list[str], content: bytes) -> None:
        """Hand the mail to its mailbox as a receiving server does, with its own trace on top."""
        assert self.onwards
        server, proven, deliver = self.onwards
        domain = str(message_from_bytes(content)["From"]).rpartition("@")[2].strip("> ")
        verdict = "pass" if domain in proven else "none"
        head = f"Authentication-Results: {server};\r\n dmarc={verdict} header.from={domain}\r\n"
        head += f"Received: from sender by {server}; Mon, 2 Nov 2026 08:00:00 +0000\r\n"
        for address in recipients:
            deliver(address, head.encode() + content)
