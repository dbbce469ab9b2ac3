"""Workbooks (xlsx): pages with drop-downs and hidden columns written, and any workbook read.

By XlsxWriter and python-calamine, since openpyxl takes every `x005F_` out of a text that it reads,
and writes U+FFFE into a file that it cannot read again.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from arf.errors import ArfError
from arf.files import replacing
from arf.labelling.cells import CELL, length, written

Cell = str | int | None

_EPOCH = datetime(2000, 1, 1)
_MORE = 200  # rows below the last that have drop-downs too


class Column(NamedTuple):
    """A column, and how it looks.

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
    """A page of a workbook: its name, its columns, and a cell for each in every row."""

    name: str
    header: Sequence[str | Column]
    rows: Sequence[Sequence[Cell]]


def write_book(path: Path, pages: Sequence[Page]) -> None:
    """Writes a workbook, or nothing.

    Raises:
        ArfError: a text is longer than a cell can hold.
    """
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
    bare = book.add_format({"num_format": "@"})
    number = book.add_format({"valign": "top"})
    title = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    columns = [Column(one) if isinstance(one, str) else one for one in page.header]
    last = len(page.rows) + _MORE
    forms: list[Any] = []
    for place, column in enumerate(columns):
        numeric = any(isinstance(choice, int) for choice in column.choices)
        forms.append(number if numeric else bare if column.hidden else text)
        sheet.set_column(place, place, column.width, forms[-1], {"hidden": column.hidden})
        if column.choices:
            if column.choices not in lists:
                lists.append(column.choices)
            name = xl_col_to_name(lists.index(column.choices), col_abs=True)
            source = f"=lists!{name}$1:{name}${len(column.choices)}"
            sheet.data_validation(1, place, last, place, {"validate": "list", "source": source})
        sheet.write_string(0, place, written(column.name), title)
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
                sheet.write_string(line, place, written(cell), forms[place])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(page.rows), 1), len(columns) - 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(len(columns))}{last}"})


def read_pages(path: Path, content: bytes) -> list[list[list[str]]]:
    """Returns the rows of each page of a workbook, each cell as a spreadsheet shows it.

    Args:
        path: for messages.
        content: of the file.

    Raises:
        ArfError: it is no workbook.
    """
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
