"""Worked cases: our own, reckoned by hand, and the shared ones where VASTE_SHARED names their folder."""

import copy
import io
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.management.base import CommandError

from billing.cases import NAMED_BY_KIND, differences, read
from billing.management.commands.rating_cases import Command
from billing.rating.engine import rate
from billing.rating.format import read_inputs, unknown
from billing.rating.freezing import frozen
from billing.rating.writing import written
from core.cases import CaseError, load

OWN = Path(__file__).parent.parent / "data" / "rating_hand_checked.json"
SHARED = os.environ.get("VASTE_SHARED", "")
SHARED_FILE = Path(SHARED) / "data" / "cases" / "rating_cases.json"
NO_SHARED = "VASTE_SHARED is not set: it names the folder that holds data/cases/rating_cases.json"

OWN_DATA = json.loads(OWN.read_text(encoding="utf-8"))
OWN_CASES = read(load(OWN))


@pytest.mark.parametrize("case", OWN_CASES, ids=lambda case: case.id)
def test_a_hand_checked_case_holds(case):
    assert [str(difference) for difference in differences(case)] == []


def test_the_hand_checked_cases_use_every_term():
    """Each primitive of a contract decides in at least one of them."""
    given = {key for case in OWN_DATA["cases"] for key in case["contract"]}
    assert len(OWN_CASES) >= 40
    assert given >= {
        "monthly_fee", "yearly_fee", "included", "per_ticket", "callout", "km_rate", "cap_minutes_per_ticket",
        "cap_money_per_run", "pool_band_mode", "pool_excludes", "severity_rates", "versions", "interim_billing",
    }  # fmt: skip
    assert all(case.unread == () for case in OWN_CASES)


@pytest.mark.skipif(not SHARED, reason=NO_SHARED)
def test_the_shared_cases_hold():
    cases = read(load(SHARED_FILE))
    assert len(cases) >= 28
    assert {case.id: [str(each) for each in differences(case)] for case in cases} == {case.id: [] for case in cases}


@pytest.mark.skipif(not SHARED, reason=NO_SHARED)
def test_lines_come_in_the_order_of_the_shared_cases():
    """Which the command does not ask for: what is paid first, then what is covered."""
    for case in read(load(SHARED_FILE)):
        names = [(line["kind"], line["item"]) for line in written(rate(case.inputs))["lines"]]
        assert names == [(line["kind"], line["item"]) for line in case.expected.get("lines", [])], case.id


def falsified():
    """Every value of what some of our cases expect, one at a time, changed a little."""
    for case in OWN_DATA["cases"][::5]:
        for path, value in leaves(case["expected"]):
            wrong = copy.deepcopy(case["expected"])
            part = wrong
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = changed(value)
            yield case, path, wrong


def leaves(value, path=()):
    if isinstance(value, dict | list):
        for key, part in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(part, (*path, key))
    else:
        yield path, value


def changed(value):
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "T9"
    try:
        return f"{float(value) + 0.01:.3f}"
    except ValueError:
        return f"{value}x"


def test_any_wrong_expectation_is_found():
    """But for what the kind of a line says already."""
    tried, unseen = 0, set()
    for case, path, wrong in falsified():
        tried += 1
        if not differences(read({"format": 1, "cases": [{**case, "expected": wrong}]})[0]):
            unseen.add((path[-1], case["expected"][path[0]][path[1]].get("kind")))
    assert tried > 300
    assert unseen <= {(key, kind) for kind, keys in NAMED_BY_KIND.items() for key in keys}


def test_the_inputs_of_a_case_can_be_frozen():
    for case in OWN_CASES:
        stored = json.loads(json.dumps(frozen(case.inputs)))
        assert unknown(stored) == []
        assert differences(replace(case, inputs=read_inputs(stored))) == [], case.id


def with_expected(name, **expected):
    data = next(case for case in OWN_DATA["cases"] if case["id"] == name)
    return {"format": 1, "cases": [{**data, "expected": expected}]}


