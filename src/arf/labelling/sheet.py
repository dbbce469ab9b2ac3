"""Outputs to label as a spreadsheet, one row an item, and the labels in it read back.

What people do not fill (the definitions that were before them, whose labels they saw, why an item
was skipped, where exactly a span stands) is in the hidden column `kept`, as JSON.
"""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ConfigDict, Field, ValidationError

from arf.errors import ArfError
from arf.files import replacing, sha256_text
from arf.labelling.cells import CELL, length
from arf.labelling.drafts import Draft, to_draft
from arf.labelling.entries import Entry
from arf.labelling.guide import pages, text
from arf.labelling.items import Item
from arf.labelling.tables import read_table, suffix, write_table
from arf.labelling.workbook import Column
from arf.params import Section
from arf.records import UNLISTED, Annotation, Case
from arf.taxonomy import Taxonomy

ROOM = 6  # errors an item for which there are columns; more where an item has more
DONE, SKIPPED = "yes", "skipped"
WANTED = ("key", "rating", "note", "done", "kept", "code 1")
PARTS = ("code", "span", "note")  # of an error
_DONE = frozenset({DONE, "y", "x", "true", "1", "done"})
_NOT_DONE = frozenset({"", "no", "n", "false", "0"})
_PART = re.compile(r"(code|span|note) ([1-9][0-9]*)")
_RATING = re.compile(r"(-?[0-9]+)(?:[.,]0+)?")
_CUT = 200  # of a cell, for the words that say that it was cut


