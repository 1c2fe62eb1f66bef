"""Starting one process so that it does not outlive whoever started it."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from helpdesk.embedded import guard
from helpdesk.embedded.identity import Identity

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Program:
    """A command to keep running. `log` takes its output, which else goes where the launcher's goes."""

    name: str
    argv: tuple[str, ...]
    identity: Identity
    env: Mapping[str, str]
    cwd: Path = Path("/")
    stop_signal: signal.Signals = signal.SIGTERM
    log: Path | None = None
    # Services end after the programs that use them.
    is_service: bool = False
    # Runs before each start, also before a restart.
    prepare: Callable[[], None] | None = None


class Guard:
    """Our end of `guard.py`, which clears up when this process ends in whatever way.

    `hold` is a file descriptor that the guard keeps open as well: a lock on it lasts until the last process is gone.
    """

    def __init__(self, *, hold: int | None = None) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(guard.__file__))],
            stdin=subprocess.PIPE,
            cwd="/",
            start_new_session=True,
            pass_fds=() if hold is None else (hold,),
        )

    def watch(self, group: int, stop_signal: signal.Signals) -> None:
        """End this process group when we are gone."""
        self._tell(f"watch {group} {stop_signal.value}")

    def forget(self, group: int) -> None:
        """The group has ended."""
        self._tell(f"forget {group}")

    def remove(self, directory: Path) -> None:
        """Delete the directory when we are gone."""
        self._tell(f"remove {directory}")

    def close(self) -> None:
        """Let the guard do what it was told and wait for it."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait()

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None  # noqa: S101 - opened as a pipe above
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()


def spawn(program: Program) -> subprocess.Popen[bytes]:
    """Start the program as the leader of a process group of its own.

    On Linux the kernel sends it its stop signal when the thread that calls this ends, so call it from the main
    thread. The guard does the same for everything that the program starts in turn.
    """
    output = open_log(program.log, program.identity) if program.log else None
    try:
        return subprocess.Popen(
            program.argv,
            cwd=program.cwd,
            env=program.env,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
            user=program.identity.user,
            group=program.identity.group,
            extra_groups=program.identity.groups,
            umask=0o077,
            preexec_fn=_die_with_parent(program.stop_signal),  # noqa: PLW1509 - this process has one thread
        )
    finally:
        if output:
            output.close()


def open_log(path: Path, identity: Identity) -> IO[bytes]:
    """Open for appending. Root does not follow a link here: the directory belongs to somebody else."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
    if identity.drops:
        os.fchown(descriptor, identity.uid, identity.gid)
    return os.fdopen(descriptor, "ab")


def _die_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    prctl, parent = ctypes.CDLL(None).prctl, os.getpid()

    def arm() -> None:
        prctl(_PR_SET_PDEATHSIG, stop_signal.value)
        if os.getppid() != parent:  # it died before the line above
            os._exit(1)

    return arm
