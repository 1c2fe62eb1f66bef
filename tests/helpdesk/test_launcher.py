"""The supervisor with small programs, and the launcher as a process of its own: nothing may stay behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpdesk.embedded.errors import LaunchError
from helpdesk.embedded.guard import group_alive
from helpdesk.embedded.identity import Identity
from helpdesk.embedded.launcher import takes_mail
from helpdesk.embedded.layout import BASE_DIR
from helpdesk.embedded.processes import Guard, Program
from helpdesk.embedded.programs import Options
from helpdesk.embedded.supervisor import StopRequested, Supervisor
from tests.helpdesk.embedded_support import bare_environment, open_directory

MARK = "VASTE_TEST_MARK"


class Stack:
    """A guard and a supervisor whose programs all carry a mark in their environment."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.env = {"PATH": "/usr/bin:/bin", MARK: mark}
        self.said: list[str] = []
        self.guard = Guard()
        self.supervisor = Supervisor(self.guard, self.said.append)

    def program(self, name: str, script: str) -> Program:
        return Program(name, ("/bin/sh", "-c", script), Identity.current(), self.env)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    stack = Stack(str(tmp_path))
    yield stack
    stack.supervisor.stop()
    stack.guard.close()


def marked(mark: str) -> list[int]:
    """Living processes whose environment carries the mark."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                environment = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except OSError:
                continue
            if f"{MARK}={mark}".encode() in environment.split(b"\0") and state != "Z":
                found.append(int(entry.name))
    return found


def eventually(holds: Callable[[], bool], *, seconds: float = 15) -> bool:
    deadline = time.monotonic() + seconds
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.05)
    return holds()


def checking(stack: Stack, holds: Callable[[], bool]) -> Callable[[], bool]:
    """The condition, with the supervisor doing its work meanwhile."""

    def condition() -> bool:
        stack.supervisor.check()
        return holds()

    return condition


def test_a_program_that_dies_is_started_again(stack: Stack) -> None:
    stack.supervisor.start(stack.program("worker", "sleep 300"))
    first = stack.supervisor.pids()["worker"]

    os.kill(first, signal.SIGKILL)

    assert eventually(checking(stack, lambda: stack.supervisor.pids().get("worker", first) != first))
    assert stack.said == ["worker ended (SIGKILL); starting it again in 1 s"]


def test_what_a_dead_program_leaves_behind_goes_before_its_next_start(stack: Stack) -> None:
    stack.supervisor.start(stack.program("worker", "sleep 300 & sleep 300"))
    assert eventually(lambda: len(marked(stack.mark)) == 3)
    leader = stack.supervisor.pids()["worker"]

    os.kill(leader, signal.SIGKILL)

    assert eventually(checking(stack, lambda: not group_alive(leader)))


def test_the_pauses_between_starts_grow(stack: Stack) -> None:
    stack.supervisor.start(stack.program("worker", "exit 3"))

    assert eventually(checking(stack, lambda: len(stack.said) == 3))
    assert stack.said == [f"worker ended (exit status 3); starting it again in {seconds} s" for seconds in (1, 2, 4)]


def test_a_program_that_never_stays_up_ends_the_start(stack: Stack) -> None:
    stack.supervisor.start(stack.program("web", "exit 3"))

    with pytest.raises(LaunchError, match=r"web does not stay up \(exit status 3\)"):
        stack.supervisor.wait_until(lambda: False, what="web", seconds=30)


def test_stopping_ends_stubborn_programs_and_their_children(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.embedded.supervisor.STOP_SECONDS", 0.5)
    stack.supervisor.start(stack.program("stubborn", "trap '' TERM; sleep 300 & while true; do sleep 300; done"))
    assert eventually(lambda: len(marked(stack.mark)) == 3)

    stack.supervisor.stop()

    assert eventually(lambda: marked(stack.mark) == [], seconds=2)


def test_services_stop_after_what_uses_them(stack: Stack, tmp_path: Path) -> None:
    log = tmp_path / "order"
    for name, is_service in (("database", True), ("web", False)):
        script = f"trap 'echo {name} >> {log}; exit' TERM; touch {tmp_path}/{name}; while true; do sleep 0.05; done"
        program = stack.program(name, script)
        stack.supervisor.start(Program(name, program.argv, program.identity, program.env, is_service=is_service))
    assert eventually(lambda: (tmp_path / "database").exists() and (tmp_path / "web").exists())

    stack.supervisor.stop()

    assert log.read_text().split() == ["web", "database"]


def test_steps_run_beside_each_other_and_a_failed_one_is_named(stack: Stack) -> None:
    started = time.monotonic()
    stack.supervisor.run([stack.program("one", "sleep 0.7"), stack.program("two", "sleep 0.7")])
    took = time.monotonic() - started

    assert 0.7 <= took < 1.4
    with pytest.raises(LaunchError, match=r"two failed \(exit status 4\)"):
        stack.supervisor.run([stack.program("one", "true"), stack.program("two", "exit 4")])


def test_a_stop_request_interrupts_a_step(stack: Stack) -> None:
    previous = signal.signal(signal.SIGUSR1, lambda _number, _frame: stack.supervisor.request_stop())
    try:
        with pytest.raises(StopRequested):
            stack.supervisor.run([stack.program("migrate", f"kill -USR1 {os.getpid()}; sleep 300")])
    finally:
        signal.signal(signal.SIGUSR1, previous)

    stack.supervisor.stop()
    assert eventually(lambda: marked(stack.mark) == [])


TINY = """
from celery import Celery
celery = Celery(broker="memory://")
def wsgi(environ, start_response):
    start_response("204 No Content", [])
    return []
