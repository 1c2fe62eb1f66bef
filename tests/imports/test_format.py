"""One line of an export: what is taken, and in whose words the rest is refused."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from imports.format import OldTicket, Trouble, read_line
from imports.mapping import ZAMMAD, Mapping, WrongMapping

NOW = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
LINE: dict[str, Any] = {
    "source": "Vanha",
    "id": "17",
    "title": "Nostin  ei\ntoimi",
    "status": "closed",
    "received_at": "2020-05-04T10:00:00+03:00",
    "requester": {"email": "Otto@Paperi.example", "name": "Otto Oja"},
    "messages": [
        {"id": "1", "kind": "requester", "author": {"email": "otto@paperi.example"}, "at": "2020-05-04T07:00:00Z"}
    ],
}


def read(mapping: Mapping | None = None, **changed: Any) -> OldTicket | Trouble:
    return read_line(json.dumps(LINE | changed), "line 3", mapping or Mapping(), NOW)


def message(**changed: Any) -> dict[str, Any]:
    return {"messages": [LINE["messages"][0] | changed]}


def test_a_line_is_read() -> None:
    found = read(tags=["Hissi\x00 iso"], copies=["Eva@paperi.example"])

    assert isinstance(found, OldTicket)
    assert (found.title, found.requester.email) == ("Nostin ei toimi", "otto@paperi.example")
    assert found.received_at == datetime(2020, 5, 4, 7, 0, tzinfo=UTC)
    assert (found.tags, found.copies) == (("Hissi iso",), ("eva@paperi.example",))


@pytest.mark.parametrize(
    ("changed", "path", "words"),
    [
        ({"received_at": None}, "$.received_at", "is missing"),
        ({"received_at": "2020-05-04T10:00:00"}, "$.received_at", "no time zone"),
        ({"received_at": "gestern"}, "$.received_at", "no date and time"),
        ({"received_at": "0001-01-01T00:00:00+23:00"}, "$.received_at", "end of all calendars"),
        ({"received_at": "2036-01-01T00:00:00Z"}, "$.received_at", "cannot be right"),
        ({"status": "eskaliert"}, "$.status", "mapping file"),
        ({"colour": "red"}, "$.colour", "no such name"),
        ({"requester": {}}, "$.requester", "neither address nor name"),
        ({"requester": {"email": "otto"}}, "$.requester.email", "no mail address"),
        ({"requester": 5}, "$.requester", "has to be an object"),
        ({"title": 5}, "$.title", "has to be a text"),
        ({"messages": "none"}, "$.messages", "has to be a list"),
        (message(at="x"), "$.messages[0].at", "no date and time"),
        (message(kind="secret"), "$.messages[0].kind", "none of"),
        (message(text="x" * 2_000_001), "$.messages[0].text", "at most"),
        ({"messages": LINE["messages"] * 2}, "$.messages[1].id", "twice"),
        ({"work": [{"id": "1", "minutes": 0, "by": {"name": "A"}, "at": "2020-05-04T07:00:00Z"}]},
         "$.work[0].minutes", "whole number"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_said_with_its_place(changed: dict[str, Any], path: str, words: str) -> None:
    found = read(**changed)

    assert isinstance(found, Trouble)
    assert (found.place, found.id, found.path) == ("line 3", "17", path)
    assert words in found.words


@pytest.mark.parametrize("line", ["{", "[" * 100_000, "5", '{"id": {}}'])
def test_what_is_no_ticket_is_refused(line: str) -> None:
    assert isinstance(read_line(line, "line 1", Mapping(), NOW), Trouble)


def test_a_mapping_says_what_words_mean() -> None:
    mapping = Mapping.read({"statuses": {"eskaliert": "open"}, "queues": {"*": "Huolto"}}, ZAMMAD)

    found = read(mapping, status="eskaliert", priority="3 high")

    assert isinstance(found, OldTicket)
    assert (found.status, found.priority, mapping.meaning("queues", "Users")) == ("open", "high", "Huolto")
    assert ("status", "eskaliert", "open") in found.said


@pytest.mark.parametrize("value", [[], {"colours": {}}, {"queues": {"a": 1}}, {"minutes_per_unit": 0}])
def test_a_mapping_that_says_nothing_is_refused(value: Any) -> None:
    with pytest.raises(WrongMapping):
        Mapping.read(value)
