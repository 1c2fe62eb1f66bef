"""What runs by the clock goes on while the clock does not: nights of a change, clocks set forward and back, leap days.

Beat's real scheduler with the real table; only what it would send is counted instead of sent.
"""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from celery.beat import PersistentScheduler
from celery.schedules import crontab, schedule

from helpdesk.beat import Scheduler
from helpdesk.celery import app

HOUR = timedelta(hours=1)
# What a tick takes, in seconds.
A_MOMENT = 0.002
EVERY = {name: entry["schedule"] for name, entry in app.conf.beat_schedule.items()}
A_WHILE = timedelta(minutes=20)
# The machine's own zone, and some minutes before its clocks change.
NIGHTS = [
    ("Europe/Helsinki", "2026-03-29T00:50"),
    ("Europe/Helsinki", "2026-10-25T00:50"),
    ("America/New_York", "2026-11-01T05:50"),
    ("Australia/Lord_Howe", "2026-04-04T14:50"),
]


class Counting(Scheduler):
    """Keeps what it would send, and when."""

    sent: Counter[str]

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        self.sent[entry.name] += 1

    @property
    def producer(self) -> None:
        return None


def beat(directory: Path) -> Counting:
    found = Counting(app, schedule_filename=str(directory / "beat"))
    found.sent = Counter()
    return found


def run(beat: Counting, clock: time_machine.Traveller, length: timedelta) -> Counter[str]:
    """Let it tick for so long, asleep in between as the real loop is; what it sent."""
    beat.sent = Counter()
    left = length.total_seconds()
    while left > 0:
        delay = max(beat.tick(), A_MOMENT)
        clock.shift(delay)
        left -= delay
    return beat.sent


def expected(length: timedelta) -> dict[str, int]:
    return {name: int(length.total_seconds() // seconds) for name, seconds in EVERY.items()}


def ran(beat: Counting, clock: time_machine.Traveller, length: timedelta) -> list[str]:
    """Which entries did not run as often as they should; the time of the ticks adds up to one run in a hundred."""
    sent, wanted = run(beat, clock, length), expected(length)
    return [name for name in EVERY if abs(sent[name] - wanted[name]) > 1 + wanted[name] // 100]


@pytest.fixture
def machine_zone() -> Iterator[Callable[[str], None]]:
    """Sets the machine's zone, as an installation without Django's own would have it."""
    before = os.environ["TZ"]

    def put(zone: str) -> None:
        os.environ["TZ"] = zone
        time.tzset()

    yield put
    put(before)


def travel(at: str) -> time_machine.travel:
    return time_machine.travel(datetime.fromisoformat(at).replace(tzinfo=UTC), tick=False)


def test_nothing_goes_by_the_time_of_day(tmp_path: Path) -> None:
    """What shall run at an hour of a place is told by rows that are due then, not by beat."""
    assert {type(entry.schedule) for entry in beat(tmp_path).schedule.values()} == {schedule}
    assert (app.conf.timezone, app.conf.enable_utc) == ("UTC", True)
    assert app.conf.beat_scheduler == "helpdesk.beat:Scheduler"


@pytest.mark.parametrize(("zone", "night"), NIGHTS)
def test_the_minutes_around_a_change_are_like_any_others(
    zone: str, night: str, machine_zone: Callable[[str], None], tmp_path: Path
) -> None:
    machine_zone(zone)
    with travel(night) as clock:
        assert ran(beat(tmp_path), clock, A_WHILE) == []


def test_a_leap_day_is_a_day(tmp_path: Path) -> None:
    with travel("2028-02-28T23:50") as clock:
        assert ran(beat(tmp_path), clock, A_WHILE) == []


@pytest.mark.parametrize("minutes", [60, 10, -10, -60])
def test_a_clock_that_is_set_stops_nothing_and_makes_up_for_nothing(minutes: int, tmp_path: Path) -> None:
    with travel("2026-11-18T12:00") as clock:
        scheduler = beat(tmp_path)
        run(scheduler, clock, HOUR / 30)
        clock.shift(timedelta(minutes=minutes))
        assert set(run(scheduler, clock, timedelta(seconds=1)).values()) <= {1}
        assert ran(scheduler, clock, A_WHILE) == []


def test_a_beat_that_is_started_after_the_clock_was_set_back_goes_on(tmp_path: Path) -> None:
    with travel("2026-11-18T12:00") as clock:
        before = beat(tmp_path)
        run(before, clock, HOUR / 30)
        before.close()
        clock.shift(-HOUR)
        assert ran(beat(tmp_path), clock, A_WHILE) == []


def test_celery_alone_would_wait_until_the_clock_is_where_it_was(tmp_path: Path) -> None:
    """Why there is a scheduler of our own; when this fails, it can go."""
    with travel("2026-11-18T12:00") as clock:
        scheduler = beat(tmp_path)
        run(scheduler, clock, HOUR / 30)
        clock.shift(-HOUR)
        assert PersistentScheduler.tick(scheduler) > 60


@pytest.mark.parametrize("night", ["2026-03-29T00:00", "2026-10-25T00:00"])
def test_a_job_of_the_day_runs_once_even_if_its_hour_comes_twice(night: str, tmp_path: Path) -> None:
    """The clocks of a place do not move it; where the machine's clock is set back across it, it has run."""
    with travel(night) as clock:
        scheduler = beat(tmp_path)
        scheduler.schedule.clear()
        scheduler.add(name="daily", task="daily", schedule=crontab(hour=1, minute=0, app=app))
        first = run(scheduler, clock, timedelta(minutes=70))["daily"]
        clock.shift(-HOUR)
        again = run(scheduler, clock, timedelta(minutes=90))["daily"]
    assert (first, again) == (1, 0)
