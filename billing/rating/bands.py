"""Real time cut at local midnight and at the edges of the bands, in the office's zone.

Each band becomes a calendar of `sla.business_time`, whose one sentence on open time (a minute counts by the civil
date and reading of its wall clock) is just what a band means. So the night in which clocks go back has an hour more
of it, and the one in which they go forward an hour less.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from billing.rating.terms import NORMAL, Band, Terms
from billing.rating.work import minute_of
from sla.business_time import MINUTES_A_DAY, CalendarVersion, Clock, Hours, Interval

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch [start, end), in minutes since 1970, of one band on one civil date."""

    start: int
    end: int
    band: Band
    day: date


class Timeline:
    """The cells from the day of `first` to that of `last`, minutes since 1970; asked by bisection."""

    def __init__(self, terms: Terms, first: int, last: int) -> None:
        zone = ZoneInfo(terms.tz)
        opening, closing = _date(first, zone), _date(last, zone) + _DAY
        days = [opening + _DAY * number for number in range((closing - opening).days + 1)]
        midnights = [minute_of(datetime.combine(day, datetime.min.time(), zone).astimezone(UTC)) for day in days]
        bands = _starts_of_bands(terms, days, midnights[0], midnights[-1])
        self._cells = list(_cells(bands, list(zip(midnights, days, strict=True))))
        self._starts = [cell.start for cell in self._cells]

    def cut(self, start: int, end: int) -> Iterator[Cell]:
        """[start, end) as cells."""
        index = bisect_right(self._starts, start) - 1
        while start < end:
            cell = self._cells[index]
            stop = min(end, cell.end)
            yield Cell(start, stop, cell.band, cell.day)
            start, index = stop, index + 1


def _cells(bands: list[tuple[int, Band]], midnights: list[tuple[int, date]]) -> Iterator[Cell]:
    """Both lists merged; they begin at the same minute and the last midnight ends it all."""
    edges = sorted({minute for minute, _ in bands} | {minute for minute, _ in midnights})
    by_minute, days = dict(bands), dict(midnights)
    band, day = bands[0][1], midnights[0][1]
    for start, end in pairwise(edges):
        band, day = by_minute.get(start, band), days.get(start, day)
        yield Cell(start, end, band, day)


def _starts_of_bands(terms: Terms, days: list[date], first: int, last: int) -> list[tuple[int, Band]]:
    """Where each band begins in [first, last), in order; together they cover it without a gap."""
    holidays = [day for day in days if day in terms.holidays]
    start, end = (_EPOCH + timedelta(minutes=minute) for minute in (first, last))
    found: list[tuple[int, Band]] = []
    for band in dict.fromkeys((*terms.bands, NORMAL)):
        weekly = {weekday: _hours(terms, band, weekday, holiday=False) for weekday in range(7)}
        exceptions = {day: _hours(terms, band, day.weekday(), holiday=True) for day in holidays}
        clock = Clock(CalendarVersion(terms.tz, weekly, exceptions))
        found += [(minute_of(opens), band) for opens, _ in clock.intervals(start, end)]
    return sorted(found, key=lambda pair: pair[0])


def _hours(terms: Terms, band: Band, weekday: int, *, holiday: bool) -> Hours:
    """When a band rules on such a day."""
    cells = ruling(terms.bands, weekday, holiday=holiday)
    return tuple(Interval(start, end) for start, end, ruler in cells if ruler == band)


def ruling(bands: tuple[Band, ...], weekday: int, *, holiday: bool) -> list[tuple[int, int, Band]]:
    """A day of 24 readings as (from, to, band), the first band that covers a minute, else the normal one."""
    edges = sorted({0, MINUTES_A_DAY} | {edge for band in bands for edge in band.hours or ()})
    return [
        (start, end, next((band for band in bands if band.covers(weekday, holiday, start)), NORMAL))
        for start, end in pairwise(edges)
    ]


def _date(minute: int, zone: ZoneInfo) -> date:
    return (_EPOCH + timedelta(minutes=minute)).astimezone(zone).date()
