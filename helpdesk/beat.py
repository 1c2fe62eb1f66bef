"""Celery's beat, for machines whose clock is set back."""

from typing import Any

from celery.beat import PersistentScheduler
from celery.schedules import schedule as every


class Scheduler(PersistentScheduler):
    """Goes on at once when the clock is set back; Celery's own waits until it is again where it was.

    What runs every so many seconds counts from the new now. What runs at a time of day has run on that day, and its
    next time stands.
    """

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Send what is due; the seconds until there is more."""
        now = self.app.now()
        entries = [each for each in self.schedule.values() if isinstance(each.schedule, every)]
        ahead = [each for each in entries if each.last_run_at and each.last_run_at > now]
        for entry in ahead:
            entry.last_run_at = now
        if ahead:
            self._heap = None  # its instants are of the clock as it was
        delay: float = super().tick(*args, **kwargs)
        return delay
