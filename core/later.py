"""Work for a worker, asked for by its name: whoever asks need not load what it is done with (docs/adr/0023)."""

from typing import Any

from celery import current_app
from django.db import transaction


def after_commit(task: str, *args: int, **options: Any) -> None:
    """Ask for a task once the transaction has committed; `options` are Celery's, such as `countdown` in seconds.

    Robust and without retry: where the broker is away the row stands, and a sweep finds it.
    """
    # A lambda, because Django wants to name a robust callback that failed, and a partial has no name.
    transaction.on_commit(lambda: current_app.send_task(task, args, retry=False, **options), robust=True)
