"""Numbers as people type them, made comparable."""

import pytest

from core.phones import is_number, same_number, tail


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("+358 40 123 4567", "040-1234567", True),
        ("00358401234567", "+358 (40) 123 4567", True),
        ("040 123 4567", "0401234567", True),
        ("+358 40 123 4567", "050-1234567", False),
        ("+46 8 123 4567", "+358 8 123 4567", False),
        ("123 4567", "+358 9 123 4567", True),
        ("4567", "4567", True),
        ("4567", "+358 9 123 4567", False),
        ("", "+358 9 123 4567", False),
    ],
)
def test_numbers_that_ring_at_one_place(one: str, other: str, same: bool) -> None:
    assert same_number(one, other) is same
    assert same_number(other, one) is same
    if same:
        assert tail(one) == tail(other)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("+358 40 123 4567", True),
        ("(09) 123.45/67", True),
        ("112", True),
        ("12", False),
        ("Otto 112", False),
        ("", False),
    ],
)
def test_what_is_meant_as_a_number(typed: str, number: bool) -> None:
    assert is_number(typed) is number