"""


def tiny_server_and_worker(directory: Path) -> dict[str, list[str]]:
    """Commands of a real web server and a real worker pool, which fork children of their own."""
    (directory / "tiny.py").write_text(TINY)
    with socket.create_server(("127.0.0.1", 0)) as spare:
        port = str(spare.getsockname()[1])
    web = ["granian", "--interface", "wsgi", "--workers", "1", "--host", "127.0.0.1", "--port", port, "tiny:wsgi"]
    worker = ["celery", "-A", "tiny:celery", "worker", "-c", "2", "-l", "ERROR"]
    return {name: [sys.executable, "-m", *arguments] for name, arguments in (("web", web), ("worker", worker))}


def test_a_killed_web_server_and_worker_leave_no_children(stack: Stack, tmp_path: Path) -> None:
    for name, argv in tiny_server_and_worker(tmp_path).items():
        stack.supervisor.start(Program(name, tuple(argv), Identity.current(), stack.env, cwd=tmp_path))
    assert eventually(lambda: len(marked(stack.mark)) >= 5, seconds=30)
    leaders = stack.supervisor.pids().values()

    for leader in leaders:
        os.kill(leader, signal.SIGKILL)

    assert eventually(checking(stack, lambda: not any(map(group_alive, leaders))))
    stack.supervisor.stop()
    assert eventually(lambda: marked(stack.mark) == [])


SUPERVISING = """
import json, sys, time
from pathlib import Path
from helpdesk.embedded.identity import Identity
from helpdesk.embedded.processes import Guard, Program
from helpdesk.embedded.supervisor import Supervisor
directory, programs, env = Path(sys.argv[1]), json.loads(sys.argv[2]), json.loads(sys.argv[3])
guard = Guard()
guard.remove(directory / "doomed")
supervisor = Supervisor(guard, print)
for name, argv in programs.items():
    supervisor.start(Program(name, tuple(argv), Identity.current(), env, cwd=directory))
print("up", flush=True)
while True:
    supervisor.check()
    time.sleep(0.05)