class Kept(Section):
    """What the hidden column holds.

    Attributes:
        taxonomy: the hashes of the definitions that were before the person.
        seen: whose labels were shown beforehand.
        skipped: why the item was skipped; null where it was not.
        starts: of each error the hash of its span, and where that starts; null without a span.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    taxonomy: dict[str, str]
    seen: str | None = None
    skipped: str | None = None
    starts: list[tuple[str, int | None] | None] = Field(default_factory=list)


def write_sheet(
    path: Path, items: Sequence[Item], labels: Mapping[str, Annotation], taxonomy: Taxonomy
) -> None:
    """Writes a spreadsheet to label in: a workbook with the guide on further pages, or csv.

    Csv has the guide beside it, in a file that ends in `.guide.txt`. No word of it says who wrote
    the outputs. A case or an output that no cell can hold is cut, and says so; what people write
    never is.

    Args:
        path: ends in `.xlsx` or `.csv`.
        items: in the order in which they are shown.
        labels: what is filled in beforehand, by `Item.key`.
        taxonomy: the codes.

    Raises:
        ArfError: another suffix, or a label that no cell of a workbook can hold.
    """
    drafts = {key: to_draft(label) for key, label in labels.items()}
    most = max((len(draft.errors) for draft in drafts.values()), default=0)
    room = max(ROOM, most + 1)
    shown = any(item.shown for item in items)
    header = [
        Column("key", 18), Column("channel", 12), Column("case", 70), Column("output", 60),
        *([Column("suggested", 40)] if shown else []),
        Column("rating", 8, choices=(1, 2, 3, 4, 5)), Column("note", 30),
        Column("done", 9, choices=(DONE, SKIPPED)),
    ]  # fmt: skip
    for number in range(1, room + 1):
        header += [
            Column(f"code {number}", 24, choices=(*taxonomy.codes, UNLISTED)),
            Column(f"span {number}", 32), Column(f"note {number}", 24),
        ]  # fmt: skip
    header.append(Column("kept", hidden=True))  # the last: a row that is cut short lacks it
    rows = [_row(item, drafts.get(item.key), room, shown, taxonomy) for item in items]
    write_table(path, header, rows, pages(taxonomy))
    if suffix(path) == ".csv":
        with replacing(path.with_suffix(".guide.txt")) as file:
            file.write(text(taxonomy))


def _row(
    item: Item, draft: Draft | None, room: int, shown: bool, taxonomy: Taxonomy
) -> list[str | int | None]:
    channel = item.output.channel
    row: list[str | int | None] = [item.key, channel, _fitted(readable(item.case))]
    row.append(_fitted(_lines(item.output.text)))
    if shown:
        row.append(_fitted(_suggestion(item.shown)) if item.shown else None)
    errors: list[dict[str, Any]] = []
    if draft is None:
        seen = item.shown.annotator if item.shown else None
        kept = Kept(taxonomy=taxonomy.hashes(frozenset(taxonomy.codes), channel), seen=seen)
        row += [None, None, None]
    else:
        errors = draft.errors
        kept = Kept(
            taxonomy=draft.taxonomy or {},
            seen=draft.seen,
            skipped=draft.skipped,
            starts=[
                None if error["span"] is None else (_mark(error["span"]), error["start"])
                for error in errors
            ],
        )
        row += [draft.rating, draft.note, DONE if draft.skipped is None else SKIPPED]
    for error in errors:
        row += [error["code"], error["span"], error["note"]]
    row += [None] * (3 * (room - len(errors)))
    row.append(kept.model_dump_json())
    return row


def readable(case: Case) -> str:
    """Returns a case as a person reads it: the dialogue or the message, then its fields."""
    if case.turns is not None:
        parts = ["\n".join(f"{turn.speaker}: {turn.text}" for turn in case.turns)]
    else:
        parts = [case.text or ""]
    fields = [f"{name}: {value}" for name, value in case.fields.items() if value is not None]
    return _lines("\n\n".join(parts + (["\n".join(fields)] if fields else [])))


def _suggestion(label: Annotation) -> str:
    lines = [] if label.rating is None else [f"rating {label.rating}"]
    for error in label.errors:
        span = f": “{error.span}”" if error.span else ""
        lines.append(f"{error.code}{span}{f' ({error.note})' if error.note else ''}")
    return _lines("\n".join(lines or ["no errors"]))


def _lines(shown: str) -> str:
    return re.sub(r"\r\n?", "\n", shown)


def _fitted(shown: str) -> str:
    """Returns a text that a cell can hold, cut where it must be."""
    if length(shown) <= CELL - _CUT:
        return shown
    end = bisect_right(range(len(shown)), CELL - _CUT, key=lambda end: length(shown[:end])) - 1
    rest = len(shown) - end
    return f"{shown[:end]}\n[… cut: {rest:,} more characters do not fit into a cell]"


def _mark(span: str) -> str:
    return sha256_text(span)[:8]


def read_sheet(path: Path) -> list[Entry]:
    """Reads the rows that are labelled: marked as done, or with a rating or an error.

    Raises:
        ArfError: the file is no such spreadsheet, lacks a column, or has a remark in a row that is
            not labelled otherwise.
    """
    rows = read_table(path, WANTED)
    numbers = _numbers(path, list(rows[0][1]) if rows else [])
    entries = [_entry(place, row, numbers) for place, row in rows]
    return [entry for entry in entries if entry is not None]


def _numbers(path: Path, header: Sequence[str]) -> list[int]:
    """Returns the numbers of the errors that there are columns for."""
    parts = {name for name in header if _PART.fullmatch(name)}
    numbers = sorted({int(name.split()[1]) for name in parts})
    for number in range(1, max(numbers, default=0) + 1):
        for part in PARTS:
            if f"{part} {number}" not in parts:
                raise ArfError(
                    f"{path}: no column '{part} {number}'; do not remove or rename columns: put "
                    "it back, or export anew"
                )
    return numbers


def _entry(place: str, row: Mapping[str, str], numbers: Sequence[int]) -> Entry | None:
    """Returns what a row holds, null where it is not labelled."""
    key, done, rating = row["key"].strip(), row["done"].strip().lower(), row["rating"].strip()
    cells = {n: {part: row[f"{part} {n}"] for part in PARTS} for n in numbers}
    given = {n: error for n, error in cells.items() if any(map(str.strip, error.values()))}
    kept, faults = _kept(row["kept"])
    if done in _NOT_DONE and not rating and not given:
        if row["note"].strip():
            faults.append(f"a note, but neither a rating nor done; write {DONE} under done")
        elif not faults or not key:
            return None
    if done not in {*_DONE, *_NOT_DONE, SKIPPED}:
        faults.append(f"done: {row['done']!r}; write {DONE} or {SKIPPED}, or nothing")
    whole = _RATING.fullmatch(rating)
    if rating and not (whole and 1 <= int(whole[1]) <= 5):
        faults.append(f"rating: {rating!r}; write a whole number from 1 to 5, or nothing")
    for number, error in list(given.items()):
        if not error["code"].strip():
            faults.append(f"code {number}: empty, beside a span or a note; give a code")
            del given[number]
    value = {
        "rating": int(whole[1]) if whole else None,
        "errors": _errors(given, kept),
        "note": row["note"] or None,
        "skipped": (kept.skipped or "") if done == SKIPPED else None,
        "seen": kept.seen,
        "taxonomy": kept.taxonomy,
    }
    return Entry(place, key, value, tuple(faults))


def _kept(cell: str) -> tuple[Kept, list[str]]:
    """Returns what the hidden column holds, or what is wrong with it."""
    try:
        return Kept.model_validate_json(cell), []
    except ValidationError:
        fault = "kept: the hidden column is not as it was exported; restore it from there"
        return Kept(taxonomy={}), [fault]


def _errors(given: Mapping[int, Mapping[str, str]], kept: Kept) -> list[dict[str, Any]]:
    """Returns the errors of a row, each span that is still the same where it was."""
    starts = dict(enumerate(kept.starts, start=1))
    own = {n: starts.pop(n) for n, one in given.items() if _fits(starts.get(n), one["span"])}
    errors = []
    for number, error in given.items():
        span = error["span"] or None
        moved = next((n for n, one in starts.items() if _fits(one, span)), None)
        found = own.get(number) or (None if moved is None else starts.pop(moved))
        start = None if found is None else found[1]
        errors.append(
            {"code": error["code"].strip(), "span": span, "start": start,
             "note": error["note"] or None}
        )  # fmt: skip
    return errors


def _fits(start: tuple[str, int | None] | None, span: str | None) -> bool:
    return bool(span) and start is not None and start[0] == _mark(span or "")
