"""Tables for spreadsheets: no text is a formula, figures are figures, the same table is the same bytes."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.sheets import Sheet, as_bytes, safe_text


def table(**more: Any) -> Sheet:
    return Sheet(["a", "b"], [[Decimal("-1.50"), None], ["=x", 7]], **more)


def read(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), delimiter=";"))


@given(st.text(max_size=20))
def test_a_safe_text_begins_with_no_sign_of_a_formula(text: str) -> None:
    assert not safe_text(text).strip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))
    assert safe_text(text) in (text, f"'{text}")


def test_a_table_for_programs_is_its_rows_and_nothing_else() -> None:
    assert read(as_bytes(table(), "csv")) == [["a", "b"], ["-1.50", ""], ["'=x", "7"]]


def test_a_table_for_people_has_their_decimal_sign_and_says_below_what_it_is() -> None:
    rows = read(as_bytes(table(title="=T", notes=["N"], decimal_sign=","), "csv"))

    assert rows == [["a", "b"], ["-1,50", ""], ["'=x", "7"], [], ["'=T"], ["N"]]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_same_table_is_the_same_bytes(form: str) -> None:
    assert as_bytes(table(), form) == as_bytes(table(), form)