"""


def test_a_killed_launcher_leaves_no_process_and_no_directory(tmp_path: Path) -> None:
    (tmp_path / "doomed").mkdir()
    programs = tiny_server_and_worker(tmp_path)
    programs["deaf"] = ["/bin/sh", "-c", "trap '' TERM; sleep 300 & wait"]
    env = {"PATH": "/usr/bin:/bin", MARK: str(tmp_path)}
    command = [sys.executable, "-c", SUPERVISING, str(tmp_path), json.dumps(programs), json.dumps(env)]
    with subprocess.Popen(command, cwd=BASE_DIR, env=env, stdout=subprocess.PIPE, text=True) as launcher:
        assert launcher.stdout is not None
        first_line = launcher.stdout.readline()
        all_there = eventually(lambda: len(marked(str(tmp_path))) >= 9, seconds=30)
        launcher.kill()

    assert (first_line, all_there) == ("up\n", True)

    assert eventually(lambda: marked(str(tmp_path)) == [], seconds=20)
    assert eventually(lambda: not (tmp_path / "doomed").exists(), seconds=5)


class Launcher:
    """`python -m helpdesk.embedded.launcher` on a data directory of its own."""

    def __init__(self, directory: Path, *arguments: str, **more: str) -> None:
        self.mark = str(directory)
        with bare_environment() as patch:
            patch.setenv("VASTE_DATA_DIR", str(directory / "data"))
            patch.setenv(MARK, self.mark)
            for name, value in more.items():
                patch.setenv(name, value)
            self.process = subprocess.Popen(
                [sys.executable, "-m", "helpdesk.embedded.launcher", *arguments],
                cwd=BASE_DIR,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )

    def read_until(self, text: str) -> str:
        assert self.process.stdout is not None
        read = ""
        while text not in read:
            line = self.process.stdout.readline()
            assert line, f"ended after:\n{read}"
            read += line
        return read

    def finish(self, number: signal.Signals | None = None) -> tuple[int, str]:
        """Exit status and the rest of the output."""
        if number is not None:
            self.process.send_signal(number)
        output, _ = self.process.communicate(timeout=40)
        return self.process.returncode, output

    def servers(self) -> list[str]:
        """Names of living processes that work on the data directory or descend from this launcher."""
        names = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if self.mark.encode() in words:
                    names.append(words.split(b"\0")[0].decode())
        return names

    def __enter__(self) -> "Launcher":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def directory() -> Iterator[Path]:
    with open_directory() as path:
        yield path


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_stopped_launcher_leaves_nothing_behind(directory: Path, number: signal.Signals) -> None:
    with Launcher(directory, "--services-only") as launcher:
        launcher.read_until("services ready")
        running = launcher.servers()
        code, _ = launcher.finish(number)

    assert (code, len(running) >= 2) == (0, True)
    assert launcher.servers() == []
    assert not (directory / "data/pg/postmaster.pid").exists()


def test_a_killed_launcher_can_be_started_again_at_once(directory: Path) -> None:
    with Launcher(directory, "--services-only") as first:
        first.read_until("services ready")
        first.finish(signal.SIGKILL)
    with Launcher(directory, "--services-only") as second:
        second.read_until("services ready")
        code, _ = second.finish(signal.SIGTERM)

    assert code == 0
    assert second.servers() == []
    assert "not properly shut down" not in (directory / "data/postgres.log").read_text()


def test_two_launchers_on_one_directory_refuse(directory: Path) -> None:
    with Launcher(directory, "--services-only") as first:
        first.read_until("services ready")
        with Launcher(directory, "--services-only") as second:
            refused, output = second.finish()
        code, _ = first.finish(signal.SIGTERM)

    assert (refused, str(first.process.pid) in output) == (2, True)
    assert code == 0


@pytest.mark.parametrize("name", ["PORT", "SMTP_PORT"])
def test_an_occupied_port_is_named_before_anything_starts(directory: Path, name: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        with socket.create_server(("127.0.0.1", 0)) as spare:
            ports = dict.fromkeys(("PORT", "SMTP_PORT"), str(spare.getsockname()[1]))
        ports[name] = str(taken.getsockname()[1])
        with Launcher(directory, **ports) as launcher:
            code, output = launcher.finish()

    assert code == 2
    assert f"Port {ports[name]} " in output
    assert f"make up {name}=" in output
    assert not (directory / "data/pg").exists()


def test_an_outer_database_needs_both_roles(directory: Path) -> None:
    with Launcher(directory, DATABASE_URL="postgres://vaste_app@db/vaste") as launcher:
        code, output = launcher.finish()

    assert (code, "DATABASE_OWNER_URL" in output) == (1, True)


def test_ready_means_that_mail_is_taken_too() -> None:
    def greet() -> None:
        with listener.accept()[0] as connection:
            connection.sendall(b"220 mail.acme.example ESMTP\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        options = Options(port=1, smtp_host="127.0.0.1", smtp_port=listener.getsockname()[1], demo=False)
        greeter = threading.Thread(target=greet)
        greeter.start()
        assert takes_mail(options)
        greeter.join()
    assert not takes_mail(options)


def test_options_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    monkeypatch.setenv("VASTE_SMTP_LISTEN", "0.0.0.0:25")
    monkeypatch.setenv("SMTP_PORT", "2525")
    monkeypatch.setenv("VASTE_DEMO", "1")

    options = Options.from_environment()

    assert options == Options(port=8000, smtp_host="0.0.0.0", smtp_port=2525, demo=True)
    assert options.environment() == {
        "VASTE_PUBLIC_PORT": "8000",
        "VASTE_SMTP_LISTEN": "0.0.0.0:2525",
        "VASTE_DEMO": "1",
    }


def test_a_port_has_to_be_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "eighty")

    with pytest.raises(LaunchError, match="'eighty'"):
        Options.from_environment()
