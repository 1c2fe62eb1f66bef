"""The product's own processes, and the commands that prepare a start."""

import hashlib
import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from helpdesk.embedded.errors import LaunchError
from helpdesk.embedded.identity import Identity
from helpdesk.embedded.layout import BASE_DIR, Layout
from helpdesk.embedded.processes import Program

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Options:
    """What a start was asked for. `smtp_host` and `smtp_port` are where mail is taken in."""

    port: int
    smtp_host: str
    smtp_port: int
    demo: bool

    @classmethod
    def from_environment(cls) -> "Options":
        """Read PORT, SMTP_PORT, VASTE_SMTP_LISTEN and VASTE_DEMO."""
        host, _, port = os.environ.get("VASTE_SMTP_LISTEN", f"{HOST}:8025").rpartition(":")
        return cls(
            port=_port("PORT", os.environ.get("PORT") or "8000"),
            smtp_host=host or HOST,
            smtp_port=_port("SMTP_PORT", os.environ.get("SMTP_PORT") or port),
            demo=os.environ.get("VASTE_DEMO", "").lower() in {"1", "true", "yes", "on"},
        )

    def environment(self) -> dict[str, str]:
        """The variables that tell the programs the same."""
        return {
            "VASTE_PUBLIC_PORT": os.environ.get("VASTE_PUBLIC_PORT", str(self.port)),
            "VASTE_SMTP_LISTEN": f"{self.smtp_host}:{self.smtp_port}",
            "VASTE_DEMO": "1" if self.demo else "0",
        }


# glibc keeps a heap for each thread, and gives none of it to the others.
ONE_HEAP = {"MALLOC_ARENA_MAX": "1"}


@dataclass(frozen=True, slots=True)
class Commands:
    """Makes programs of our own Python modules: one user, one environment, one interpreter."""

    layout: Layout
    identity: Identity
    env: Mapping[str, str]

    def migrate(self) -> Program:
        """`manage.py` itself takes the owner's role for this one."""
        return self._manage("Migration", "migrate", "--no-input", "-v", "0")

    def collect_static(self) -> Program:
        """Copies, compresses and names by content whatever pages load."""
        return self._manage("Collecting static files", "collectstatic", "--no-input", "-v", "0")

    def demo(self) -> Program:
        """Fills two tenants, once."""
        return self._manage("The demo", "demo")

    def long_running(self, options: Options) -> list[Program]:
        """Web, the workers, beat and the SMTP listener, in the order of their start."""
        address = ("--host", HOST, "--port", str(options.port))
        wsgi = ("--interface", "wsgi", "--workers", "1", "--blocking-threads", "4", "--log-level", "warning")
        pool = "prefork" if can_share_semaphores(self.identity) else "threads"
        quiet = ("-l", "WARNING", "--without-gossip", "--without-mingle")
        own = ("-P", pool, "-c", "2", "-X", "polling", "-n", "worker@%h")
        # Threads, because all that this one does is wait for mail servers.
        polling = ("-P", "threads", "-c", "16", "-Q", "polling", "-n", "polling@%h")
        beat = ("-s", str(self.layout.data / "beat.db"), "-l", "WARNING", "--pidfile", "")
        return [
            self._python("web", "-m", "granian", *wsgi, *address, "helpdesk.wsgi:application"),
            self._python("worker", "-m", "celery", "--quiet", "-A", "helpdesk", "worker", *quiet, *own),
            self._python("polling", "-m", "celery", "--quiet", "-A", "helpdesk", "worker", *quiet, *polling),
            self._python("beat", "-m", "celery", "--quiet", "-A", "helpdesk", "beat", *beat),
            self._manage("smtpd", "smtpd"),
        ]

    def _manage(self, name: str, *arguments: str) -> Program:
        return self._python(name, "manage.py", *arguments)

    def _python(self, name: str, *arguments: str) -> Program:
        return Program(name, (sys.executable, *arguments), self.identity, {**ONE_HEAP, **self.env}, cwd=BASE_DIR)


def can_share_semaphores(identity: Identity, shared: Path = Path("/dev/shm")) -> bool:  # noqa: S108  # Linux' own place
    """Whether Celery's processes can be used: they share semaphores in a place that a bare chroot keeps for root.

    Threads do the work as well, only without the time limit on a single mail.
    """
    try:
        found = shared.stat()
    except OSError:
        return False
    return identity.uid in (0, found.st_uid) or bool(found.st_mode & stat.S_IWOTH)


def static_fingerprint() -> str:
    """Changes whenever collecting static files could give another result."""
    digest = hashlib.sha256((BASE_DIR / "requirements" / "base.txt").read_bytes())
    digest.update((BASE_DIR / "helpdesk" / "settings.py").read_bytes())
    for path in sorted((BASE_DIR / "static").rglob("*")):
        found = path.stat()
        digest.update(f"{path}\0{found.st_size}\0{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def stamp_path(layout: Layout) -> Path:
    """Holds the fingerprint of what lies in the static directory."""
    return layout.data / "static.stamp"


def _port(name: str, text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise LaunchError(f"{name} has to be a port number, not {text!r}.")
    return int(text)
