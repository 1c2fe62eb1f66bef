"""Worked cases in a JSON file: how one is read, and what did not come out of it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any


class CaseError(ValueError):
    """A file, or a case in it, that cannot be read."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One expected value that did not come out, or one that did and was not expected; `where` is like "totals.net"."""

    where: str
    expected: object
    found: object

    def __str__(self) -> str:
        return f"{self.where}: expected {_text(self.expected)}, found {_text(self.found)}"


def load(path: Path) -> Any:
    """The decoded content of a file. Raises CaseError, or OSError where there is no such file."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise CaseError(f"{path}: not JSON: {error}") from error


def checked(data: Any, number: int) -> Mapping[str, Any]:
    """The object of a file that says of itself that it is of that format. Raises CaseError."""
    if not isinstance(data, Mapping) or data.get("format") != number:
        raise CaseError(f"not a file of cases, format {number}")
    return data


def _text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(part)}" for key, part in value.items())
    if isinstance(value, list):
        return f"[{'; '.join(_text(part) for part in value)}]"
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:f}" if isinstance(value, Decimal) else "nothing" if value is None else str(value)
