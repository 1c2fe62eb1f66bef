"""Embedded services of a test's own, apart from those that the whole test run uses."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.embedded.environment import SECRET_NAMES
from helpdesk.embedded.identity import Identity
from helpdesk.embedded.layout import Layout, claim_data_dir
from helpdesk.embedded.processes import Guard
from helpdesk.embedded.services import Services
from helpdesk.embedded.supervisor import Supervisor

SERVICE_VARIABLES = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "VASTE_DATA_DIR", *SECRET_NAMES)


@contextlib.contextmanager
def open_directory() -> Iterator[Path]:
    """A directory that the services' user can get to, also when root runs the tests (pytest's own are closed)."""
    path = Path(tempfile.mkdtemp(prefix="vaste-test-", dir="/tmp" if os.geteuid() == 0 else None))
    path.chmod(0o711)
    try:
        yield path
    finally:
        shutil.rmtree(path)


@contextlib.contextmanager
def bare_environment() -> Iterator[pytest.MonkeyPatch]:
    """Without the addresses of the test run's own services."""
    with pytest.MonkeyPatch.context() as patch:
        for name in SERVICE_VARIABLES:
            patch.delenv(name, raising=False)
        yield patch


@contextlib.contextmanager
def running_services(data: Path, *, durable: bool = False) -> Iterator[tuple[Services, Supervisor]]:
    """PostgreSQL and Valkey on that data directory."""
    with bare_environment():
        layout, identity = claim_data_dir(data)
        guard = Guard()
        supervisor = Supervisor(guard, print)
        services = Services(layout, identity, supervisor, durable=durable)
        try:
            services.start()
            yield services, supervisor
        finally:
            supervisor.stop()
            guard.close()


def owned(data: Path) -> tuple[Layout, Identity]:
    """The data directory as the launcher would claim it."""
    with bare_environment():
        return claim_data_dir(data)
