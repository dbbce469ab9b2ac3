"""What can be read of a broken database is saved into a new one."""

import sqlite3
from collections.abc import Generator, Iterator
from contextlib import closing
from itertools import count
from pathlib import Path

from arf.llm.store import COLUMNS, INSERT, SCHEMA, Row, lenient, stored_of

_END = 2**62  # beyond any row
_RANGE = f"SELECT id, {COLUMNS} FROM answers NOT INDEXED WHERE id > ? AND id <= ? ORDER BY id"


def is_cut_off(path: Path) -> bool:
    """Says whether a salvage was killed before it had made the new file."""
    return not path.exists() and _aside(path, 1).exists()


def salvage(path: Path) -> str:
    """Sets a broken file aside and saves its sound rows into a new one; nobody else may use it.

    Returns:
        A line that says so.

    Raises:
        sqlite3.Error, OSError: the new file cannot be written; the next salvage begins anew.
    """
    aside = _set_aside(path)
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    saved = 0
    with (
        closing(sqlite3.connect(aside, isolation_level=None)) as old,
        closing(sqlite3.connect(part, isolation_level=None)) as new,
    ):
        old.text_factory = lenient
        old.execute("PRAGMA writable_schema = 1")  # else SQLite reads nothing of a file cut short
        new.execute("PRAGMA journal_mode = OFF")
        new.executescript(SCHEMA)
        new.execute("BEGIN")
        for row in _readable(old):
            if stored_of(row) is not None:
                saved += new.execute(INSERT, row).rowcount
        new.execute("COMMIT")
    part.replace(path)
    return f"{path}: damaged; set aside as {aside.name}, {saved} answers saved"


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.damaged-{number}")


def _set_aside(path: Path) -> Path:
    free = next(number for number in count(1) if not _aside(path, number).exists())
    if is_cut_off(path):
        return _aside(path, free - 1)
    aside = _aside(path, free)
    for end in ("-wal", "-shm", ""):
        part = path.with_name(path.name + end)
        if part.exists():
            part.replace(aside.with_name(aside.name + end))
    return aside


def _readable(db: sqlite3.Connection) -> Iterator[Row]:
    """Yields rows up to a damage, steps over it in growing steps, and reads back to its far end."""
    low, step, whole = 0, 0, False
    while not whole and step < _END:
        last, whole = yield from _rows(db, low + step, _END)
        if last is None and not whole:
            step += 1 + step // 1000
            continue
        yield from _rows(db, low, low + step, backward=True)
        low, step = last or low, 0


def _rows(
    db: sqlite3.Connection, low: int, high: int, backward: bool = False
) -> Generator[Row, None, tuple[int | None, bool]]:
    """Yields the rows after `low` up to `high`; returns the last one's id, and whether all came."""
    last = None
    try:
        for id_, *row in db.execute(f"{_RANGE} {'DESC' if backward else ''}", (low, high)):
            if not low < id_ <= high:  # a page that leads elsewhere
                return last, False
            low, high = (low, id_ - 1) if backward else (id_, high)
            last = id_
            yield tuple(row)
    except sqlite3.DatabaseError:
        return last, False
    return last, True
