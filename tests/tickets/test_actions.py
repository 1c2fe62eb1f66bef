"""Actions as plain values, and the variables of texts: what is read back, what is refused, what stays text."""

from typing import Any

import pytest

from tickets.actions import Action, BadActions, ordered, read, words_of, write
from tickets.enums import BulkKind
from tickets.wording import NAMES, fill, unknown_in

ASSIGN, MOVE = Action(BulkKind.ASSIGN, "7"), Action(BulkKind.MOVE, "3")
TAG, UNTAG = Action(BulkKind.TAG, "1"), Action(BulkKind.UNTAG, "2")


def test_they_are_written_and_read_in_the_order_in_which_they_can_be_done() -> None:
    assert ordered([TAG, ASSIGN, UNTAG, MOVE, TAG]) == (MOVE, ASSIGN, TAG, UNTAG)
    assert read(write([TAG, ASSIGN, MOVE])) == (MOVE, ASSIGN, TAG)
    names: Any = {BulkKind.MOVE: {"3": "Field"}}
    assert words_of([MOVE, ASSIGN], names) == ["Move to queue: Field", "Assign: no longer there"]


@pytest.mark.parametrize(
    "wrong",
    [
        [Action(BulkKind.ASSIGN, "7"), Action(BulkKind.ASSIGN, "8")],
        [Action(BulkKind.TAG, "1"), Action(BulkKind.UNTAG, "1")],
        [Action(BulkKind.MACRO, "1")],
        [Action(BulkKind.TAG, "")],
        [Action(BulkKind.TAG, "x" * 41)],
        [Action(BulkKind.TAG, str(number)) for number in range(31)],
    ],
)
def test_what_cannot_be_done_together_is_refused(wrong: list[Action]) -> None:
    with pytest.raises(BadActions):
        ordered(wrong)


@pytest.mark.parametrize("data", [None, 5, "assign", [5], [{}], [{"kind": "erase", "value": "1"}], [{"kind": "tag"}]])
def test_other_data_is_no_list_of_actions(data: object) -> None:
    with pytest.raises(BadActions):
        read(data)


@pytest.mark.parametrize(
    ("text", "unknown"),
    [
        ("Hello {{requester}} and {{ first_name }}", []),
        ("{{ requester.name }}", ["requester.name"]),
        ("{{Requester}} {{x}} {{x}}", ["Requester", "x"]),
        ("{% load static %} {{ requester|upper }}", ["requester|upper"]),
        ("{{requester", ["{{"]),
        ("}} {{}}", ["", "}}"]),
        ("{{\nnumber\n}} { { } }", []),
    ],
)
def test_only_known_names_stand_between_braces(text: str, unknown: list[str]) -> None:
    assert unknown_in(text) == unknown


@pytest.mark.parametrize(
    "hostile", ["{{agent}}", "{{ number }}", "{% debug %}", "\\1\\g<0>", "<b>&amp;</b>", "}}{{", "{{requester}}"]
)
def test_a_value_stays_the_text_that_it_is(hostile: str) -> None:
    values = dict.fromkeys(NAMES, hostile)
    assert fill("{{requester}}, {{ title }}.", values) == f"{hostile}, {hostile}."
    assert fill("{{nobody}}", values) == "{{nobody}}"
