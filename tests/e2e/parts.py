"""The real parts around the product: broker, workers, SMTP listener, IMAP server, receiving mail server, faulty wires.

All of them are processes or sockets of a test's own, so that several test processes never meet in one of them.
"""

import contextlib
import os
import re
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
from celery import Celery
from django.db import connection

from helpdesk.embedded.identity import Identity
from helpdesk.embedded.layout import BASE_DIR
from helpdesk.embedded.programs import can_share_semaphores
from helpdesk.embedded.valkey import packaged_binary
from tests.conftest import APP_ROLE
from tests.e2e.imap_server import DOVEADM, DOVECOT, PASSWORD, Dovecot
from tests.e2e.mail_sink import MailSink
from tests.e2e.waiting import HOST, answers, free_port, wait_until
from tests.e2e.wire import Wire

SWEEP_SECONDS = 0.7

__all__ = [
    "HOST",
    "PASSWORD",
    "Broker",
    "Dovecot",
    "Installation",
    "MailSink",
    "Smtpd",
    "Wire",
    "database_address",
    "database_url",
    "free_port",
    "wait_until",
]


def database_url(host: str = "", port: int = 0) -> str:
    """The test database for another process, bound by row-level security like every process of the product."""
    owner = urlsplit(os.environ["DATABASE_OWNER_URL"])
    place = owner.netloc
    query = owner.query
    if host:
        place, query = f"{owner.netloc.rpartition('@')[0]}@{host}:{port}", ""
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
    swept_at: float = 0.0

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

    def ask(self, *names: str, expires: float | None = None) -> None:
        """Do what beat does: send tasks by name."""
        for name in names:
            self.tasks.send_task(name, retry=False, expires=expires)

    def sweep(self, *, every: float = SWEEP_SECONDS) -> None:
        """What beat asks for, as often as a loaded machine can bear: sweeps go before all other tasks."""
        if time.monotonic() - self.swept_at < every:
            return
        self.swept_at = time.monotonic()
        sweeps = ("mailintake.tasks.poll_mailboxes", "mailintake.tasks.sweep_inbound", "outbox.tasks.sweep_outgoing")
        self.ask(*sweeps, expires=5)

    def worker(self, *, concurrency: int = 2, arguments: tuple[str, ...] = (), **more: str) -> Process:
        """A worker for all queues, unless `arguments` say otherwise."""
        if "-P" not in arguments and not can_share_semaphores(Identity.current()):
            pytest.skip("/dev/shm is closed to this user, and Celery's processes share semaphores there")
        number = len(self.processes)
        command = [sys.executable, "-m", "celery", "-A", "helpdesk", "worker", "-c", str(concurrency), "-l", "INFO"]
        command += ["-n", f"w{number}@%h", "--without-gossip", "--without-mingle", *arguments]
        process = Process(command, self.environment | more, self.directory / f"worker{number}.log")
        self.processes.append(process)
        process.start()
        return process

    def wait_for(self, *workers: Process) -> None:
        for worker in workers:
            wait_until(lambda log=worker.log: "ready." in log.read_text(), seconds=60, what="a worker")

    def smtpd(self, *arguments: str, respawned: bool = False, **more: str) -> "Smtpd":
        """The SMTP listener, answering; `respawned` starts it anew whenever it dies."""
        port = free_port()
        command = [sys.executable, *(["-m", "tests.e2e.respawn"] if respawned else ["manage.py"]), "smtpd", *arguments]
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
    for _ in range(3):
        # pytest's own directories are closed to the user that root lets the mailboxes belong to.
        root = Path(tempfile.mkdtemp(prefix="vaste-imap-", dir="/tmp" if os.geteuid() == 0 else None))
        root.chmod(0o711)
        server = Dovecot(root)
        try:
            if server.start():
                yield server
                return
        finally:
            server.stop()
            shutil.rmtree(root, ignore_errors=True)
    pytest.fail("Dovecot did not start: its ports were taken three times.")


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
