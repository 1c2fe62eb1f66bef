"""A PostgreSQL of a proof's own, durable as in production, which dies and comes back as told."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from environ import Env

from helpdesk.embedded.layout import BASE_DIR, claim_data_dir
from helpdesk.embedded.postgres import APPLICATION, OWNER, Postgres
from helpdesk.embedded.processes import Guard, spawn
from helpdesk.embedded.services import make_directory
from tests.e2e.waiting import wait_until


class Cluster:
    """The product's embedded PostgreSQL with its schema, in a directory that is not there yet."""

    def __init__(self, directory: Path, guard: Guard) -> None:
        self.layout, identity = claim_data_dir(directory)
        self.guard = guard
        make_directory(self.layout.run, identity)
        self.postgres = Postgres(self.layout, identity)
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        self.postgres.initialise()
        self.start()
        self.postgres.create_roles()
        owner = self.layout.database_url(OWNER)
        environment = os.environ | {"DATABASE_URL": owner, "DATABASE_OWNER_URL": owner}
        command = [sys.executable, "manage.py", "migrate", "-v", "0"]
        subprocess.run(command, cwd=BASE_DIR, env=environment, check=True)

    def start(self) -> None:
        """Start it, unless it runs, and wait until it answers: after a crash it recovers first."""
        if self._process is None or self._process.poll() is not None:
            self._process = spawn(self.postgres.program())
            self.guard.watch(self._process.pid, signal.SIGQUIT)
        wait_until(self.postgres.is_ready, seconds=60, what="PostgreSQL")

    def stop(self) -> None:
        """As `pg_ctl stop -m immediate`: everybody is thrown out at once, and nothing is written."""
        if self._process:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(30)
            self.guard.forget(self._process.pid)
            self._process = None

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Have this process, and whatever it starts, work on this database."""
        former, owner_url = dict(connection.settings_dict), os.environ["DATABASE_OWNER_URL"]
        connection.close()
        connection.settings_dict |= Env.db_url_config(self.layout.database_url(APPLICATION))
        os.environ["DATABASE_OWNER_URL"] = self.layout.database_url(OWNER)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict |= former
            os.environ["DATABASE_OWNER_URL"] = owner_url
