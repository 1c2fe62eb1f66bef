"""The environment variables that settings.py reads, where nobody has set them: those of the embedded services.

DATABASE_URL is the application's role, DATABASE_OWNER_URL the owner's. The two, REDIS_URL and VASTE_SECRET_KEY each
replace their embedded part when they are set.
"""

import contextlib
import json
import os
import secrets
import socket
import sys
from collections.abc import Mapping
from typing import NoReturn

from helpdesk.embedded.errors import LaunchError
from helpdesk.embedded.identity import Identity
from helpdesk.embedded.layout import Layout, current_layout
from helpdesk.embedded.postgres import APPLICATION, OWNER

SECRET_NAMES = ("VASTE_SECRET_KEY", "VASTE_DATA_KEY")
# They change tables, or read the rows of all tenants: the application's role may do neither.
OWNER_COMMANDS = frozenset(
    {"dumpdata", "flush", "loaddata", "makemigrations", "migrate", "showmigrations", "sqlmigrate", "test"}
)
# They need neither database nor broker, and run before anything was ever started.
OFFLINE_COMMANDS = frozenset(
    {
        *("", "-h", "--help", "help", "--version", "version", "check", "diffsettings"),
        *("collectstatic", "compilemessages", "findstatic", "makemessages", "makemigrations"),
        *("parse_mail", "rating_cases", "sla_cases"),
        "check_invoice",
    }
)
# Whoever calls these goes by the exit code: anything but this one would have a mail server give its mail up.
PIPE_COMMANDS = {"receive_mail": os.EX_TEMPFAIL}


def uses_embedded_postgres() -> bool:
    """Whether no other database is named."""
    return not os.environ.get("DATABASE_URL")


def uses_embedded_valkey() -> bool:
    """Whether no other broker is named."""
    return not os.environ.get("REDIS_URL")


def service_environment(layout: Layout) -> dict[str, str]:
    """Addresses of the embedded parts that are in use, and the data directory."""
    values = {"VASTE_DATA_DIR": str(layout.data)}
    if uses_embedded_postgres():
        values["DATABASE_URL"] = layout.database_url(APPLICATION)
        values["DATABASE_OWNER_URL"] = layout.database_url(OWNER)
    if uses_embedded_valkey():
        # kombu and redis-py name the same socket differently.
        values["REDIS_URL"] = f"unix://{layout.valkey_socket}"
        values["VASTE_CACHE_URL"] = f"unix://{layout.valkey_socket}?db=1"
        values["VASTE_BROKER_URL"] = f"redis+socket://{layout.valkey_socket}"
    return values


def placeholder_environment() -> dict[str, str]:
    """Harmless values for tools that import the settings and connect to nothing: mypy, makemigrations --check."""
    layout = current_layout()
    names = dict.fromkeys(SECRET_NAMES, "no secret: nothing was started yet")
    return {"DJANGO_SETTINGS_MODULE": "helpdesk.settings", **names, **service_environment(layout)}


def load_secrets(layout: Layout) -> dict[str, str]:
    """The secrets of this data directory; empty where none were made yet."""
    try:
        values = json.loads(layout.secrets.read_text())
    except FileNotFoundError:
        return {}
    return {name: str(values[name]) for name in SECRET_NAMES}


def ensure_secrets(layout: Layout, identity: Identity) -> dict[str, str]:
    """The secrets of this data directory, generated the first time, readable by its owner only."""
    if found := load_secrets(layout):
        return found
    values = {name: secrets.token_urlsafe(48) for name in SECRET_NAMES}
    write_private(layout, identity, "secrets.json", json.dumps(values, indent=2).encode())
    return values


def write_private(layout: Layout, identity: Identity, name: str, content: bytes) -> None:
    """Write a file of the data directory for its owner's eyes, whole or not at all."""
    unfinished = layout.data / f"{name}.unfinished"
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if identity.drops:
            os.fchown(descriptor, identity.uid, identity.gid)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    unfinished.rename(layout.data / name)


def apply_environment() -> None:
    """Complete `os.environ` for this `manage.py` command; exits where it needs services that do not run."""
    command = sys.argv[1] if len(sys.argv) > 1 else ""
    layout = current_layout()
    embedded = uses_embedded_postgres()
    try:
        values = {**service_environment(layout), **load_secrets(layout)}
    except PermissionError:
        _refuse(command, LaunchError(_whose(layout)))
    if command in OFFLINE_COMMANDS:
        values = {**placeholder_environment(), **values}
    _set_missing(values)
    owner_url = os.environ.get("DATABASE_OWNER_URL")
    if command in OWNER_COMMANDS and owner_url:
        os.environ["DATABASE_URL"] = owner_url
    if embedded and command not in OFFLINE_COMMANDS:
        try:
            require_running(layout)
        except LaunchError as error:
            _refuse(command, error)


def _refuse(command: str, error: LaunchError) -> NoReturn:
    sys.stderr.write(f"{error}\n")
    sys.exit(PIPE_COMMANDS.get(command, error.exit_code))


def _set_missing(values: Mapping[str, str]) -> None:
    for name, value in values.items():
        if not os.environ.get(name):
            os.environ[name] = value


def require_running(layout: Layout) -> None:
    """Raise LaunchError unless the embedded PostgreSQL can be reached."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(layout.postgres_socket))
    except PermissionError:
        raise LaunchError(_whose(layout)) from None
    except OSError:
        advice = "`make up` starts everything, `make services` only database and broker"
        raise LaunchError(f"The database is not running: {advice}.") from None


def _whose(layout: Layout) -> str:
    with contextlib.suppress(OSError, LaunchError):
        name = Identity.of(layout.data.stat().st_uid).name
        return f"{layout.data} belongs to {name}: run this as {name} or as root."
    return f"{layout.data} is closed to this user."
