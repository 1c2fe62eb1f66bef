"""Telephone numbers as people type them, made comparable: +358 40 123 4567 is 040-1234567."""

import re

# Of a subscriber's number these last digits are enough to look it up by; what is before them decides.
TAIL = 7
FEWEST = 3


def digits(typed: str) -> str:
    """The digits alone, in ASCII: what may stand before and between them says nothing."""
    return re.sub(r"[^0-9]", "", typed)


def tail(typed: str) -> str:
    """What a number is found by: its last TAIL digits, or all of a shorter one."""
    return digits(typed)[-TAIL:]


def is_number(typed: str) -> bool:
    """Whether somebody means a number with it: nothing but what numbers are written with, and some digits."""
    return bool(re.fullmatch(r"[0-9+()/.\s\u00a0-]+", typed)) and len(digits(typed)) >= FEWEST


def same_number(one: str, other: str) -> bool:
    """Whether both may ring at the same place: one with its country's prefix, the other with a zero, or equal.

    Short numbers, such as those inside a company, have to be equal.
    """
    first, second = (digits(each).removeprefix("00") for each in (one, other))
    shorter, longer = sorted((first.lstrip("0"), second.lstrip("0")), key=len)
    if len(shorter) < TAIL:
        return first == second
    return longer.endswith(shorter)
