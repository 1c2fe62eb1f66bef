"""Deadlines around changes of the clocks, holidays and breaks, each with its reckoning in one sentence.

The table was reckoned apart from the engine: by civil days, with the changes of the clocks as people know them. A line
is a case of sla/cases.py with the sentence as its title, so `manage.py sla_cases` takes the file as well.
"""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings

from core.cases import load
from sla.cases import differences, read
from tests.sla import oracle

FILE = Path(settings.BASE_DIR) / "tests" / "data" / "sla_hand_checked.json"
TABLE = read(load(FILE))
ROWS: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["cases"]
CALENDARS: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))["calendars"]
ZONES = {
    "America/New_York",
    "America/Sao_Paulo",
    "America/Toronto",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/Helsinki",
    "Europe/Madrid",
    "Pacific/Chatham",
}
STRETCH = re.compile(r"(\d\d):(\d\d)-(\d\d):(\d\d)")
SUM = re.compile(r"((?:\d+ \+ )+\d+) = (\d+), ")


def target(row: dict[str, Any]) -> int:
    minutes: int = row["events"][0]["policy"]["resolution"]
    return minutes


def test_the_engine_finds_what_the_pencil_found() -> None:
    found = {case.id: [str(difference) for difference in differences(case, TABLE.calendars)] for case in TABLE.cases}

    assert len(found) == len(ROWS) >= 200
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_a_minute_more_would_be_found() -> None:
    case = TABLE.cases[0]
    later = datetime.fromisoformat(ROWS[0]["expected"]["resolution"]["due"]) + timedelta(minutes=1)
    wrong = replace(case, expected={"resolution": {"due": later.isoformat()}})

    assert [found.where for found in differences(wrong, TABLE.calendars)] == ["resolution.due"]


def test_the_table_covers_all_zones_and_both_changes_of_the_year() -> None:
    assert {row["zone"] for row in ROWS} == ZONES
    assert {CALENDARS[row["events"][0]["policy"]["calendar"]]["tz"] for row in ROWS} == ZONES
    for words, at_least in (("is skipped", 40), ("comes twice", 40), ("holiday", 40), ("waits", 30), ("29 Feb", 5)):
        assert sum(words in row["title"] for row in ROWS) >= at_least, words


def test_each_sentence_adds_up_and_leads_to_its_deadline() -> None:
    for row in ROWS:
        due = datetime.fromisoformat(row["expected"]["resolution"]["due"])
        way, _, told = row["title"].partition("; resolved")[0].rstrip(".").rpartition(", due ")
        stretches = STRETCH.findall(re.sub(r"\([^)]*\)", "", way))
        assert sum(60 * (int(c) - int(a)) + int(d) - int(b) for a, b, c, d in stretches) == target(row), row["id"]
        for parts, total in SUM.findall(way + ", "):
            assert sum(map(int, parts.split(" + "))) == int(total) == target(row), row["id"]
        assert told.partition(" (")[0] == f"{due:%a} {due.day} {due:%b %H:%M}", row["id"]
        assert due == datetime.fromisoformat(row["due_utc"]), row["id"]
        assert due.utcoffset() == due.astimezone(ZoneInfo(row["zone"])).utcoffset(), row["id"]


def test_the_oracle_agrees_with_the_table() -> None:
    """A walk from minute to minute, which knows nothing of the engine nor of how the table was made."""
    for row in ROWS:
        found, expected = oracle.resolution(row, CALENDARS, step=_stride(row)), row["expected"]["resolution"]
        wanted = {key: oracle.at(value) if "T" in str(value) else value for key, value in expected.items()}
        assert {key: found[key] for key in wanted} == wanted, row["id"]


def _stride(row: dict[str, Any]) -> int:
    """Five minutes where everything in the row lies on them."""
    return 1 if re.search(r"T\d\d:\d[1-46-9]", json.dumps(row)) or target(row) % 5 else 5
