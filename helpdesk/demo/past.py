"""The clock of a story: while it is told, "now" is the moment that is being told."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from unittest.mock import patch

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
    """Let every service of this process read the story's clock.

    The services ask `timezone.now()` for much that takes no `at`: when an event became known, when a mail was sent,
    until when a link holds. Told without this, every promise of the past would count as broken today. Only for a
    process that does nothing else.
    """
    with patch.object(timezone, "now", clock.read):
        yield
