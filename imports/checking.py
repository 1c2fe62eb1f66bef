"""A value out of somebody's JSON, read field by field: what is wrong is said with its path, in plain words."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

EARLIEST = datetime(1980, 1, 1, tzinfo=UTC)
# Clocks of two machines differ; nothing that happened lies further ahead than this.
AHEAD = timedelta(days=1)
ADDRESS = re.compile(r"\A[^@\s<>\"(),:;\\]{1,64}@[^@\s<>\"(),:;\\]+\.[^@\s<>\"(),:;\\.]+\Z")
MOST_ADDRESS = 254


class Refused(ValueError):
    """A value that cannot be taken: where it stands, as a JSON path, and why."""

    def __init__(self, path: str, words: str) -> None:
        super().__init__(f"{path}: {words}")
        self.path = path
        self.words = words


def is_address(text: str) -> bool:
    """Whether a text can be the mail address of a person."""
    return len(text) <= MOST_ADDRESS and ADDRESS.match(text) is not None


def clean(text: str) -> str:
    """Without what PostgreSQL holds in no text: NUL, and halves of a character."""
    text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object, each of whose names has to be known."""

    value: dict[str, Any]
    path: str
    now: datetime

    @classmethod
    def of(cls, value: object, path: str, now: datetime, known: Collection[str]) -> "Fields":
        if not isinstance(value, dict):
            raise Refused(path, "has to be an object")
        if unknown := sorted(set(value) - set(known)):
            raise Refused(f"{path}.{unknown[0]}", "no such name here; the names are " + ", ".join(sorted(known)))
        return cls(value, path, now)

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}"

    def has(self, name: str) -> bool:
        return self.value.get(name) is not None

    def text(self, name: str, most: int, *, required: bool = False) -> str:
        """A text of at most so many characters; empty where there is none and none is required."""
        if not self.has(name):
            if required:
                raise Refused(self._at(name), "is missing")
            return ""
        value = self.value[name]
        if not isinstance(value, str):
            raise Refused(self._at(name), "has to be a text")
        value = clean(value)
        if len(value) > most:
            raise Refused(self._at(name), f"has {len(value)} characters, at most {most} are possible")
        if required and not value.strip():
            raise Refused(self._at(name), "is empty")
        return value

    def choice(self, name: str, allowed: Collection[str], default: str) -> str:
        value = self.text(name, 200) or default
        if value not in allowed:
            raise Refused(
                self._at(name), f"“{value}” is none of {', '.join(allowed)}; a mapping file can say what it is"
            )
        return value

    def address(self, name: str) -> str:
        """A mail address in lower case, or an empty text."""
        value = self.text(name, MOST_ADDRESS).strip().lower()
        if value and not is_address(value):
            raise Refused(self._at(name), f"“{value}” is no mail address")
        return value

    def instant(self, name: str, *, ahead: bool = False) -> datetime | None:
        """An ISO 8601 date and time with its zone; `ahead` allows the future."""
        if not self.has(name):
            return None
        try:
            instant = datetime.fromisoformat(str(self.value[name]))
        except ValueError:
            raise Refused(self._at(name), "is no date and time, write it like 2026-11-02T08:00:00Z") from None
        if instant.tzinfo is None:
            raise Refused(self._at(name), "has no time zone, write it like 2026-11-02T08:00:00+02:00")
        try:
            instant = instant.astimezone(UTC)
        except OverflowError:
            raise Refused(self._at(name), "is at the end of all calendars") from None
        if instant < EARLIEST or (not ahead and instant > self.now + AHEAD):
            raise Refused(self._at(name), f"cannot be right: {instant:%Y-%m-%d}")
        return instant

    def required_instant(self, name: str) -> datetime:
        instant = self.instant(name)
        if instant is None:
            raise Refused(self._at(name), "is missing")
        return instant

    def whole(self, name: str, least: int, most: int) -> int:
        value = self.value.get(name)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise Refused(self._at(name), f"has to be a whole number from {least} to {most}")
        return value

    def flag(self, name: str) -> bool:
        value = self.value.get(name, False)
        if not isinstance(value, bool):
            raise Refused(self._at(name), "has to be true or false")
        return value

    def items(self, name: str, most: int) -> Iterator[tuple[Any, str]]:
        """The values of a list, each with its path."""
        values = self.value.get(name)
        if values is None:
            return
        if not isinstance(values, list):
            raise Refused(self._at(name), "has to be a list")
        if len(values) > most:
            raise Refused(self._at(name), f"has {len(values)} entries, at most {most} are possible")
        yield from ((value, f"{self._at(name)}[{place}]") for place, value in enumerate(values))
