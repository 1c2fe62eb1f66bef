"""Worked cases of rating in a file: a contract, its work, a run, and what must come out.

A file is one JSON object {"format": 1, "cases": [...]}. A case has "id", "title", "contract", "tickets", "entries",
"run", perhaps "pools", and "expected", as `billing.rating.format` reads them. Only the parts given in "expected" are
compared ("errors", "lines", "pool_moves", "pools_after", "taxes", "totals"), those in full; errors beside lines that
do not expect any are a difference. Numbers are compared by value. The order of lines, moves, taxes and errors is not
compared, nor into how many moves of one pool an entry's minutes are cut. Outside the scope of tax (category O) and no
tax at all are the same. The aliases below are words that other files use.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from billing.rating.engine import rate
from billing.rating.format import Data, FormatError, read_inputs, unknown
from billing.rating.taxes import OUTSIDE
from billing.rating.work import Inputs
from billing.rating.writing import written
from core.cases import CaseError, Difference, checked

FORMAT = 1
NUMBERS = frozenset({"quantity", "unit_price", "net", "rate", "base", "amount", "tax", "gross", "price_base"})
# What is not compared of some kinds of lines: the item where the kind says it, and of a cap, which is the run's, where
# and when it fell.
_ITEM = frozenset({"item"})
NAMED_BY_KIND = {
    "callout": _ITEM,
    "km": _ITEM,
    "per_ticket": _ITEM,
    "cap": frozenset({"item", "ticket", "from", "to"}),
}
_KIND_ALIASES = {
    "surcharge_line": "surcharge",
    "kilometres": "km",
    "mileage": "km",
    "money_cap": "cap",
    "ticket_price": "per_ticket",
    "per_ticket_included": "included",
    "ticket_included": "included",
}
_PART_ALIASES = {
    "included": {"rollover": "rollover_months"},
    "per_ticket": {"prices": "price", "by_severity": "price", "minutes": "included_minutes"},
    "callout": {"fees": "fee"},
}
_CAP_IN_MONEY = re.compile(r"(?!.*minutes)(cap_\w+|\w+_cap)")


@dataclass(frozen=True, slots=True)
class Case:
    """Inputs and what must come out of them, or why they cannot be read; `unread` are keys that nothing reads."""

    id: str
    title: str
    inputs: Inputs | None
    expected: Data
    unread: tuple[str, ...] = ()
    problem: str = ""


def read(data: Any) -> tuple[Case, ...]:
    """Read the decoded object of such a file. Raises CaseError."""
    cases = checked(data, FORMAT).get("cases")
    if not isinstance(cases, list) or not all(isinstance(case, Mapping) for case in cases):
        raise CaseError("cases are a list of objects")
    return tuple(_case(case) for case in cases)


def _case(data: Data) -> Case:
    name, title, expected = str(data.get("id")), str(data.get("title", "")), data.get("expected")
    if not isinstance(expected, Mapping) or not expected or set(expected) - set(_COMPARED):
        return Case(name, title, None, {}, problem=f"expected is none of {', '.join(_COMPARED)}")
    try:
        spelled = _spelled(data)
        return Case(name, title, read_inputs(spelled), expected, tuple(unknown(spelled)))
    except FormatError as error:
        return Case(name, title, None, expected, problem=str(error))


def _spelled(data: Data) -> Data:
    """A case with our words for the contract's terms."""
    contract = data.get("contract")
    if not isinstance(contract, Mapping):
        return data
    terms: dict[str, Any] = {
        "cap_money_per_run" if _CAP_IN_MONEY.fullmatch(key) else key: value for key, value in contract.items()
    }
    for part, aliases in _PART_ALIASES.items():
        if isinstance(terms.get(part), Mapping):
            terms[part] = {aliases.get(key, key): value for key, value in terms[part].items()}
    per_ticket = terms.get("per_ticket")
    if isinstance(per_ticket, Mapping) and "price" not in per_ticket:
        prices = {key: value for key, value in per_ticket.items() if key != "included_minutes"}
        terms["per_ticket"] = {**per_ticket, "price": prices}
    rates = terms.get("rates")
    if isinstance(rates, Mapping) and any(isinstance(rate, Mapping) for rate in rates.values()):
        terms |= _by_severity(rates)
    return {**data, "contract": terms}


def _by_severity(rates: Data) -> dict[str, dict[str, Any]]:
    """Rates that are given for each work type by severity, "default" for the others."""
    plain: dict[str, Any] = {}
    special: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for work_type, given in rates.items():
        for severity, price in (given if isinstance(given, Mapping) else {"default": given}).items():
            if severity == "default":
                plain[work_type] = price
            else:
                special[severity][work_type] = price
    return {"rates": plain, "severity_rates": dict(special)}


