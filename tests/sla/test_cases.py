"""Worked cases: our own, and the shared ones where VASTE_SHARED names their folder. The oracle judges them too."""

import io
import json
import os
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from core.cases import CaseError, Difference, load
from sla.cases import differences, read
from sla.management.commands.sla_cases import Command
from tests.sla import oracle

OWN = Path(__file__).with_name("hand_checked.json")
SHARED = os.environ.get("VASTE_SHARED", "")
SHARED_FILE = Path(SHARED) / "data" / "cases" / "sla_cases.json"
NO_SHARED = "VASTE_SHARED is not set: it names the folder that holds data/cases/sla_cases.json"

OWN_FILE = read(load(OWN))


def case(name):
    return next(case for case in OWN_FILE.cases if case.id == name)


def walked(path):
    """Cases of a file that the oracle can judge: those of one whole resolution."""
    data = json.loads(path.read_text(encoding="utf-8"))
    for entry in data["cases"]:
        policies = [event["policy"] for event in entry["events"] if "policy" in event]
        expected = entry["expected"].get("resolution")
        if expected and all("resolution" in policy for policy in policies):
            statuses = {event.get("state") for event in entry["events"]}
            if not statuses & {"cancelled", "merged"}:
                yield entry, data["calendars"], expected[-1] if isinstance(expected, list) else expected


def contradictions(path, step):
    """Where the oracle finds something else than the file expects, by case and key."""
    found = {}
    for entry, calendars, expected in walked(path):
        answer = oracle.resolution(entry, calendars, step)
        for key in expected.keys() & answer.keys():
            value = expected[key]
            wanted = oracle.at(value) if key in ("start", "due", "fulfilled_at") and value else value
            if answer[key] != wanted:
                found[entry["id"], key] = answer[key]
    return found


@pytest.mark.parametrize("name", [case.id for case in OWN_FILE.cases])
def test_a_hand_checked_case_holds(name):
    assert differences(case(name), OWN_FILE.calendars) == []


def test_the_oracle_agrees_with_the_hand_checked_cases():
    assert len(list(walked(OWN))) >= 15
    assert contradictions(OWN, step=5) == {}


@pytest.mark.skipif(not SHARED, reason=NO_SHARED)
def test_the_shared_cases_hold():
    file = read(load(SHARED_FILE))
    assert len(file.cases) >= 50
    assert {case.id: differences(case, file.calendars) for case in file.cases} == {case.id: [] for case in file.cases}


@pytest.mark.skipif(not SHARED, reason=NO_SHARED)
def test_the_oracle_agrees_with_the_shared_cases():
    assert len(list(walked(SHARED_FILE))) >= 40
    assert contradictions(SHARED_FILE, step=5) == {}


def changed(name, **expected):
    """Our file as data, with one case only and something else expected of it."""
    data = json.loads(OWN.read_text(encoding="utf-8"))
    data["cases"] = [entry for entry in data["cases"] if entry["id"] == name]
    data["cases"][0]["expected"] = expected
    return data


@pytest.mark.parametrize(
    ("expected", "where"),
    [({"due": "2026-11-17T11:01+02:00"}, "resolution.due"), ({"state": "running"}, "resolution.state"),
     ({"elapsed_min": 179}, "resolution.elapsed_min"), ({"due": None}, "resolution.due"),
     ({"fulfilled_at": None}, "resolution.fulfilled_at"), ([], "resolution cycles")],
)  # fmt: skip
def test_a_wrong_expectation_is_found(expected, where):
    file = read(changed("late", resolution=expected))
    assert [found.where for found in differences(file.cases[0], file.calendars)] == [where]


def test_a_metric_that_was_never_promised_is_found():
    file = read(changed("late", restore={"state": "met"}))
    assert differences(file.cases[0], file.calendars) == [Difference("restore", "a cycle", None)]


def test_a_wrong_ladder_is_found():
    file = read(changed("ladder", ladder={"50%": "2026-11-17T16:01+02:00", "75%": None}))
    found = differences(file.cases[0], file.calendars)
    assert [difference.where for difference in found] == ["ladder.50%", "ladder.75%"]


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"calendars": []},
        {"cases": [{}]},
        {"cases": [{"id": "x", "events": [{"type": "?"}]}]},
        {"cases": 1},
    ],
)
def test_a_file_that_cannot_be_read_is_refused(change):
    with pytest.raises(CaseError):
        read({**changed("late", resolution={}), **change})


@pytest.mark.parametrize(
    ("key", "value"),
    [("options", {"reopening": "never"}), ("options", {"reopen": "never"}), ("expected", {"reaction": {}}),
     ("now", "soon"), ("events", [{"type": "bell", "at": "2026-11-17T10:00Z"}])],
)  # fmt: skip
def test_a_case_that_cannot_be_read_is_refused(key, value):
    data = changed("late", resolution={})
    data["cases"][0][key] = value
    with pytest.raises(CaseError):
        read(data)


def test_an_unknown_calendar_or_key_is_refused():
    file = read(changed("late", resolution={"dew": None}))
    with pytest.raises(CaseError):
        differences(file.cases[0], file.calendars)
    with pytest.raises(CaseError):
        differences(case("late"), {})


def run(path):
    out = io.StringIO()
    try:
        Command(stdout=out).handle(file=path)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_the_command_prints_a_line_for_each_case():
    printed, error = run(OWN)
    assert printed.splitlines() == [f"{case.id} ok" for case in OWN_FILE.cases]
    assert error == ""


def test_the_command_prints_the_differences_and_fails(tmp_path):
    path = tmp_path / "cases.json"
    path.write_text(json.dumps(changed("late", resolution={"state": "met"})), encoding="utf-8")
    printed, error = run(path)
    assert printed.splitlines() == ["late resolved late", "  resolution.state: expected met, found breached"]
    assert error == "1 of 1 cases differ"


def test_the_command_refuses_what_it_cannot_read(tmp_path):
    path = tmp_path / "cases.json"
    path.write_text("no", encoding="utf-8")
    assert "not JSON" in run(path)[1]
    assert "No such file" in run(tmp_path / "missing.json")[1]
