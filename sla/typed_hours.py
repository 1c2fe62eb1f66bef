"""Hours and durations as people type them.

Times of day: 7, 7.30, 7:30, 0730, 24. Hours of a day: "8-12, 13-16", "22-6" over midnight, "24/7"; nothing is closed.
Durations carry their unit: "4 h", "30 min", "1 h 30 min", "1.5 h", in English or Finnish.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from sla.business_time import MINUTES_A_DAY

Rows = list[list[str]]
TIME = re.compile(r"(\d{1,2})(?:[.:](\d{2}))?|(\d{1,2})(\d{2})", re.ASCII)
SPAN = re.compile(r"\s*(?:-|\u2013|\u2014|\bto\b)\s*")
CLOSED = frozenset({"", "-", "\u2013", "closed", "suljettu", "kiinni"})
ALWAYS = frozenset({"24/7", "24h", "24 h", "0-24", "00-24", "00:00-24:00"})
PART = re.compile(
    r"(\d{1,5})(?:[.,](\d{1,2}))?\s*(h|hours?|t|tuntia?|min|minutes?|minuuttia?|m)\b", re.ASCII | re.IGNORECASE
)
LONGEST_MINUTES = 366 * MINUTES_A_DAY


def read_time(text: str) -> int:
    """Minutes since midnight, 0 to 1440. Raises ValueError."""
    found = TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(text)
    hours, minutes = int(found[1] or found[3]), int(found[2] or found[4] or 0)
    total = hours * 60 + minutes
    if minutes > 59 or total > MINUTES_A_DAY:
        raise ValueError(text)
    return total


def read_hours(text: str) -> Rows:
    """The opening hours of a day as a calendar version stores them; an empty list is closed.

    Raises ValueError for what is no time, for hours of no length and for hours that overlap.
    """
    plain = text.strip().lower()
    if plain in CLOSED:
        return []
    if plain in ALWAYS:
        return [["00:00", "24:00"]]
    spans = sorted(_span(part) for part in re.split(r"[,;]|\band\b|\bja\b", plain))
    for (_, closes), (opens, _) in pairwise(spans):
        if opens < closes:
            raise ValueError(text)
    return [[_clock(opens), _clock(closes)] for opens, closes in spans]


def _span(text: str) -> tuple[int, int]:
    """Opening and closing minute; a closing time of the next day is past 1440."""
    ends = [end for end in SPAN.split(text.strip()) if end]
    if len(ends) != 2:
        raise ValueError(text)
    opens, closes = read_time(ends[0]), read_time(ends[1])
    if opens in (closes, MINUTES_A_DAY):
        raise ValueError(text)
    return opens, closes if closes > opens else closes + MINUTES_A_DAY


def _clock(minute: int) -> str:
    minute -= MINUTES_A_DAY if minute > MINUTES_A_DAY else 0
    return f"{minute // 60:02}:{minute % 60:02}"


def show_hours(rows: Sequence[Sequence[str]]) -> str:
    """Stored hours as one would type them: "08:00-12:00, 13:00-16:00"; "" for closed."""
    return ", ".join(f"{opens}-{closes}" for opens, closes in rows)


def read_minutes(text: str) -> int:
    """Whole minutes of a duration with its unit, 1 to a year. Raises ValueError."""
    parts = list(PART.finditer(text))
    rest = PART.sub("", text).strip()
    if not parts or rest not in ("", "ja", "and"):
        raise ValueError(text)
    minutes = sum(_minutes(*part.groups()) for part in parts)
    if not 0 < minutes <= LONGEST_MINUTES:
        raise ValueError(text)
    return minutes


def _minutes(whole: str, decimals: str | None, unit: str) -> int:
    """Exact, without floating point; a fraction of a minute is refused."""
    scale: int = 10 ** len(decimals or "")
    value = (int(whole) * scale + int(decimals or 0)) * (60 if unit.lower()[0] in "ht" else 1)
    if value % scale:
        raise ValueError(f"{whole},{decimals} {unit}")
    return value // scale


def show_minutes(minutes: int) -> str:
    """A duration as one would type it, never in days, because a day of open time has no fixed length."""
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" if hours else "", f"{rest} min" if rest else "") if part)