def differences(case: Case) -> list[Difference]:
    """Rate a case; an empty list means that it holds."""
    if case.inputs is None:
        return [Difference("case", "one that can be read", case.problem)]
    found = written(rate(case.inputs))
    expected = {"errors": [], **case.expected} if "lines" in case.expected else case.expected
    result = [each for part, wanted in expected.items() for each in _COMPARED[part](part, wanted, found[part])]
    if result and case.unread:
        result.append(Difference("keys", "only ones that are read", ", ".join(case.unread)))
    return result


def _rows(part: str, expected: Sequence[Data], found: Sequence[Data]) -> Iterator[Difference]:
    """Rows in any order. A row that is not there is compared with the one most like it."""
    wanted, there = [_plain(row) for row in expected], [_plain(row) for row in found]
    common = Counter(_key(row) for row in wanted) & Counter(_key(row) for row in there)
    missing, more = _without(wanted, common), _without(there, common)
    for row in missing:
        like = max(more, key=lambda other: _likeness(row, other), default=None)
        if like is None or not _likeness(row, like):
            yield Difference(part, row, None)
            continue
        more.remove(like)
        for key in sorted(row.keys() | like.keys()):
            if row.get(key) != like.get(key):
                yield Difference(f"{part}[{_name(row)}].{key}", row.get(key), like.get(key))
    for row in more:
        yield Difference(part, None, row)


def _moves(part: str, expected: Sequence[Data], found: Sequence[Data]) -> Iterator[Difference]:
    yield from _rows(part, _summed(expected), _summed(found))


def _summed(moves: Iterable[Data]) -> list[Data]:
    sums: Counter[tuple[str, str, str]] = Counter()
    for move in moves:
        sums[str(move.get("pool")), str(move.get("month") or ""), str(move.get("entry"))] += int(move["minutes"])
    return [
        {"pool": pool, "month": month, "entry": entry, "minutes": n} for (pool, month, entry), n in sums.items() if n
    ]


def _object(part: str, expected: Data, found: Data) -> Iterator[Difference]:
    for key, wanted in expected.items():
        there = found.get(key)
        if _value(key, wanted) != _value(key, there):
            yield Difference(f"{part}.{key}", wanted, there)


def _taxes(part: str, expected: Sequence[Data], found: Sequence[Data]) -> Iterator[Difference]:
    wanted, there = ([row for row in rows if row["category"] != OUTSIDE] for rows in (expected, found))
    yield from _rows(part, wanted, there)


_COMPARED: Mapping[str, Callable[[str, Any, Any], Iterator[Difference]]] = {
    "errors": _rows,
    "lines": _rows,
    "pool_moves": _moves,
    "pools_after": _object,
    "taxes": _taxes,
    "totals": _object,
}


def _plain(row: Data) -> dict[str, Any]:
    """A row with numbers by value and one word for one thing."""
    result = {key: _value(key, value) for key, value in row.items()}
    if "kind" in result:
        result["kind"] = _KIND_ALIASES.get(result["kind"], result["kind"])
        told = NAMED_BY_KIND.get(result["kind"], frozenset())
        result = {key: value for key, value in result.items() if key not in told}
    return result


def _value(key: str, value: Any) -> Any:
    if key == "tax" and isinstance(value, list):
        return sorted((_plain(part) for part in value if part["category"] != OUTSIDE), key=_key)
    if key in NUMBERS and value is not None:
        try:
            return Decimal(str(value)).normalize() + 0
        except InvalidOperation:
            return value
    return value


def _key(row: Data) -> str:
    return json.dumps({key: str(value) for key, value in row.items()}, sort_keys=True)


def _without(rows: Iterable[dict[str, Any]], common: Counter[str]) -> list[dict[str, Any]]:
    left, result = common.copy(), []
    for row in rows:
        if left[_key(row)]:
            left[_key(row)] -= 1
        else:
            result.append(row)
    return result


def _likeness(row: Data, other: Data) -> int:
    """How much of what names a row is the same; none where it is about something else."""
    if any(row.get(name) != other.get(name) for name in ("ticket", "pool", "ref")):
        return 0
    names = ("kind", "item", "code", "month", "entry", "rate", "category", "unit_price", "from")
    return sum(1 for name in names if name in row and row[name] == other.get(name))


def _name(row: Data) -> str:
    names = ("ticket", "kind", "item", "pool", "month", "entry", "code", "ref")
    return " ".join(str(row[name]) for name in names if row.get(name))
