"""Business calendars and the arithmetic of open time.

A calendar version says which minutes of a civil day are open in one IANA zone. An instant is open when its
wall-clock reading lies in the list of its civil date; everything odd about daylight saving time follows from
that one sentence: the repeated hour counts twice, the skipped hour never, an opening time inside the gap opens at
the end of the gap.

Durations are whole seconds, instants are aware datetimes cut to whole seconds and returned in UTC.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from itertools import accumulate
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

MINUTES_A_DAY = 24 * 60
SECONDS_A_DAY = 86_400

# A projection further away than this is no promise; the bound also makes every search end.
HORIZON_SECONDS = 50 * 366 * SECONDS_A_DAY

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNIX_EPOCH_ORDINAL = _UNIX_EPOCH.toordinal()
_ONE_SECOND = timedelta(seconds=1)
_LAST_SECOND = int(datetime(9999, 12, 1, tzinfo=UTC).timestamp())
_MARGIN = 45 * SECONDS_A_DAY


def whole_second(instant: datetime) -> datetime:
    """The instant in UTC without its fraction of a second. Raises ValueError for a naive datetime."""
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a zone: {instant.isoformat()}")
    return instant.astimezone(UTC).replace(microsecond=0)


def minute_of_day(text: str) -> int:
    """Minutes since midnight of an "HH:MM" reading, 0 to 1440 ("24:00"). Raises ValueError."""
    hours, colon, minutes = text.partition(":")
    if not (colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2):
        raise ValueError(f"not a time of day: {text!r}")
    total = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or total > MINUTES_A_DAY:
        raise ValueError(f"not a time of day: {text!r}")
    return total


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Opening hours [opens, closes) in minutes since midnight; `closes` at or before `opens` is on the next day."""

    opens: int
    closes: int

    def __post_init__(self) -> None:
        if not (0 <= self.opens < MINUTES_A_DAY and 0 <= self.closes <= MINUTES_A_DAY):
            raise ValueError(f"not an interval of a day: {self.opens}-{self.closes}")

    @property
    def today(self) -> tuple[int, int]:
        """The part on the day it opens."""
        return self.opens, self.closes if self.closes > self.opens else MINUTES_A_DAY

    @property
    def tail(self) -> tuple[int, int]:
        """The part after midnight, empty unless it is a night shift."""
        return 0, 0 if self.closes > self.opens else self.closes


Hours = tuple[Interval, ...]


@dataclass(frozen=True, slots=True)
class CalendarVersion:
    """Opening hours of one zone, never changed once made.

    `weekly` maps 0 (Monday) to 6; a missing day is closed. `exceptions` replace the whole civil date, 00 to 24,
    including what last evening's night shift would have brought into it; an empty list is a holiday.
    Raises ValueError for an unknown zone or weekday.
    """

    tz: str
    weekly: Mapping[int, Hours]
    exceptions: Mapping[date, Hours] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.tz)
        except (ZoneInfoNotFoundError, OSError, ValueError) as error:
            raise ValueError(f"unknown time zone: {self.tz!r}") from error
        if unknown := set(self.weekly) - set(range(7)):
            raise ValueError(f"not a weekday: {sorted(unknown)}")
        object.__setattr__(self, "weekly", MappingProxyType({d: tuple(h) for d, h in self.weekly.items() if h}))
        object.__setattr__(self, "exceptions", MappingProxyType({d: tuple(h) for d, h in self.exceptions.items()}))

    def __hash__(self) -> int:
        return hash((self.tz, frozenset(self.weekly.items()), frozenset(self.exceptions.items())))

    @classmethod
    def from_json(cls, data: Mapping[str, object]) -> "CalendarVersion":
        """Read {"tz", "weekly": {"0": [["08:00", "16:00"]]}, "exceptions": {"2026-12-24": []}}.

        An exception may also be {"name": ..., "open": [...]}. Raises ValueError for anything else.
        """
        try:
            weekly = {int(day): _hours(rows) for day, rows in _mapping(data["weekly"]).items()}
            exceptions = _mapping(data.get("exceptions") or {})
            dates = {date.fromisoformat(day): _hours(rows) for day, rows in exceptions.items()}
            return cls(tz=str(data["tz"]), weekly=weekly, exceptions=dates)
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(f"not a calendar: {error}") from error

    def to_json(self) -> dict[str, object]:
        """The dictionary `from_json` reads, days in order."""
        return {
            "tz": self.tz,
            "weekly": {str(day): _rows(hours) for day, hours in sorted(self.weekly.items())},
            "exceptions": {day.isoformat(): _rows(hours) for day, hours in sorted(self.exceptions.items())},
        }

    def hours_on(self, day: date) -> Hours:
        """The hours that begin on this date."""
        return self.exceptions.get(day, self.weekly.get(day.weekday(), ()))

    def open_minutes(self, day: date) -> list[tuple[int, int]]:
        """The civil date's list: sorted, merged [from, to) in minutes since midnight, within 0 to 1440."""
        parts = [interval.today for interval in self.hours_on(day)]
        if day not in self.exceptions:
            # The weekly list of a civil date includes the tail of the weekday before, even if that was a holiday.
            parts += [interval.tail for interval in self.weekly.get((day.weekday() - 1) % 7, ())]
            if (before := day - timedelta(days=1)) in self.exceptions:
                parts += [interval.tail for interval in self.exceptions[before]]
        return _merged(part for part in parts if part[0] < part[1])


