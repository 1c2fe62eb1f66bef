"""Which Unix user the processes run as. Started as root, everything gives root up that can."""

import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from helpdesk.embedded.errors import LaunchError

# PostgreSQL refuses root, and initdb wants a user that the system knows by name; so one that exists already is taken.
UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Identity:
    """A Unix user. `user`, `group` and `groups` are Popen's arguments: None where nothing has to change."""

    uid: int
    gid: int
    name: str

    @classmethod
    def current(cls) -> "Identity":
        """Whoever runs this process."""
        return cls(os.geteuid(), os.getegid(), _name_of(os.geteuid()))

    @classmethod
    def unprivileged(cls) -> "Identity":
        """The user that stands in for root."""
        for name in UNPRIVILEGED:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(entry.pw_uid, entry.pw_gid, name)
        raise LaunchError(f"No user to give root up for: none of {', '.join(UNPRIVILEGED)} exists.")

    @classmethod
    def of(cls, uid: int) -> "Identity":
        """The user with that number."""
        try:
            entry = pwd.getpwuid(uid)
        except KeyError:
            raise LaunchError(f"The data belongs to user number {uid}, which this system does not know.") from None
        return cls(uid, entry.pw_gid, entry.pw_name)

    @property
    def drops(self) -> bool:
        """Whether running as this user means giving up root."""
        return os.geteuid() == 0 and self.uid != 0

    @property
    def user(self) -> int | None:
        return self.uid if self.drops else None

    @property
    def group(self) -> int | None:
        return self.gid if self.drops else None

    @property
    def groups(self) -> list[int] | None:
        return [] if self.drops else None

    def succeeds(self, argv: Sequence[str], *, cwd: Path = Path("/")) -> bool:
        """Whether the command ends well when this user runs it."""
        try:
            result = subprocess.run(
                argv,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                user=self.user,
                group=self.group,
                extra_groups=self.groups,
                check=False,
            )
        except OSError:
            return False
        return result.returncode == 0

    def may_enter(self, directory: Path) -> bool:
        """Whether the user gets to what lies in the directory: each parent up to / has to let it through."""
        return not self.drops or self.succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(directory)])

    def may_execute(self, path: Path) -> bool:
        """Whether the user can start that program where it lies."""
        return not self.drops or self.succeeds(["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)])

    def may_run_project(self, base: Path) -> bool:
        """Whether the user can read this checkout, the interpreter and the installed packages."""
        code = "import importlib.util, pathlib, sys; pathlib.Path(sys.argv[1]).read_bytes()"
        code += "; sys.exit(importlib.util.find_spec('granian') is None)"
        return not self.drops or self.succeeds([sys.executable, "-c", code, str(base / "manage.py")])

    def of_programs(self, base: Path) -> "Identity":
        """Who runs web and workers, and owns what they write: this user, or us where the checkout is closed to it."""
        return self if self.may_run_project(base) else Identity.current()


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
