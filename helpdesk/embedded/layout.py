"""Where the embedded services keep what they have: one data directory, owned by the user they run as."""

import hashlib
import os
import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from helpdesk.embedded.errors import LaunchError
from helpdesk.embedded.identity import Identity

BASE_DIR = Path(__file__).resolve().parent.parent.parent
RELOCATED = Path("/var/lib")
# sun_path holds 108 bytes with its closing zero; the longer of the two names is PostgreSQL's.
SOCKET_PATH_LIMIT = 107
_LONGEST_SOCKET_NAME = ".s.PGSQL.5432.lock"
_PLAIN_PATH = re.compile(r"[\w./-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths below one data directory."""

    data: Path

    @property
    def cluster(self) -> Path:
        return self.data / "pg"

    @property
    def valkey(self) -> Path:
        return self.data / "valkey"

    @property
    def files(self) -> Path:
        return self.data / "files"

    @property
    def static(self) -> Path:
        return self.data / "static"

    @property
    def secrets(self) -> Path:
        return self.data / "secrets.json"

    @property
    def lock(self) -> Path:
        return self.data / "launcher.lock"

    @property
    def backups(self) -> Path:
        return self.data / "backups"

    @property
    def run(self) -> Path:
        """Directory of the sockets: in the data directory, or below /tmp where that path is too long or too odd."""
        inside = self.data / "run"
        longest = os.fsencode(inside / _LONGEST_SOCKET_NAME)
        if len(longest) <= SOCKET_PATH_LIMIT and _PLAIN_PATH.fullmatch(str(inside)):
            return inside
        # Not TMPDIR: the launcher and `manage.py` have to come to the same path whatever their environments say.
        return Path("/tmp") / f"vaste-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:16]}"  # noqa: S108

    @property
    def postgres_socket(self) -> Path:
        return self.run / ".s.PGSQL.5432"

    @property
    def valkey_socket(self) -> Path:
        return self.run / "valkey.sock"

    def database_url(self, role: str, database: str = "vaste") -> str:
        """Address for Django and libpq. The directory goes into the query: django-environ does not decode hosts."""
        return f"postgres://{role}@/{database}?host={quote(str(self.run))}"


def requested_data_dir() -> Path:
    """What VASTE_DATA_DIR names, `var` in the checkout by default."""
    return Path(os.environ.get("VASTE_DATA_DIR") or BASE_DIR / "var").absolute()


def current_layout() -> Layout:
    """The layout as it would be; creates nothing."""
    return Layout(requested_data_dir().resolve())


def claim_data_dir(requested: Path) -> tuple[Layout, Identity]:
    """Create the data directory where it is missing, and say who runs the services on it.

    Whoever owns existing data keeps it. Root gives a new directory to an unprivileged user; where that user cannot
    get to it (/root is closed on most systems) the data lies in /var/lib and `requested` becomes a link to it, so
    that every later start finds the same place.
    """
    try:
        path = _claim(requested)
    except OSError as error:
        raise LaunchError(f"The data directory {requested} cannot be made: {error.strerror}.") from error
    owner = path.stat().st_uid
    if os.geteuid() not in (0, owner):
        name = Identity.of(owner).name
        raise LaunchError(f"{path} belongs to {name}. Start as {name}, or set VASTE_DATA_DIR to another place.")
    return Layout(path), Identity.of(owner) if os.geteuid() == 0 else Identity.current()


def hand_over_tree(path: Path, identity: Identity) -> None:
    """Give a tree that root has just made to the user who is to run it, whatever root's umask was."""
    if identity.drops:
        for parent, _, files in os.walk(path):
            for name in (parent, *(os.path.join(parent, file) for file in files)):
                os.chown(name, identity.uid, identity.gid, follow_symlinks=False)


def _claim(requested: Path) -> Path:
    path = requested.resolve()
    if os.geteuid() != 0:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path
    if path.is_dir() and path.stat().st_uid != 0:
        return path
    identity = Identity.unprivileged()
    path.parent.mkdir(parents=True, exist_ok=True)
    if not identity.may_enter(path.parent):
        return _relocate(path, identity)
    path.mkdir(exist_ok=True)
    return _hand_over(path, identity)


def _relocate(path: Path, identity: Identity) -> Path:
    if path.is_dir():
        if any(path.iterdir()):
            raise LaunchError(
                f"The user {identity.name} cannot get to {path}, and there are files in it. "
                "Set VASTE_DATA_DIR to a place that other users may enter, such as /var/lib/vaste."
            )
        path.rmdir()
    target = Path(tempfile.mkdtemp(prefix="vaste-", dir=RELOCATED))
    path.symlink_to(target)
    return _hand_over(target, identity)


def _hand_over(path: Path, identity: Identity) -> Path:
    os.chown(path, identity.uid, identity.gid, follow_symlinks=False)
    path.chmod(0o700)
    return path
