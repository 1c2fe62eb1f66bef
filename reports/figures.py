"""Figures of promises: whole numbers over whole numbers."""

from dataclasses import dataclass
from decimal import Decimal

from django.utils.formats import number_format

from core.templatetags.vaste import NBSP

ALL = 1000
NONE = "\N{EN DASH}"


def tenths(part: int, whole: int) -> int | None:
    """How many tenths of a percent `part` is of `whole`, rounded half up; None of nothing.

    Never all while some are missing, and never none while there are some: 99.96 % is 99.9 %.
    """
    if not whole:
        return None
    rounded = (2 * ALL * part + whole) // (2 * whole)
    return min(max(rounded, 1 if part else 0), ALL if part == whole else ALL - 1)


def percent_words(value: int | None) -> str:
    """Tenths of a percent in the reader's notation: "99.9 %"."""
    return NONE if value is None else f"{number_format(Decimal(value) / 10, 1)}{NBSP}%"


@dataclass(frozen=True, slots=True)
class Figures:
    """What became of some promises. Seconds are open time; median and ninetieth are of those that were fulfilled.

    `late` counts those that ever were, `late_in_the_end` those of them that were not kept by a later deadline either,
    `resting` those whose clock has stood still for long and which are in no other figure yet.
    """

    due: int = 0
    late: int = 0
    late_in_the_end: int = 0
    used_seconds: int = 0
    paused_seconds: int = 0
    resting: int = 0
    median: int | None = None
    ninetieth: int | None = None

    def __add__(self, other: "Figures") -> "Figures":
        """Both together; how long promises took is told of one kind of promise only."""
        return Figures(
            due=self.due + other.due,
            late=self.late + other.late,
            late_in_the_end=self.late_in_the_end + other.late_in_the_end,
            used_seconds=self.used_seconds + other.used_seconds,
            paused_seconds=self.paused_seconds + other.paused_seconds,
            resting=self.resting + other.resting,
        )

    @property
    def kept(self) -> int:
        return self.due - self.late

    @property
    def kept_tenths(self) -> int | None:
        return tenths(self.kept, self.due)

    @property
    def paused_tenths(self) -> int | None:
        return tenths(self.paused_seconds, self.paused_seconds + self.used_seconds)
