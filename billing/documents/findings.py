"""What is wrong with a document: the rule, the term of EN 16931 it is about, and a sentence for finance.

The sentence and its values are kept apart, so that a page can translate the sentence before it is filled in.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum


class Severity(StrEnum):
    """An error stops the document; a warning is worth a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` is the public number of a rule (BR-CO-10, PEPPOL-EN16931-R003, BR-DE-15) or one of ours (VASTE-...)."""

    code: str
    term: str
    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    where: str = ""
    severity: Severity = Severity.ERROR

    @property
    def message(self) -> str:
        """The sentence with its values, in English."""
        return self.text.format_map({name: _plain(value) for name, value in self.values.items()})

    def __str__(self) -> str:
        place = " ".join(part for part in (self.term, self.where and f"({self.where})") if part)
        mark = "warning " if self.severity is Severity.WARNING else ""
        return f"{mark}{self.code} {place}: {self.message}" if place else f"{mark}{self.code}: {self.message}"


def error(code: str, term: str, text: str, where: str = "", /, **values: object) -> Finding:
    """Text names its values in braces."""
    return Finding(code, term, text, values, where)


def warning(code: str, term: str, text: str, where: str = "", /, **values: object) -> Finding:
    """Text names its values in braces."""
    return Finding(code, term, text, values, where, Severity.WARNING)


def _plain(value: object) -> object:
    return f"{value:f}" if isinstance(value, Decimal) else value
