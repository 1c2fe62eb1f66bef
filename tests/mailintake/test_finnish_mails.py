"""Mails as Finnish offices and homes write them: what the record of each says, against what its writer meant."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mailintake.record import record_of

MAILS = Path(__file__).parents[1] / "data" / "mail" / "fi"
EXPECTED: dict[str, dict[str, Any]] = json.loads((MAILS / "expectations.json").read_text())


def said(record: dict[str, Any], key: str, want: Any) -> Any:
    """The record's answer in the form of the expectation, which names only some keys of a recipient."""
    if key == "date":
        return datetime.fromisoformat(record[key]).astimezone(datetime.fromisoformat(want).tzinfo).isoformat()
    if key == "bounce_recipients":
        return [{name: one[name] for name in want[0]} for one in record[key]]
    if key == "body_contains":
        return [words for words in want if words in record["text"]]
    return record[key]


def test_every_mail_is_expected() -> None:
    assert {path.name for path in MAILS.glob("*.eml")} == set(EXPECTED)
    assert len(EXPECTED) >= 20


@pytest.mark.parametrize("name", EXPECTED)
def test_a_finnish_mail_says_what_its_writer_meant(name: str) -> None:
    record = record_of((MAILS / name).read_bytes())
    want = EXPECTED[name]

    assert record["error"] is None
    assert {key: said(record, key, value) for key, value in want.items()} == want
