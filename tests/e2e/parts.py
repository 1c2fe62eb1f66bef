"""The real parts around the product: broker, workers, SMTP listener, IMAP server, receiving mail server, faulty wires.

All of them are processes or sockets of a test's own, so that several test processes never meet in one of them.
"""

import contextlib
import imaplib
import os
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from celery import Celery
from django.db import connection

from helpdesk.embedded.identity import Identity
from helpdesk.embedded.layout import BASE_DIR
from helpdesk.embedded.valkey import packaged_binary
from tests.conftest import APP_ROLE

HOST = "127.0.0.1"
DOVECOT = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
DOVEADM = shutil.which("doveadm", path=f"{os.environ.get('PATH', '')}:/usr/bin:/usr/sbin")
PASSWORD = "open-sesame"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], Any], *, seconds: float = 20.0, what: str) -> Any:
    """The condition's first true value."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        if time.monotonic() > end:
            pytest.fail(f"Waited {seconds:g} s in vain for {what}.")
        time.sleep(0.02)
    return value


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((HOST, port), timeout=1):
        return True
    return False


def database_url(host: str = "", port: int = 0) -> str:
    """The test database for another process, bound by row-level security like every process of the product."""
    owner = urlsplit(os.environ["DATABASE_OWNER_URL"])
    place = owner.netloc
    query = owner.query
    if host:
        place, query = f"{owner.username}@{host}:{port}", ""
    options = "options=" + quote(f"-c role={APP_ROLE}")
    name = connection.settings_dict["NAME"]
    return urlunsplit((owner.scheme, place, f"/{name}", "&".join(filter(None, [query, options])), ""))


def database_address() -> tuple[str, int] | str:
    """Where PostgreSQL listens: a TCP address, or the path of its socket."""
    owner = urlsplit(os.environ["DATABASE_OWNER_URL"])
    directory = connection.settings_dict["OPTIONS"].get("host") or connection.settings_dict["HOST"]
    if str(directory).startswith("/"):
        return f"{directory}/.s.PGSQL.5432"
    return str(owner.hostname), owner.port or 5432


class Wire:
    """A TCP line to a server that a test can cut: `down` refuses and resets, `limit` cuts after so many bytes."""

    def __init__(self, target: tuple[str, int] | str) -> None:
        self.target = target
        self.port = free_port()
        self.limit: int | None = None
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.up()

    def up(self) -> None:
        self._listener = socket.create_server((HOST, self.port))
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def down(self) -> None:
        if self._listener:
            # A listener that only closes stays open while another thread waits in accept().
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        for end in list(self._open):
            self._close(end)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            family = socket.AF_UNIX if isinstance(self.target, str) else socket.AF_INET
            far = socket.socket(family)
            far.connect(self.target)
            self._open |= {near, far}
            threading.Thread(target=self._pump, args=(near, far, None), daemon=True).start()
            threading.Thread(target=self._pump, args=(far, near, self.limit), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, limit: int | None) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536 if limit is None else max(1, min(limit, 65536))):
                sink.sendall(data)
                if limit is not None and (limit := limit - len(data)) <= 0:
                    break
        for end in (source, sink):
            self._close(end)

    def _close(self, end: socket.socket) -> None:
        self._open.discard(end)
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


class Broker:
    """A Valkey of the test's own, which may lose everything at any time."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://{HOST}:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [str(packaged_binary()), "--bind", HOST, "--port", str(self.port), "--save", ""]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd="/")
        wait_until(lambda: answers(self.port), what="the broker")

    def kill(self) -> None:
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        with socket.create_connection((HOST, self.port)) as line:
            line.sendall(b"FLUSHALL\r\n")
            assert line.recv(16) == b"+OK\r\n"


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

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.behaviours: list[Behaviour] = []
        self.hang_seconds = 2.0
        self.port = free_port()
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


DOVECOT_CONFIG = """
base_dir = {root}/run
log_path = {root}/log
protocols = imap lmtp
listen = {host}
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0
first_valid_uid = 1
mail_location = maildir:{root}/mail/%u
recipient_delimiter = +
protocol lmtp {{
  auth_username_format = %Lu
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={root}/mail/%u allow_all_users=yes
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service lmtp {{
  unix_listener lmtp {{
    mode = 0600
  }}
}}
{users}
"""


