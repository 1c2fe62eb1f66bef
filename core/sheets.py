"""Tables as files for spreadsheets: written row by row, and sent only when they are whole."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING

from django.utils.formats import number_format

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | None
# What a spreadsheet takes for the beginning of a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Stands in the file as the day it was made, so that the same table is the same bytes.
MADE = datetime(2000, 1, 1)  # noqa: DTZ001  # a spreadsheet has no zones
WIDTH = 18
# Larger files are written to disk.
IN_MEMORY = 1_000_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with what its figures mean. `rows` may be read once only."""

    title: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    notes: Sequence[str]


def as_csv(sheet: Sheet, file: IO[bytes]) -> int:
    """Write UTF-8 with a byte order mark, semicolons and the reader's decimal sign; returns the number of rows."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer, count = csv.writer(text, delimiter=";"), 0
    writer.writerow(_plain(cell) for cell in sheet.columns)
    for row in sheet.rows:
        writer.writerow(_plain(cell) for cell in row)
        count += 1
    writer.writerow([])
    writer.writerows([_plain(note)] for note in (sheet.title, *sheet.notes))
    text.detach()
    return count


def _plain(cell: Cell) -> str:
    """A text that a spreadsheet would calculate gets an apostrophe, so that it stays a text."""
    if isinstance(cell, Decimal):
        return number_format(cell, use_l10n=True)
    if isinstance(cell, str) and cell.startswith(FORMULA):
        return f"'{cell}"
    return "" if cell is None else str(cell)


def as_xlsx(sheet: Sheet, file: IO[bytes]) -> int:
    """Write a workbook in which every text is a text by its type; returns the number of rows."""
    from xlsxwriter import Workbook  # noqa: PLC0415  # 2 MB, which few requests need

    book = Workbook(file, {"constant_memory": True})
    book.set_properties({"title": sheet.title, "created": MADE})
    page, bold = book.add_worksheet(), book.add_format({"bold": True})
    page.set_column(0, len(sheet.columns) - 1, WIDTH)
    page.freeze_panes(1, 0)
    for column, name in enumerate(sheet.columns):
        page.write_string(0, column, name, bold)
    count = 0
    for count, row in enumerate(sheet.rows, start=1):
        _write(page, count, row)
    for line, note in enumerate((sheet.title, *sheet.notes), start=count + 2):
        page.write_string(line, 0, note)
    book.close()
    return count


def _write(page: "Worksheet", line: int, row: Sequence[Cell]) -> None:
    for column, cell in enumerate(row):
        if isinstance(cell, str):
            page.write_string(line, column, cell)
        elif cell is not None:
            page.write_number(line, column, cell)


# How a file ends, with its type and who writes it.
FORMATS: dict[str, tuple[str, Callable[[Sheet, IO[bytes]], int]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", as_xlsx),
}


def write(sheet: Sheet, form: str) -> tuple[IO[bytes], int]:
    """The sheet as a whole file, ready to be read, and the number of its rows. Whoever sends the file closes it."""
    with ExitStack() as unfinished:
        file = unfinished.enter_context(SpooledTemporaryFile(IN_MEMORY))
        count = FORMATS[form][1](sheet, file)
        file.seek(0)
        unfinished.pop_all()
    return file, count