def test_a_line_too_few_or_too_many_is_found():
    lines = next(case for case in OWN_DATA["cases"] if case["id"] == "early")["expected"]["lines"]
    few, many = (read(with_expected("early", lines=rows))[0] for rows in (lines[:1], [*lines, lines[0]]))
    assert [found.where for found in differences(few)] == ["lines"]
    assert [found.where for found in differences(many)] == ["lines"]


def test_errors_that_nobody_expected_are_found():
    case = read(with_expected("gate-open", lines=[]))[0]
    assert [found.where for found in differences(case)] == ["errors"]


def test_keys_that_nothing_reads_are_told_where_a_case_differs():
    data = with_expected("early", lines=[])
    data["cases"][0]["contract"] = {**data["cases"][0]["contract"], "discount": "10"}
    assert "contract.discount" in str(differences(read(data)[0])[-1])


def test_words_of_other_files_are_understood():
    data = next(case for case in OWN_DATA["cases"] if case["id"] == "ticket-price")
    contract = {**data["contract"], "per_ticket": {"prices": {"P2": "150.00"}, "minutes": 30}}
    contract |= {"rates": {"remote": {"default": "90.00", "P2": "100.00"}}}
    flat = {**data["contract"], "per_ticket": {"P2": "150.00", "included_minutes": 30}}
    for spelled in (contract, flat):
        assert differences(read({"format": 1, "cases": [{**data, "contract": spelled}]})[0]) == []
    capped = next(case for case in OWN_DATA["cases"] if case["id"] == "money-cap")
    for name in ("cap_money", "cap_net_per_run", "money_cap"):
        renamed = {key.replace("cap_money_per_run", name): value for key, value in capped["contract"].items()}
        assert differences(read({"format": 1, "cases": [{**capped, "contract": renamed}]})[0]) == []


@pytest.mark.parametrize("data", [{"format": 2}, {"format": 1}, {"format": 1, "cases": [1]}, []])
def test_a_file_that_cannot_be_read_is_refused(data):
    with pytest.raises(CaseError):
        read(data)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("contract", {"rates": {"remote": 100.5}}),
        ("contract", {"tz": "Europe/Nowhere"}),
        ("contract", {"rounding": {"increment": 0}}),
        ("contract", {"rates": {"remote": "-1"}}),
        ("entries", [{"id": "E1", "ticket": "T9"}]),
        ("entries", [{"id": "E1", "ticket": "T1", "start": "2026-11-17T09:00"}]),
        ("run", {"now": None}),
        ("expected", {"line": []}),
        ("expected", None),
    ],
)
def test_a_case_that_cannot_be_read_differs_and_the_others_are_rated(part, value):
    good = OWN_DATA["cases"][0]
    bad = {**good, part: {**good[part], **value} if part == "contract" else value}
    found = [differences(case) for case in read({"format": 1, "cases": [bad, good]})]
    assert [len(each) for each in found] == [1, 0]


def run(path):
    out = io.StringIO()
    try:
        Command(stdout=out).handle(file=path)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), ""


def test_the_command_prints_a_line_for_each_case():
    printed, error = run(OWN)
    assert printed.splitlines() == [f"{case.id} ok" for case in OWN_CASES]
    assert error == ""


def test_the_command_prints_the_differences_and_fails(tmp_path):
    path = tmp_path / "cases.json"
    totals = {"net": "125.01", "tax": "31.88", "gross": "156.88", "currency": "EUR"}
    path.write_text(json.dumps(with_expected("early", totals=totals)), encoding="utf-8")
    printed, error = run(path)
    assert printed.splitlines()[1:] == ["  totals.net: expected 125.01, found 125.00"]
    assert error == "1 of 1 cases differ"


def test_the_command_refuses_what_it_cannot_read(tmp_path):
    path = tmp_path / "cases.json"
    path.write_text("no", encoding="utf-8")
    assert "not JSON" in run(path)[1]
    assert "No such file" in run(tmp_path / "missing.json")[1]
