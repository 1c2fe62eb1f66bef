"""The opening hours of a week as bars of a picture."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sla.business_time import MINUTES_A_DAY, minute_of_day

LEFT, WIDTH = 60, 696
TOP, ROW, BAR = 22, 30, 24
LETTERED = 100


@dataclass(frozen=True, slots=True)
class Bar:
    """Open hours of one day; figures in the units of the picture, `words` empty where they would not fit."""

    x: str
    width: str
    middle: str
    words: str


@dataclass(frozen=True, slots=True)
class Day:
    """A row of the picture, Monday being number 0."""

    number: int
    name: str
    bars: list[Bar]

    @property
    def top(self) -> int:
        return TOP + ROW * self.number

    @property
    def line(self) -> int:
        """The base line of the day's name."""
        return self.top + 17


def draw_week(weekly: Mapping[str, list[list[str]]], names: Sequence[str]) -> list[Day]:
    """The seven rows; the part of a night shift after midnight stands on the next day."""
    parts: list[list[tuple[int, int, str]]] = [[] for _ in range(7)]
    for day in range(7):
        for opens, closes in weekly.get(str(day), []):
            start, end, words = minute_of_day(opens), minute_of_day(closes), f"{opens}-{closes}"
            if end > start:
                parts[day].append((start, end, words))
            else:
                parts[day].append((start, MINUTES_A_DAY, words))
                parts[(day + 1) % 7].append((0, end, ""))
    return [
        Day(number, names[number], [_bar(*part) for part in sorted(row) if part[1]])
        for number, row in enumerate(parts)
    ]


def _bar(start: int, end: int, words: str) -> Bar:
    x, width = LEFT + start * WIDTH / MINUTES_A_DAY, (end - start) * WIDTH / MINUTES_A_DAY
    return Bar(f"{x:.1f}", f"{width:.1f}", f"{x + width / 2:.1f}", words if width >= LETTERED else "")


def weekly_minutes(weekly: Mapping[str, list[list[str]]]) -> int:
    """Open minutes of a week without special days."""
    spans = [(minute_of_day(opens), minute_of_day(closes)) for rows in weekly.values() for opens, closes in rows]
    return sum(end - start if end > start else MINUTES_A_DAY - start + end for start, end in spans)
