"""The clock of a story: while it is told, "now" is the moment that is being told."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

from django.db import transaction
from django.utils import timezone


class StoryClock:
    """What `timezone.now()` answers inside `telling`; moves forwards only, and never past the real present."""

    def __init__(self, present: datetime) -> None:
        self.present = present
        self.now = present

    def set(self, instant: datetime) -> None:
        self.now = min(instant, self.present)

    def read(self) -> datetime:
        return self.now


@contextmanager
def telling(clock: StoryClock) -> Iterator[None]:
    """Let every service of this process read the story's clock, and wake no worker.

    The services ask `timezone.now()` for much that takes no `at`: when an event became known, when a mail was sent,
    until when a link holds. Told without this, every promise of the past would count as broken today. What services
    leave for after the commit only tells workers of rows, which have been dealt with by then; the sweeps find the
    rest. For a process that does nothing else.
    """
    with patch.object(timezone, "now", clock.read), patch.object(transaction, "on_commit", _wake_nobody):
        yield


def _wake_nobody(func: Callable[[], object], using: str | None = None, robust: bool = False) -> None:
    """Stands where `transaction.on_commit` was."""
