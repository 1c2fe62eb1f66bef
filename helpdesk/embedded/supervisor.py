"""Keeps programs running: restarts what dies, and leaves nothing behind when it stops."""

import contextlib
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from helpdesk.embedded.errors import LaunchError
from helpdesk.embedded.guard import group_alive, kill_group
from helpdesk.embedded.processes import Guard, Program, spawn

# A program that ran for this long before it died starts with the shortest pause again.
STEADY_SECONDS = 60.0
LONGEST_PAUSE = 30.0
STOP_SECONDS = 10.0
_TICK = 0.05


class StopRequested(Exception):
    """Somebody asked the launcher to end."""


@dataclass(slots=True)
class _Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    due: float = 0.0
    failures: int = 0

    @property
    def group(self) -> int | None:
        return self.process.pid if self.process else None


class Supervisor:
    """The programs of one launcher. All methods belong to the main thread."""

    def __init__(self, guard: Guard, say: Callable[[str], None]) -> None:
        self._guard = guard
        self._say = say
        self._children: list[_Child] = []
        self._requests = 0

    def start(self, program: Program) -> None:
        """Start the program and keep it running until `stop`."""
        child = _Child(program)
        self._children.append(child)
        self._launch(child)

    def check(self, *, give_up_after: int | None = None) -> None:
        """Notice who has died, and start again who is due. With a limit, that many deaths of one are an error."""
        for child in self._children:
            if child.process is not None:
                self._check_running(child, give_up_after)
            elif time.monotonic() >= child.due:
                self._launch(child)

    def wait_until(self, ready: Callable[[], bool], *, what: str, seconds: float = 60.0) -> None:
        """Keep checking until `ready` holds."""
        deadline = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > deadline:
                raise LaunchError(f"{what} did not get ready within {seconds:.0f} seconds.")
            self.check(give_up_after=3)
            self.pause()

    def run(self, programs: Iterable[Program]) -> None:
        """Run commands beside each other, each once to its end; an error unless all end well."""
        steps = [_Child(program) for program in programs]
        self._children += steps
        for step in steps:
            self._launch(step)
        for step in steps:
            assert step.process is not None  # noqa: S101 - launched above
            while step.process.poll() is None:
                self.pause()
            self._gone(step)
            self._children.remove(step)
        for step in steps:
            if step.process is not None and step.process.returncode != 0:
                raise LaunchError(f"{step.program.name} failed ({describe(step.process.returncode)}).")

    def stop(self) -> None:
        """End everything: what uses the services first, then the services."""
        for is_service in (False, True):
            self._stop([child for child in self._children if child.program.is_service is is_service])
        self._children.clear()

    def pause(self) -> None:
        """Let a moment go by. Raises `StopRequested` once somebody has asked for the end."""
        if self._requests:
            raise StopRequested
        time.sleep(_TICK)

    def request_stop(self) -> None:
        """For signal handlers. Asked twice, `stop` waits for nobody."""
        self._requests += 1

    def pids(self) -> dict[str, int]:
        """The running programs' process numbers by name."""
        return {child.program.name: child.process.pid for child in self._children if child.process}

    def _launch(self, child: _Child) -> None:
        if child.program.prepare:
            child.program.prepare()
        child.process = spawn(child.program)
        child.started = time.monotonic()
        self._guard.watch(child.process.pid, child.program.stop_signal)

    def _check_running(self, child: _Child, give_up_after: int | None) -> None:
        assert child.process is not None  # noqa: S101 - the caller has looked
        code = child.process.poll()
        if code is None:
            return
        self._gone(child)
        child.process = None
        if time.monotonic() - child.started > STEADY_SECONDS:
            child.failures = 0
        child.failures += 1
        if give_up_after is not None and child.failures >= give_up_after:
            where = f"; see {child.program.log}" if child.program.log else ""
            raise LaunchError(f"{child.program.name} does not stay up ({describe(code)}{where}).")
        pause = min(LONGEST_PAUSE, 2.0 ** (child.failures - 1))
        child.due = time.monotonic() + pause
        self._say(f"{child.program.name} ended ({describe(code)}); starting it again in {pause:.0f} s")

    def _gone(self, child: _Child) -> None:
        """The leader has ended; whatever it left behind in its group goes as well."""
        group = child.group
        if group is not None:
            if group_alive(group):
                kill_group(group)
            self._guard.forget(group)

    def _stop(self, children: list[_Child]) -> None:
        running = [child for child in children if child.process is not None]
        for child in running:
            assert child.process is not None  # noqa: S101 - selected above
            with contextlib.suppress(ProcessLookupError):
                child.process.send_signal(child.program.stop_signal)
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline and self._requests < 2 and any(_is_up(child) for child in running):
            time.sleep(_TICK)
        for child in running:
            if _is_up(child) and child.process is not None:
                kill_group(child.process.pid)
                child.process.wait()
            self._gone(child)
            child.process = None


def describe(code: int) -> str:
    """An exit status in words: `exit status 3`, `SIGKILL`."""
    return f"exit status {code}" if code >= 0 else signal.Signals(-code).name


def _is_up(child: _Child) -> bool:
    return child.process is not None and child.process.poll() is None
