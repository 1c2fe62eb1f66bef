"""What a ticket has in a team's own fields: one value a field, its words, and its marks for the rules."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet
from django.db.models.functions import Cast, JSONObject
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from tickets.enums import FieldType
from tickets.models import FieldValue
from tickets.process import OwnField
from tickets.requirements import FILLED

# Text, a number, a day, yes or no, the ids of choices; None where nothing is filled in.
Value = str | Decimal | date | bool | tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Given:
    """A value and its words as the log keeps them; equal where the value is, true where there is one."""

    value: Value
    words: str = field(default="", compare=False)

    def __bool__(self) -> bool:
        return self.value is not None

    def __str__(self) -> str:
        return self.words


def marks_of(own: OwnField, value: Value) -> frozenset[str]:
    """What rules can ask of the value: see tickets.requirements."""
    if value is None:
        return frozenset()
    if isinstance(value, bool):
        return frozenset({FILLED, "yes" if value else "no"})
    if isinstance(value, tuple):
        above = {option.parent for option in own.options if option.pk in value and option.parent}
        return frozenset({FILLED, *map(str, value), *map(str, above)})
    return frozenset({FILLED})


def given(own: OwnField, value: Value) -> Given:
    """With the words that the log keeps: those of a number, a day and a yes are made by whoever reads them."""
    if isinstance(value, bool):
        return Given(value, "yes" if value else "no")
    if isinstance(value, date):
        return Given(value, value.isoformat())
    return Given(value, f"{_plain(value):f}" if isinstance(value, Decimal) else words_of(own, value))


def words_of(own: OwnField, value: Value) -> str:
    """The value in the reader's language; "" where there is none."""
    match value:
        case None:
            return ""
        case bool():
            return _("Yes") if value else _("No")
        case tuple():
            return ", ".join(own.choice_words(option.pk) for option in own.in_order() if option.pk in value)
        case Decimal():
            return number_words(value)
        case date():
            return date_format(value, "SHORT_DATE_FORMAT")
    return value


def number_words(value: Decimal) -> str:
    """As the reader's language writes it."""
    return number_format(_plain(value))


def _plain(value: Decimal) -> Decimal:
    """Without zeros at its end."""
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()


def logged_words(type_: str, text: str) -> str:
    """What the log keeps of a value, in the reader's language."""
    if text and type_ == FieldType.YES:
        return _("Yes") if text == "yes" else _("No")
    if text and type_ == FieldType.DAY:
        return date_format(date.fromisoformat(text), "SHORT_DATE_FORMAT")
    if text and type_ == FieldType.NUMBER:
        return number_words(Decimal(text))
    return text


def values_as_json() -> "QuerySet[FieldValue, Any]":
    """For an ArraySubquery over tickets: what each has, to be read by `read_json`."""
    rows = FieldValue.objects.filter(ticket=OuterRef("pk")).order_by("pk")
    number = Cast("number", CharField())
    packed = JSONObject(field="field", text="text", number=number, day="day", yes="yes", choice="choice")
    return rows.values_list(packed)


def read_json(rows: Iterable[Mapping[str, Any]]) -> dict[int, Value]:
    """By field id."""
    return gathered((row["field"], _unpacked(row)) for row in rows)


def _unpacked(row: Mapping[str, Any]) -> Value:
    if row["number"] is not None:
        return Decimal(row["number"])
    if row["day"] is not None:
        return date.fromisoformat(row["day"])
    return row["yes"] if row["yes"] is not None else (row["choice"],) if row["choice"] else row["text"]


def gathered(pairs: Iterable[tuple[int, Value]]) -> dict[int, Value]:
    """One value for each field id; those of several choices become one tuple, sorted."""
    found: dict[int, Value] = {}
    for pk, value in pairs:
        before = found.get(pk)
        both = isinstance(before, tuple) and isinstance(value, tuple)
        found[pk] = tuple(sorted({*before, *value})) if both else value  # type: ignore[misc]  # both are tuples
    return found