class Dovecot:
    """A real IMAP server in a directory of its own; runs as root or as anybody. Every address may sign in."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        identity = Identity.unprivileged() if os.geteuid() == 0 else Identity.current()
        self._write_config(identity)

    def _write_config(self, identity: Identity) -> None:
        for name in ("run", "mail"):
            (self.root / name).mkdir()
        os.chown(self.root / "mail", identity.uid, identity.gid)
        users = ""
        if os.geteuid() != 0:
            users = "\n".join(
                f"default_{what} = {identity.name}" for what in ("internal_user", "login_user", "internal_group")
            )
        text = DOVECOT_CONFIG.format(
            root=self.root,
            host=HOST,
            port=self.port,
            password=PASSWORD,
            uid=identity.uid,
            gid=identity.gid,
            users=users,
        )
        self.config.write_text(text)

    @property
    def config(self) -> Path:
        return self.root / "dovecot.conf"

    def start(self) -> None:
        assert DOVECOT
        self._process = subprocess.Popen([DOVECOT, "-F", "-c", str(self.config)], stderr=subprocess.DEVNULL)
        wait_until(lambda: answers(self.port) and (self.root / "run" / "lmtp").exists(), what="Dovecot")

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def add_user(self, address: str) -> None:
        """Give somebody an empty mailbox."""
        with self.imap(address) as client:
            if uids := client.uid("SEARCH", "ALL")[1][0].decode().split():
                client.uid("STORE", ",".join(uids), "+FLAGS", r"(\Deleted)")
                client.expunge()

    def deliver(self, address: str, raw: bytes, sender: str = "sender@elsewhere.example") -> None:
        """Put a mail into a mailbox by LMTP, as a mail server does."""
        with smtplib.LMTP(str(self.root / "run" / "lmtp")) as line:
            line.sendmail(sender, [address], raw)

    @contextlib.contextmanager
    def imap(self, address: str, password: str = PASSWORD) -> Iterator[imaplib.IMAP4]:
        """A person's own mail program, looking into the mailbox."""
        with imaplib.IMAP4(HOST, self.port, timeout=10) as client:
            client.login(address, password)
            client.select("INBOX")
            yield client

    def uids(self, address: str, criteria: str = "ALL") -> list[int]:
        with self.imap(address) as client:
            return [int(uid) for uid in client.uid("SEARCH", criteria)[1][0].split()]

    def flag(self, address: str, uid: int, flags: str) -> None:
        """Change flags: "+FLAGS (\\Deleted)" and the like."""
        with self.imap(address) as client:
            client.uid("STORE", str(uid), *flags.split(" ", 1))
            client.expunge()

    def set_uid_validity(self, address: str, value: int) -> None:
        assert DOVEADM
        update = ["mailbox", "update", "--uid-validity", str(value), "-u", address, "INBOX"]
        subprocess.run([DOVEADM, "-c", str(self.config), *update], check=True, capture_output=True)


@dataclass
class Process:
    """A process of the product, in a group of its own so that it dies with its children."""

    command: list[str]
    environment: dict[str, str]
    log: Path
    popen: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.popen = subprocess.Popen(
                self.command, env=self.environment, stdout=log, stderr=log, cwd=BASE_DIR, start_new_session=True
            )

    @property
    def is_running(self) -> bool:
        return self.popen is not None and self.popen.poll() is None

    def kill(self) -> None:
        """kill -9, with its children."""
        if self.popen:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.popen.pid, signal.SIGKILL)
            self.popen.wait()


