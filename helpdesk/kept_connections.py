"""What Celery does for Django, but without a new database connection for each task.

Celery closes connections after every task, and a connection costs more than a small task: a process of PostgreSQL,
a password, every statement planned anew. Here they last as long as those of the web: VASTE_CONN_MAX_AGE, and a
connection whose server has gone is found out before its next use.
"""

from celery import Celery
from celery.fixups.django import DjangoFixup, DjangoWorkerFixup  # type: ignore[attr-defined]  # not in the stubs
from django.db import close_old_connections


class WorkerFixup(DjangoWorkerFixup):  # type: ignore[misc]  # not in the stubs
    """Closes what is too old or broken, around each task."""

    def close_database(self, **kwargs: object) -> None:
        if self._is_prefork():
            close_old_connections()
        else:
            # Polling has many threads that do little, each with a connection of its own.
            super().close_database(**kwargs)


class Fixup(DjangoFixup):
    """The same as Celery's for all but what workers do around a task."""

    _ours: WorkerFixup | None = None

    @property
    def worker_fixup(self) -> DjangoWorkerFixup:
        if self._ours is None:
            self._ours = WorkerFixup(self.app)
        return self._ours


def fixup(app: Celery) -> DjangoFixup:
    """Install it, as Celery asks of its plug-ins."""
    made = Fixup(app)
    made.install()
    return made