def _mapping(value: object) -> Mapping[str, object]:
    if not isinstance(value, Mapping):
        raise TypeError(f"not a mapping: {value!r}")
    return value


def _hours(rows: object) -> Hours:
    if isinstance(rows, Mapping):
        rows = rows["open"]
    if not isinstance(rows, Sequence):
        raise TypeError(f"not a list of hours: {rows!r}")
    return tuple(Interval(minute_of_day(opens), minute_of_day(closes)) for opens, closes in rows)


def _rows(hours: Hours) -> list[list[str]]:
    return [[f"{minute // 60:02}:{minute % 60:02}" for minute in (each.opens, each.closes)] for each in hours]


def _merged(parts: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(parts):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], end)
        else:
            merged.append((start, end))
    return merged


@dataclass(frozen=True, slots=True)
class _Table:
    """Open intervals of [lo, hi) in seconds since 1970, and the open seconds up to the end of each."""

    lo: int
    hi: int
    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    upto: Sequence[int] = ()

    @classmethod
    def of(cls, lo: int, hi: int, intervals: Iterable[tuple[int, int]]) -> "_Table":
        merged = _merged(intervals)
        upto = accumulate(end - start for start, end in merged)
        return cls(lo, hi, [start for start, _ in merged], [end for _, end in merged], list(upto))

    def seconds(self, until: int) -> int:
        """Open seconds in [lo, until)."""
        index = bisect_right(self.starts, until) - 1
        return 0 if index < 0 else self.upto[index] - max(0, self.ends[index] - until)

    def instant(self, seconds: int) -> int | None:
        """The first instant with so many open seconds before it; a closing time, not the next opening."""
        index = bisect_left(self.upto, seconds)
        return self.ends[index] - (self.upto[index] - seconds) if index < len(self.upto) else None


