"""Watches over processes for a starter that may be killed, and ends them when it is gone.

Runs as a process of its own (`python guard.py`, nothing but the standard library). It reads lines on standard input
and acts when that ends, which is also what `kill -9` of the starter brings about:

    watch <process group> <signal>      forget <process group>      remove <directory>

The leader of each group gets its signal, then the groups have `GRACE` seconds, then SIGKILL; the directories go last.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

GRACE = 5.0
_PROC = Path("/proc")


def group_alive(group: int) -> bool:
    """Whether a process of the group still runs. A zombie is dead, although `kill(pid, 0)` finds it."""
    if not (_PROC / "self/stat").exists():
        return _signal_reaches(group)
    return any(found == group and state not in "ZX" for found, state in _groups_and_states())


def kill_group(group: int) -> None:
    """SIGKILL to whatever is left of the group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def process_state(pid: int) -> tuple[str, str] | None:
    """Name and state letter of a process as the kernel has them, or None without such a process (or without /proc)."""
    try:
        text = (_PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    name, rest = text[text.index("(") + 1 : text.rindex(")")], text[text.rindex(")") + 2 :]
    return name, rest.split()[0]


def _groups_and_states() -> Iterator[tuple[int, str]]:
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                text = (entry / "stat").read_text(errors="replace")
                state, _parent, group = text[text.rindex(")") + 2 :].split()[:3]
                yield int(group), state


def _signal_reaches(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _wait_until_gone(groups: Iterable[int], seconds: float) -> list[int]:
    deadline = time.monotonic() + seconds
    left = [group for group in groups if group_alive(group)]
    while left and time.monotonic() < deadline:
        time.sleep(0.05)
        left = [group for group in left if group_alive(group)]
    return left


def _end(groups: dict[int, int]) -> None:
    for leader, number in groups.items():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(leader, number)
    for group in _wait_until_gone(groups, GRACE):
        kill_group(group)
    _wait_until_gone(groups, GRACE)


def main() -> None:
    """Read until the starter is gone, then clear up."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: dict[int, int] = {}
    directories: list[str] = []
    for line in sys.stdin:
        word, _, rest = line.rstrip("\n").partition(" ")
        if word == "watch":
            group, stop_signal = rest.split()
            groups[int(group)] = int(stop_signal)
        elif word == "forget":
            groups.pop(int(rest), None)
        elif word == "remove":
            directories.append(rest)
    _end(groups)
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    main()
