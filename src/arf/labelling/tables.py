"""Tables for people who work in a spreadsheet: xlsx and csv, out and back, no character lost.

How texts stand in cells is told in `arf.labelling.cells`. An empty text and no text are the same.
"""

import csv
import io
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from arf.errors import ArfError
from arf.files import replacing
from arf.labelling.cells import guarded, plain, unguarded
from arf.labelling.workbook import Cell, Column, Page, read_pages, write_book

SUFFIXES = (".xlsx", ".csv")

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def write_table(
    path: Path,
    header: Sequence[str | Column],
    rows: Iterable[Sequence[Cell]],
    pages: Sequence[Page] = (),
) -> None:
    """Writes a table, by the suffix of its path, or nothing.

    Args:
        path: ends in `.xlsx` or `.csv`.
        header: the columns, each named once.
        rows: a cell for each column; an integer becomes a number, all else is text.
        pages: further pages of a workbook; csv has none.

    Raises:
        ArfError: another suffix, or a text that a cell of a workbook cannot hold.
    """
    columns = [Column(one) if isinstance(one, str) else one for one in header]
    if suffix(path) == ".csv":
        _write_csv(path, columns, rows)
    else:
        write_book(path, [Page("table", columns, list(rows)), *pages])


def read_table(path: Path, wanted: Sequence[str] = ()) -> list[tuple[str, dict[str, str]]]:
    """Reads a table as people give it back, whatever its suffix says.

    Rows may be sorted or deleted, columns moved or added, pages renamed. A workbook's table is on
    the first page that has the wanted columns. Csv may be parted by commas, semicolons or tabs, in
    UTF-8 or, with a byte order mark, UTF-16. A number reads as a spreadsheet shows it (4, not 4.0),
    a formula as the value that was last seen.

    Args:
        path: a workbook or csv.
        wanted: columns that must be there.

    Returns:
        Of each row that is not blank its place (`file:row`, the row's number in a spreadsheet) and
        its cells by column, empty texts for empty cells.

    Raises:
        ArfError: the file is absent, empty, half-written, no table, or lacks a column.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise ArfError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise ArfError(f"{path}: a folder; name the file") from error
    if content.startswith(_OLE):
        raise ArfError(f"{path}: an old or protected workbook; save it as .xlsx without a password")
    if content.startswith(_ZIP):
        found = [_table(path, page, plain) for page in read_pages(path, content)]
    else:
        found = [_table(path, _csv_rows(path, content), unguarded)]
    tables = [table for table in found if table is not None]
    if not tables:
        raise ArfError(f"{path}: an empty table; export anew")
    table = next((one for one in tables if set(wanted) <= set(one.header)), tables[0])
    if missing := [name for name in wanted if name not in table.header]:
        raise ArfError(
            f"{path}: no column {missing[0]!r}; do not remove or rename columns: put it back, or "
            "export anew"
        )
    if doubled := [name for name in table.header if name and table.header.count(name) > 1]:
        raise ArfError(f"{path}: two columns {doubled[0]!r}; delete or rename one of the two")
    return table.rows


def suffix(path: Path) -> str:
    """Returns what kind of table a path names: one of `SUFFIXES`.

    Raises:
        ArfError: it names another kind of file.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise ArfError(f"{path}: name a file that ends in {' or '.join(SUFFIXES)}")
    return path.suffix.lower()


class _Table(NamedTuple):
    header: list[str]
    rows: list[tuple[str, dict[str, str]]]


def _table(path: Path, page: Iterable[list[str]], decode: Callable[[str], str]) -> _Table | None:
    """Returns the rows below the first that is not blank, which is the header."""
    header: list[str] = []
    rows: list[tuple[str, dict[str, str]]] = []
    for number, row in enumerate(page, start=1):
        if not any(cell.strip() for cell in row):
            continue
        cells = [decode(cell) for cell in row]
        if not header:
            header = [cell.strip() for cell in cells]
            continue
        if any(cell.strip() for cell in cells[len(header) :]):
            raise ArfError(
                f"{path}:{number}: more cells than columns; name the columns, or save it anew"
            )
        cells += [""] * (len(header) - len(cells))  # Excel leaves out empty cells at the end
        named = zip(header, cells, strict=False)
        rows.append((f"{path}:{number}", {name: cell for name, cell in named if name}))
    return _Table(header, rows) if header else None


def _write_csv(path: Path, columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> None:
    with replacing(path) as file:
        file.write("\ufeff")  # without it Excel takes UTF-8 for something else
        writer = csv.writer(file)
        writer.writerow(column.name for column in columns)
        for row in rows:
            writer.writerow(guarded(cell) if isinstance(cell, str) else cell for cell in row)


def _csv_rows(path: Path, content: bytes) -> Iterable[list[str]]:
    text = _decoded(path, content)
    line = next((line for line in text.splitlines() if line.strip()), "")
    limit = csv.field_size_limit(sys.maxsize)
    number = 0
    try:
        delimiter = max(",;\t", key=lambda sign: len(next(csv.reader([line], delimiter=sign), [])))
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for number, row in enumerate(reader, start=1):  # noqa: B007
            yield row
    except csv.Error as error:
        raise ArfError(
            f"{path}:{number + 1}: broken or half-written ({error}); save it anew as CSV UTF-8"
        ) from error
    finally:
        csv.field_size_limit(limit)


def _decoded(path: Path, content: bytes) -> str:
    wide = content.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    try:
        return content.decode("utf-16") if wide else content.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise ArfError(
            f"{path}: neither a workbook nor UTF-8; save it as .xlsx or as CSV UTF-8"
        ) from error
