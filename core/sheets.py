"""Tables as files for spreadsheets: written row by row, and sent only when they are whole."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | Decimal | None
# What a spreadsheet takes for the beginning of a formula, even after blanks and in its wide form.
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
# Stands in the file as the day it was made, so that the same table is the same bytes.
MADE = datetime(2000, 1, 1)  # noqa: DTZ001  # a spreadsheet has no zones
WIDTH = 18
# Larger files are written to disk.
IN_MEMORY = 1_000_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table with what its figures mean. `rows` may be read once only; for programs it has no title and no notes."""

    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    title: str = ""
    notes: Sequence[str] = ()
    decimal_sign: str = "."

    @property
    def words(self) -> list[str]:
        """What stands below the rows."""
        return [text for text in (self.title, *self.notes) if text]


def safe_text(text: str) -> str:
    """With an apostrophe before it where a spreadsheet would calculate it, so that it stays a text."""
    return f"'{text}" if FORMULA.match(text) else text


def as_csv(sheet: Sheet, file: IO[bytes]) -> int:
    """Write UTF-8 with a byte order mark and semicolons; returns the number of rows."""
    text = io.TextIOWrapper(file, "utf-8-sig", newline="")
    writer, count = csv.writer(text, delimiter=";"), 0
    writer.writerow(map(safe_text, sheet.columns))
    for row in sheet.rows:
        writer.writerow(_plain(cell, sheet.decimal_sign) for cell in row)
        count += 1
    if sheet.words:
        writer.writerow([])
        writer.writerows([safe_text(words)] for words in sheet.words)
    text.detach()
    return count


def _plain(cell: Cell, decimal_sign: str) -> str:
    if isinstance(cell, Decimal):
        return f"{cell:f}".replace(".", decimal_sign)
    return safe_text(cell) if isinstance(cell, str) else "" if cell is None else str(cell)


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
    for line, words in enumerate(sheet.words, start=count + 2):
        page.write_string(line, 0, words)
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


def as_bytes(sheet: Sheet, form: str) -> bytes:
    """The sheet as a whole file."""
    with write(sheet, form)[0] as file:
        return file.read()