class Clock:
    """Open time of one calendar version by prefix sums: every question costs a bisection.

    The table of intervals grows with the questions asked. It is replaced, never changed, so that threads may
    share a clock, and no answer depends on how far it had grown before.
    """

    def __init__(self, calendar: CalendarVersion) -> None:
        self.calendar = calendar
        self._zone = ZoneInfo(calendar.tz)
        self._table: _Table | None = None

    def is_open(self, instant: datetime) -> bool:
        second = _seconds(instant)
        return self._covering(second, second + 1).seconds(second + 1) > self._covering(second, second).seconds(second)

    def open_seconds(self, start: datetime, end: datetime) -> int:
        """Open seconds in [start, end); 0 if `end` is not after `start`."""
        first, last = _seconds(start), _seconds(end)
        if last <= first:
            return 0
        table = self._covering(first, last)
        return table.seconds(last) - table.seconds(first)

    def add(self, start: datetime, seconds: int) -> datetime | None:
        """The earliest instant from `start` on by which so many open seconds have passed.

        Exactly used up at closing gives the closing time. None where the calendar never opens that long
        (searched for fifty years).
        """
        first = _seconds(start)
        if seconds <= 0:
            return _instant(first)
        limit = min(first + HORIZON_SECONDS, _LAST_SECOND, self._last_opening(first))
        reach = first + seconds
        while True:
            table = self._covering(first, min(reach, limit))
            found = table.instant(table.seconds(first) + seconds)
            if found is not None and found <= limit:
                return _instant(found)
            if found is not None or reach >= limit:
                return None
            reach = max(table.hi, reach) + (reach - first) + _MARGIN

    def opening(self, instant: datetime) -> datetime | None:
        """The instant itself where the calendar is open then, else when it next opens; None where it never does."""
        used = self.add(instant, 1)
        return used - _ONE_SECOND if used else None

    def intervals(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open intervals of [start, end), in order, cut to it."""
        first, last = _seconds(start), _seconds(end)
        if last <= first:
            return
        table = self._covering(first, last)
        for index in range(bisect_right(table.ends, first), bisect_left(table.starts, last)):
            yield _instant(max(first, table.starts[index])), _instant(min(last, table.ends[index]))

    def _last_opening(self, first: int) -> int:
        if self.calendar.weekly:
            return _LAST_SECOND
        days = [day for day, hours in self.calendar.exceptions.items() if hours]
        # Two days more than the date: one for a night shift's tail, one for zones behind UTC.
        return max((_midnight(day) + 3 * SECONDS_A_DAY for day in days), default=first)

    def _covering(self, first: int, last: int) -> _Table:
        table = self._table
        if table is None:
            lo, hi = _day_floor(first) - SECONDS_A_DAY, _day_floor(last) + _MARGIN
            table = _Table.of(lo, hi, self._built(lo, hi))
        if first < table.lo or last > table.hi:
            lo = min(table.lo, _day_floor(first) - SECONDS_A_DAY)
            hi = max(table.hi, _day_floor(last) + _MARGIN)
            known = zip(table.starts, table.ends, strict=True)
            table = _Table.of(lo, hi, [*self._built(lo, table.lo), *known, *self._built(table.hi, hi)])
        self._table = table
        return table

    def _built(self, lo: int, hi: int) -> Iterator[tuple[int, int]]:
        """Open intervals of [lo, hi): within a stretch of constant offset, wall clock is UTC plus that offset."""
        for start, end, offset in self._offsets(lo, hi):
            for number in range((start + offset) // SECONDS_A_DAY, (end - 1 + offset) // SECONDS_A_DAY + 1):
                midnight = number * SECONDS_A_DAY - offset
                for opens, closes in self.calendar.open_minutes(date.fromordinal(_UNIX_EPOCH_ORDINAL + number)):
                    first, last = max(start, midnight + opens * 60), min(end, midnight + closes * 60)
                    if first < last:
                        yield first, last

    def _offsets(self, lo: int, hi: int) -> Iterator[tuple[int, int, int]]:
        """[lo, hi) as stretches (from, to, seconds east of UTC)."""
        start, offset = lo, self._offset(lo)
        for day in range(lo, hi, SECONDS_A_DAY):
            following = min(day + SECONDS_A_DAY, hi)
            if (changed := self._offset(following)) != offset:
                change = self._change(day, following)
                yield start, change, offset
                start, offset = change, changed
        if start < hi:
            yield start, hi, offset

    def _change(self, before: int, after: int) -> int:
        """The second at which the zone has left the offset it had at `before`."""
        former = self._offset(before)
        return before + bisect_left(range(before, after), True, key=lambda second: self._offset(second) != former)

    def _offset(self, second: int) -> int:
        offset = _instant(second).astimezone(self._zone).utcoffset()
        return 0 if offset is None else round(offset.total_seconds())


@lru_cache(maxsize=512)
def clock_of(calendar: CalendarVersion) -> Clock:
    """The process's one clock of this calendar version, so that its table is built once."""
    return Clock(calendar)


@dataclass(frozen=True, slots=True)
class NextBusinessDay:
    """A promise by date: so many business days on, by a time of day. Received after the cutoff counts as the next."""

    days: int
    by: int
    cutoff: int

    def due(self, calendar: CalendarVersion, received: datetime) -> datetime | None:
        """UTC instant of the deadline for a reception; None where no business day comes within ten years."""
        zone = ZoneInfo(calendar.tz)
        local = whole_second(received).astimezone(zone)
        late = (local.hour * 60 + local.minute) * 60 + local.second > self.cutoff * 60
        days = _business_days(calendar, local.date() + timedelta(days=int(late)))
        day = next((day for index, day in enumerate(days) if index == self.days), None)
        if day is None:
            return None
        reading = datetime.combine(day, datetime.min.time()) + timedelta(minutes=self.by)
        return reading.replace(tzinfo=zone).astimezone(UTC)


def _business_days(calendar: CalendarVersion, first: date) -> Iterator[date]:
    days = (first + timedelta(days=number) for number in range(3660))
    return (day for day in days if calendar.hours_on(day))


def _seconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise ValueError(f"an instant needs a zone: {instant.isoformat()}")
    return (instant - _UNIX_EPOCH) // _ONE_SECOND


def _instant(second: int) -> datetime:
    return _UNIX_EPOCH + timedelta(seconds=second)


def _midnight(day: date) -> int:
    return (day.toordinal() - _UNIX_EPOCH_ORDINAL) * SECONDS_A_DAY


def _day_floor(second: int) -> int:
    return second // SECONDS_A_DAY * SECONDS_A_DAY
