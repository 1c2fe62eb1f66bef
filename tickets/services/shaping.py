"""A team shapes its tickets: its own fields, their choices and rules, the names of its kinds. All is audited."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from accounts.actors import Actor
from accounts.services import audit
from accounts.services.records import keep, remove
from tickets.models import CustomField, FieldChoice, FieldRule, KindName
from tickets.process import forget

LONGEST_KEY = 30
# Between the two levels of a choice, where it is written in one line.
BELOW = ">"


@dataclass(frozen=True, slots=True)
class Edited:
    """A choice as somebody wants it."""

    name: str
    position: int
    is_archived: bool


@transaction.atomic
def save_field(row: CustomField, *, changed: Iterable[str], by: Actor) -> CustomField:
    """Keep a field; a new one gets its key, which stays."""
    if not row.key:
        row.key = _free_key(row.name)
    keep(row, by=by, changed=changed, name="field")
    forget()
    return row


def _free_key(name: str) -> str:
    """The name as addresses write it, or with a number behind it where another field has that."""
    wanted = slugify(name)[: LONGEST_KEY - 4].strip("-_") or "field"
    taken = set(CustomField.objects.values_list("key", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(key for key in numbered if key not in taken)


@transaction.atomic
def save_choices(field: CustomField, edited: Mapping[int, Edited], new: Sequence[str], *, by: Actor) -> None:
    """Rename, order and put away the choices, and add new ones behind them; "Payroll > Holidays" makes both levels."""
    rows = list(FieldChoice.objects.select_for_update().filter(field=field).order_by("position", "pk"))
    for row in rows:
        wanted = edited.get(row.pk)
        if wanted:
            row.name, row.position, row.is_archived = wanted.name, wanted.position, wanted.is_archived
    last = max((row.position for row in rows), default=0)
    for line in new:
        above, _below, name = (part.strip() for part in line.rpartition(BELOW))
        last += 1
        parent = _top(field, above, rows, last) if above else None
        if not any(row.name == name and row.parent_id == (parent and parent.pk) for row in rows):
            rows.append(_made(field, name, parent, last))
    _number(rows)
    audit.record("field.choices_changed", by=by, target=field, added=len(new))
    forget()


def _top(field: CustomField, name: str, rows: list[FieldChoice], position: int) -> FieldChoice:
    """The choice of the upper level by its name, made where there is none."""
    found = next((row for row in rows if row.parent_id is None and row.name == name), None)
    if found is None:
        found = _made(field, name, None, position)
        rows.append(found)
    return found


def _made(field: CustomField, name: str, parent: FieldChoice | None, position: int) -> FieldChoice:
    return FieldChoice.objects.create(field=field, name=name, parent=parent, position=position)


def _number(rows: list[FieldChoice]) -> None:
    """Places from 0 on, each lower choice behind its upper one, so that one column is the whole order."""
    rows.sort(key=lambda row: (row.position, row.pk))
    tops = [row for row in rows if row.parent_id is None]
    ordered = [each for top in tops for each in (top, *(row for row in rows if row.parent_id == top.pk))]
    for place, row in enumerate(ordered):
        row.position = place
    FieldChoice.objects.bulk_update(ordered, ["name", "position", "is_archived"])


@transaction.atomic
def add_rule(rule: FieldRule, *, by: Actor) -> None:
    rule.save()
    audit.record("field.rule_added", by=by, target=rule.field, effect=rule.effect)
    forget()


@transaction.atomic
def remove_rule(rule: FieldRule, *, by: Actor) -> None:
    remove(rule, by=by, name="field.rule")
    forget()


@transaction.atomic
def save_kind(row: KindName, *, changed: Iterable[str], by: Actor) -> None:
    keep(row, by=by, changed=changed, name="kind")
    forget()