@dataclass
class Installation:
    """The running product of one test: its environment, and the processes started in it."""

    broker: Broker
    directory: Path
    environment: dict[str, str]
    processes: list[Process] = field(default_factory=list)

    @property
    def faults(self) -> Path:
        """Naming a fault point in this file kills the process that comes there first."""
        return self.directory / "fault"

    def arm(self, point: str) -> None:
        unfinished = self.directory / "fault.unfinished"
        unfinished.write_text(point)
        unfinished.rename(self.faults)

    @cached_property
    def tasks(self) -> Celery:
        app = Celery("tests", broker=self.broker.url, set_as_current=False)
        app.conf.task_ignore_result = True
        return app

    def ask(self, *names: str) -> None:
        """Do what beat does: send tasks by name."""
        for name in names:
            self.tasks.send_task(name, retry=False)

    def sweep(self) -> None:
        self.ask("mailintake.tasks.poll_mailboxes", "mailintake.tasks.sweep_inbound", "outbox.tasks.sweep_outgoing")

    def worker(self, *, concurrency: int = 2, **more: str) -> Process:
        number = len(self.processes)
        command = [sys.executable, "-m", "celery", "-A", "helpdesk", "worker", "-c", str(concurrency), "-l", "INFO"]
        command += ["-n", f"w{number}@%h", "--without-gossip", "--without-mingle"]
        process = Process(command, self.environment | more, self.directory / f"worker{number}.log")
        self.processes.append(process)
        process.start()
        return process

    def wait_for(self, *workers: Process) -> None:
        for worker in workers:
            wait_until(lambda log=worker.log: "ready." in log.read_text(), seconds=60, what="a worker")

    def smtpd(self, *, respawned: bool = False, **more: str) -> "Smtpd":
        """The SMTP listener, answering; `respawned` starts it anew whenever it dies."""
        port = free_port()
        command = [sys.executable, *(["-m", "tests.e2e.respawn"] if respawned else ["manage.py"]), "smtpd"]
        environment = self.environment | {"VASTE_SMTP_LISTEN": f"{HOST}:{port}"} | more
        process = Smtpd(command, environment, self.directory / f"smtpd{len(self.processes)}.log", port)
        self.processes.append(process)
        process.start()
        process.wait()
        return process


@dataclass
class Smtpd(Process):
    """The product's SMTP listener."""

    port: int = 0

    def wait(self) -> None:
        wait_until(lambda: answers(self.port), seconds=60, what="the SMTP listener")

    def send(self, raw: bytes, *recipients: str, sender: str = "sender@elsewhere.example") -> None:
        """Give it a mail; raises what smtplib raises when it does not answer 250 to all."""
        with smtplib.SMTP(HOST, self.port, timeout=20) as line:
            refused = line.sendmail(sender, list(recipients), raw)
        assert refused == {}


@pytest.fixture(scope="module")
def dovecot() -> Iterator[Dovecot]:
    """The IMAP server, running."""
    if DOVECOT is None or DOVEADM is None:
        pytest.skip("Dovecot is not installed: apt-get install dovecot-imapd dovecot-lmtpd")
    # pytest's own directories are closed to the user that root lets the mailboxes belong to.
    root = Path(tempfile.mkdtemp(prefix="vaste-imap-", dir="/tmp" if os.geteuid() == 0 else None))
    root.chmod(0o711)
    server = Dovecot(root)
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def mail_sink() -> Iterator[MailSink]:
    """The receiving mail server, running."""
    sink = MailSink()
    sink.start()
    yield sink
    sink.stop()


@pytest.fixture
def broker() -> Iterator[Broker]:
    server = Broker()
    server.start()
    yield server
    server.kill()


@pytest.fixture
def installation(
    transactional_db: None, broker: Broker, mail_sink: MailSink, tmp_path: Path
) -> Iterator[Installation]:
    """Where processes of the product run: the test's database and files, a broker and a mail server of their own."""
    place = Installation(broker, tmp_path, {})
    kept = {name: value for name, value in os.environ.items() if name != "DATABASE_OWNER_URL"}
    place.environment = kept | {
        "DATABASE_URL": database_url(),
        "VASTE_BROKER_URL": broker.url,
        "VASTE_SMTP_URL": mail_sink.url,
        "VASTE_DATA_DIR": str(tmp_path),
        "VASTE_TESTING": "1",
        "VASTE_FAULT_FILE": str(place.faults),
        "PYTHONWARNINGS": "default",
    }
    yield place
    for process in place.processes:
        process.kill()
    place.tasks.close()


def ids_in(raw: bytes) -> list[str]:
    """The X-Test-Id of a mail: the ledger's key."""
    return re.findall(r"(?m)^X-Test-Id: (\S+)", raw.decode("utf-8", "replace"))
