"""A loaded table: what each of its rows would do, and doing it."""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Customer, CustomerDomain, Membership, Office, Product, Requester, RequesterAddress
from accounts.services import audit
from core.sheets import safe_text
from imports.columns import COLUMNS, NONE
from imports.models import LoadedTable
from imports.services.things import MAKERS, Known, Made, Unfit
from imports.tables import Table, read_table


class Outcome(StrEnum):
    """What a row does; the names are those of the fields that count it."""

    NEW = "new"
    CHANGED = "changed"
    LEFT = "left"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class PlannedRow:
    """A row of the file: its line, its cells by field, and what it does or why it does nothing."""

    line: int
    cells: Mapping[str, str]
    raw: Sequence[str]
    outcome: Outcome
    reason: str = ""
    made: Made | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All rows of a table as they would be done; `missing` names columns without which nothing can be done."""

    table: Table
    columns: Mapping[str, int]
    rows: Sequence[PlannedRow]
    missing: Sequence[str] = ()

    @property
    def counts(self) -> "Counter[str]":
        return Counter(row.outcome.value for row in self.rows)


@transaction.atomic
def load(kind: str, file_name: str, content: bytes, *, member: Membership, by: Actor) -> LoadedTable:
    """Keep a file that can be read as a table, to be looked at.

    Raises NoTable.
    """
    read_table(content)
    row = LoadedTable.objects.create(kind=kind, file_name=file_name, content=content, member=member)
    audit.record("table.loaded", by=by, target=file_name, kind=kind)
    return row


def plan(kind: str, table: Table, columns: Mapping[str, int], office: Office) -> Plan:
    """What each row would do in the tenant in scope; nothing is written. New rows are of the `office`."""
    missing = [each.name for each in COLUMNS[kind] if each.required and columns.get(each.name, NONE) == NONE]
    if missing:
        return Plan(table, columns, (), missing)
    known, seen, rows = Known(office), dict[tuple[str, str], int](), []
    for line, raw in table.rows:
        cells = {each.name: _cell(raw, columns.get(each.name, NONE)) for each in COLUMNS[kind]}
        rows.append(_planned(kind, (line, raw), cells, known, seen))
    return Plan(table, columns, rows)


def _cell(raw: Sequence[str], place: int) -> str:
    return raw[place] if 0 <= place < len(raw) else ""


def _planned(
    kind: str, row: tuple[int, Sequence[str]], cells: Mapping[str, str], known: Known, seen: dict[tuple[str, str], int]
) -> PlannedRow:
    line, raw = row
    try:
        if empty := [each.name for each in COLUMNS[kind] if each.required and not cells[each.name]]:
            raise Unfit(_("Has no address.") if "email" in empty else _("Has no name."))
        keys = _keys(kind, cells)
        if earlier := next((seen[key] for key in keys if key in seen), None):
            raise Unfit(_("Is there already, in row %(line)s.") % {"line": earlier})
        made = MAKERS[kind](cells, known)
    except Unfit as error:
        return PlannedRow(line, cells, raw, Outcome.REFUSED, str(error))
    seen |= dict.fromkeys(keys, line)
    changed = Outcome.CHANGED if made.changed else Outcome.LEFT
    return PlannedRow(line, cells, raw, Outcome.NEW if made.is_new else changed, made=made)


def _keys(kind: str, cells: Mapping[str, str]) -> list[tuple[str, str]]:
    """What two rows of one table may not share."""
    names = ("email",) if kind == "requesters" else ("name", "business_id")
    return [(name, cells[name].casefold()) for name in names if cells.get(name)]


@transaction.atomic
def carry_out(row: LoadedTable, columns: Mapping[str, int], *, office: Office, by: Actor) -> Plan | None:
    """Do what the plan says, once; None where it has been done. What was refused stays to be fetched."""
    row = LoadedTable.objects.select_for_update().get(pk=row.pk)
    if row.imported_at:
        return None
    done = plan(row.kind, read_table(bytes(row.content)), columns, office)
    if done.missing:
        return done
    made = [each.made for each in done.rows if each.made and each.outcome in (Outcome.NEW, Outcome.CHANGED)]
    _save(made)
    for name, count in done.counts.items():
        setattr(row, name, count)
    row.content, row.imported_at = refused_file(done), timezone.now()
    row.save()
    audit.record("table.imported", by=by, target=row.file_name, kind=row.kind, **done.counts)
    return done


def _save(made: Sequence[Made]) -> None:
    """New things in one statement with what belongs to them, changed ones each by itself."""
    for each in made:
        if not each.is_new:
            each.thing.save()
    new = [each.thing for each in made if each.is_new]
    Customer.objects.bulk_create(thing for thing in new if isinstance(thing, Customer))
    Requester.objects.bulk_create(thing for thing in new if isinstance(thing, Requester))
    Product.objects.bulk_create(thing for thing in new if isinstance(thing, Product))
    pairs = [(each.thing, word) for each in made for word in each.further]
    CustomerDomain.objects.bulk_create(
        CustomerDomain(customer=thing, domain=word) for thing, word in pairs if isinstance(thing, Customer)
    )
    RequesterAddress.objects.bulk_create(
        RequesterAddress(requester=thing, email=word) for thing, word in pairs if isinstance(thing, Requester)
    )


def refused_file(done: Plan) -> bytes:
    """The refused rows as they came, with the reasons behind them, to be corrected and loaded again."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=done.table.delimiter)
    refused = [row for row in done.rows if row.outcome == Outcome.REFUSED]
    if refused:
        writer.writerow(safe_text(cell) for cell in (*done.table.head, _("Reason")))
        writer.writerows([safe_text(cell) for cell in (*row.raw, row.reason)] for row in refused)
    return text.getvalue().encode("utf-8-sig")
