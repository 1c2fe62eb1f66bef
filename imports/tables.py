"""A table as spreadsheets save it: how it is written is found out by itself, and said."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

MOST_BYTES = 10 * 2**20
MOST_ROWS = 20_000
MOST_COLUMNS = 100
MOST_CELL = 10_000
DELIMITERS = (";", ",", "\t")
# What our own files put before a text that a spreadsheet would calculate.
GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r")
OTHER_MARKS = (b"\xff\xfe", b"\xfe\xff")


class TableTrouble(StrEnum):
    """Why a file cannot be read as a table."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_WIDE = "too_wide"
    TOO_LONG = "too_long"
    NO_TEXT = "no_text"
    BROKEN = "broken"


class NoTable(ValueError):
    """A file that is no table that can be taken."""

    def __init__(self, trouble: TableTrouble, line: int = 0) -> None:
        super().__init__(trouble)
        self.trouble = trouble
        self.line = line


@dataclass(frozen=True, slots=True)
class Table:
    """Rows with the numbers of their lines in the file; each has as many cells as the head."""

    encoding: str
    delimiter: str
    head: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def read_table(content: bytes) -> Table:
    """The first row is the head, empty rows are left out.

    Raises NoTable for what is too large, no text, or no table.
    """
    if len(content) > MOST_BYTES:
        raise NoTable(TableTrouble.TOO_LARGE)
    text, encoding = _decoded(content)
    delimiter = _delimiter(text)
    rows: list[tuple[int, tuple[str, ...]]] = []
    head: tuple[str, ...] = ()
    for line, cells in _rows(text, delimiter):
        if not head:
            head = cells
        elif len(rows) == MOST_ROWS:
            raise NoTable(TableTrouble.TOO_MANY_ROWS)
        else:
            rows.append((line, (*cells[: len(head)], *[""] * (len(head) - len(cells)))))
    if not rows:
        raise NoTable(TableTrouble.EMPTY)
    return Table(encoding, delimiter, head, tuple(rows))


def _decoded(content: bytes) -> tuple[str, str]:
    if b"\x00" in content or content.startswith(OTHER_MARKS):
        raise NoTable(TableTrouble.NO_TEXT)
    marked = content.startswith(b"\xef\xbb\xbf")
    for encoding in ("utf-8-sig" if marked else "utf-8", "cp1252"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise NoTable(TableTrouble.NO_TEXT)


def _delimiter(text: str) -> str:
    """Which of them parts the first line most often, outside of quotes."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    bare = "".join(first.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            kind = TableTrouble.TOO_LONG if "limit" in str(error) else TableTrouble.BROKEN
            raise NoTable(kind, reader.line_num) from None
        if len(cells) > MOST_COLUMNS:
            raise NoTable(TableTrouble.TOO_WIDE, reader.line_num)
        if any(len(cell) > MOST_CELL for cell in cells):
            raise NoTable(TableTrouble.TOO_LONG, reader.line_num)
        if any(cell.strip() for cell in cells):
            yield reader.line_num, tuple(_bare(cell) for cell in cells)


def _bare(cell: str) -> str:
    cell = " ".join(cell.split())
    return cell[1:] if cell.startswith(GUARDED) else cell
