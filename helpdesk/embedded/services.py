"""PostgreSQL and Valkey together, as the launcher, the tests and the backup start them."""

import fcntl
import os
import time
from pathlib import Path

from helpdesk.embedded import environment
from helpdesk.embedded.errors import LaunchError, OccupiedError
from helpdesk.embedded.guard import process_state
from helpdesk.embedded.identity import Identity
from helpdesk.embedded.layout import Layout
from helpdesk.embedded.postgres import Postgres
from helpdesk.embedded.supervisor import Supervisor
from helpdesk.embedded.valkey import Valkey

_FORMER_RUN_SECONDS = 30.0


def lock(layout: Layout, identity: Identity) -> int:
    """Reserve the data directory; the descriptor returned holds the lock, with everybody who inherits it.

    A killed launcher's guard keeps it until its processes are gone, so that is waited for.
    """
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    if identity.drops:
        os.fchown(descriptor, identity.uid, identity.gid)
    deadline = time.monotonic() + _FORMER_RUN_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            break
        except BlockingIOError:
            holder = os.pread(descriptor, 20, 0).decode().strip()
            if _is_alive(holder) or time.monotonic() > deadline:
                os.close(descriptor)
                raise OccupiedError(
                    f"{layout.data} is in use by another launcher (process {holder or 'unknown'}). "
                    "Stop that one, or set VASTE_DATA_DIR to another place."
                ) from None
            time.sleep(0.1)
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode(), 0)
    return descriptor


def _is_alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    state = process_state(int(pid))
    return state is not None and state[1] not in "ZX"


class Services:
    """The embedded services that are in use: neither, one or both, by what the environment names."""

    def __init__(self, layout: Layout, identity: Identity, supervisor: Supervisor, *, durable: bool = True) -> None:
        self.layout = layout
        self.identity = identity
        self._supervisor = supervisor
        self.postgres = Postgres(layout, identity, durable=durable) if environment.uses_embedded_postgres() else None
        self.valkey = Valkey(layout, identity, durable=durable) if environment.uses_embedded_valkey() else None

    def start(self) -> None:
        """Start what is in use and wait until it answers; the database has its roles then."""
        make_directory(self.layout.run, self.identity)
        if self.valkey:
            make_directory(self.layout.valkey, self.identity)
            self._supervisor.start(self.valkey.program())
        if self.postgres:
            self.postgres.initialise()
            self._supervisor.start(self.postgres.program())
            self._supervisor.wait_until(self.postgres.is_ready, what="PostgreSQL")
            self.postgres.create_roles()
        if self.valkey:
            self._supervisor.wait_until(self.valkey.is_ready, what="Valkey")


def make_directory(path: Path, identity: Identity) -> None:
    """Have the user make the directory for itself, so that root changes no owner in a directory of somebody else.

    Below /tmp anybody might have made it before: it has to be that user's own, and closed.
    """
    if not path.is_dir() and not identity.succeeds(["/bin/mkdir", "-m", "700", str(path)]):
        raise LaunchError(f"The user {identity.name} cannot make the directory {path}.")
    found = path.lstat()
    if path.is_symlink() or found.st_uid != identity.uid or found.st_mode & 0o077:
        raise LaunchError(f"{path} is not a directory of {identity.name} alone. Remove it.")
