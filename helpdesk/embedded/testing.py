"""A pytest plugin: a throw-away PostgreSQL and Valkey for one test run, `-p helpdesk.embedded.testing`.

pytest-django imports the settings before any conftest.py, so the services have to be there earlier. Only the
controlling process starts them; the workers of pytest-xdist inherit its environment. DATABASE_OWNER_URL and REDIS_URL
replace them when they are set, DATABASE_URL is always the owner's: the test database is created by it.
"""

import os
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest

from helpdesk.embedded.environment import placeholder_environment, service_environment
from helpdesk.embedded.layout import Layout, claim_data_dir
from helpdesk.embedded.processes import Guard
from helpdesk.embedded.services import Services
from helpdesk.embedded.supervisor import Supervisor

_SERVICES = pytest.StashKey[tuple[Supervisor, Guard]]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, object, object]:
    """Start the services and export their addresses before the settings are read."""
    _forget_outer_services()
    if not (os.environ.get("DATABASE_OWNER_URL") and os.environ.get("REDIS_URL")):
        supervisor, guard, values = _start()
        early_config.stash[_SERVICES] = supervisor, guard
        os.environ.update(values)
    os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    os.environ["VASTE_TESTING"] = "1"
    for name, value in placeholder_environment().items():
        os.environ.setdefault(name, value)
    _take_own_cache()
    return (yield)


def _take_own_cache() -> None:
    """Every test empties the cache first: each process of a run needs one that no other process empties."""
    worker, url = os.environ.get("PYTEST_XDIST_WORKER", ""), os.environ.get("VASTE_CACHE_URL", "")
    if worker and url.endswith("?db=1"):
        os.environ["VASTE_CACHE_URL"] = f"{url.removesuffix('1')}{int(worker.removeprefix('gw')) + 2}"


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what this process started; the guard removes the directory, as it does after a crash."""
    started = config.stash.get(_SERVICES, None)
    if started:
        supervisor, guard = started
        supervisor.stop()
        guard.close()


def throw_away_directory(guard: Guard) -> Path:
    """A new directory that the guard removes. Root's own TMPDIR may be closed to the services' user, /tmp is not."""
    directory = Path(tempfile.mkdtemp(prefix="vaste-test-", dir="/tmp" if os.geteuid() == 0 else None))  # noqa: S108
    guard.remove(directory)
    directory.chmod(0o711)
    return directory


def _forget_outer_services() -> None:
    """A DATABASE_URL alone names the application's role somewhere, which cannot create a test database."""
    if not os.environ.get("DATABASE_OWNER_URL"):
        os.environ.pop("DATABASE_URL", None)


def _start() -> tuple[Supervisor, Guard, dict[str, str]]:
    guard = Guard()
    supervisor = Supervisor(guard, print)
    layout, identity = claim_data_dir(throw_away_directory(guard) / "data")
    try:
        Services(layout, identity, supervisor, durable=False).start()
    except BaseException:
        supervisor.stop()
        guard.close()
        raise
    if layout.run.parent != layout.data:
        guard.remove(layout.run)
    return supervisor, guard, service_environment(Layout(layout.data))
