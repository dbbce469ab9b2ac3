r"""Tables for people who work in a spreadsheet: xlsx and csv, out and back, no character lost.

Two things happen to a text on its way into a cell, and are undone on its way back:

- A character that a spreadsheet cannot hold (a control character other than tab and line feed) is
  written as `\uHHHH`. So is the `_` of what an xlsx reader would take for such a character
  (`_x000D_`), and the backslash of a text that reads `\uHHHH` itself.
- In csv, a text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-` or `@`,
  perhaps after blanks) or write otherwise as a number or date (it is all digits and the signs of
  such) is written with an apostrophe before it. In xlsx, cells are typed as text instead.

An empty text and no text are the same.

XlsxWriter and python-calamine, since openpyxl takes every `x005F_` out of a text that it reads, and
writes U+FFFE into a file that it cannot read again.
"""

import csv
import io
import re
import sys
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from arf.errors import ArfError
from arf.files import replacing

CELL = 32_767  # the most UTF-16 units that a cell of a spreadsheet holds
SUFFIXES = (".xlsx", ".csv")
Cell = str | int | None

_UNWRITABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)|\\(?=u[0-9A-Fa-f]{4})"
)
_WRITTEN = re.compile(r"\\u([0-9A-Fa-f]{4})")
_LIVE = re.compile(  # the wide signs are formulas to East Asian Excel
    r"'*\s*(?:[=+\-@＝＋－＠]|[$€£¥]?\s*[.0-9][0-9.,:/eE%\s+-]*\Z)"
)
_BREAK = re.compile(r"\r\n?")
_EPOCH = datetime(2000, 1, 1)
_MORE = 200  # rows below the last that have drop-downs too
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class Column(NamedTuple):
    """How a column looks in a workbook; csv keeps the name alone.

    Attributes:
        name: its header.
        width: in characters.
        choices: what its drop-down offers; none without.
        hidden: whether it is out of sight.
    """

    name: str
    width: int = 20
    choices: tuple[str, ...] | tuple[int, ...] = ()
    hidden: bool = False


@dataclass(frozen=True)
class Page:
    """A further page of a workbook, for reading alone: a name, its columns and rows of texts."""

    name: str
    header: Sequence[str | Column]
    rows: Sequence[Sequence[Cell]]


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
        _write_xlsx(path, [Page("table", columns, list(rows)), *pages])


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
        found = [_table(path, page, _plain) for page in _xlsx_pages(path, content)]
    else:
        found = [_table(path, _csv_rows(path, content), _unguarded)]
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


def length(text: str) -> int:
    """Returns how much of a cell a text takes, in UTF-16 units."""
    return len(_written(text).encode("utf-16-le")) // 2


def _written(text: str) -> str:
    return _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04X}", text)


def _plain(text: str) -> str:
    text = _BREAK.sub("\n", text)  # ours are escaped: these are a spreadsheet's own line ends
    return _WRITTEN.sub(lambda found: chr(int(found[1], 16)), text)


def _guarded(text: str) -> str:
    text = _written(text)
    return f"'{text}" if _LIVE.match(text) else text


def _unguarded(text: str) -> str:
    return _plain(text[1:] if text.startswith("'") and _LIVE.match(text) else text)


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
            writer.writerow(_guarded(cell) if isinstance(cell, str) else cell for cell in row)


def _csv_rows(path: Path, content: bytes) -> Iterable[list[str]]:
    text = _decoded(path, content)
    line = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(",;\t", key=lambda sign: len(next(csv.reader([line], delimiter=sign), [])))
    limit = csv.field_size_limit(sys.maxsize)
    number = 0
    try:
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


def _write_xlsx(path: Path, pages: Sequence[Page]) -> None:
    import xlsxwriter

    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        book.set_properties({"created": _EPOCH})  # the same rows give the same bytes
        lists: list[tuple[str | int, ...]] = []
        for page in pages:
            _write_page(path, book, page, lists)
        if lists:
            sheet = book.add_worksheet("lists")
            for number, choices in enumerate(lists):
                sheet.write_column(0, number, choices)
            sheet.hide()
    with replacing(path) as file:
        file.buffer.write(target.getvalue())


def _write_page(path: Path, book: Any, page: Page, lists: list[tuple[str | int, ...]]) -> None:
    from xlsxwriter.utility import xl_col_to_name

    sheet = book.add_worksheet(page.name)
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    number = book.add_format({"valign": "top"})
    title = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    columns = [Column(one) if isinstance(one, str) else one for one in page.header]
    last = len(page.rows) + _MORE
    for place, column in enumerate(columns):
        numeric = any(isinstance(choice, int) for choice in column.choices)
        form = number if numeric else text
        sheet.set_column(place, place, column.width, form, {"hidden": column.hidden})
        if column.choices:
            lists.append(column.choices)
            name = xl_col_to_name(len(lists) - 1, col_abs=True)
            source = f"=lists!{name}$1:{name}${len(column.choices)}"
            sheet.data_validation(1, place, last, place, {"validate": "list", "source": source})
        sheet.write_string(0, place, _written(column.name), title)
    for line, row in enumerate(page.rows, start=1):
        for place, (column, cell) in enumerate(zip(columns, row, strict=True)):
            if isinstance(cell, int):
                sheet.write_number(line, place, cell, number)
            elif cell:
                if length(cell) > CELL:
                    raise ArfError(
                        f"{path}:{line + 1}: {column.name}: {length(cell):,} characters, of which "
                        f"a cell of a workbook holds {CELL:,}; write .csv instead"
                    )
                sheet.write_string(line, place, _written(cell), text)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(page.rows), 1), len(columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(len(columns))}{last}"})


def _xlsx_pages(path: Path, content: bytes) -> list[list[list[str]]]:
    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = [s.name for s in book.sheets_metadata if s.typ == SheetTypeEnum.WorkSheet]
        found = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in names]
    except CalamineError as error:
        raise ArfError(
            f"{path}: no workbook, or a half-written one; open it in a spreadsheet and save it as "
            ".xlsx"
        ) from error
    return [[[_shown(cell) for cell in row] for row in page] for page in found]


def _shown(cell: object) -> str:
    """Returns a cell's value as a spreadsheet shows it."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
