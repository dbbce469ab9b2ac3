"""What can be read of a broken database is saved into a new one."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from itertools import count
from pathlib import Path

from arf.llm.cache.store import COLUMNS, INSERT, SCHEMA, Row, lenient, stored_of

_END = 2**62  # beyond any row
_RANGE = f"SELECT id, {COLUMNS} FROM answers NOT INDEXED WHERE id > ? AND id <= ? ORDER BY id"


def is_cut_off(path: Path) -> bool:
    """Says whether a salvage was killed before it had made the new file."""
    return not path.exists() and _aside(path, 1).exists()


def salvage(path: Path) -> tuple[str, int]:
    """Sets a broken file aside and saves its sound rows into a new one; nobody else may use it.

    Returns:
        A line that says so, and how many answers it saved.

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
    return f"{path}: damaged; set aside as {aside.name}, {saved} answers saved", saved


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
    low, step = 0, 0
    while step < _END:
        try:
            found = _one(db, low + step, _END)
        except sqlite3.DatabaseError:
            step += 1 + step // 1000
            continue
        high = low + step
        with suppress(sqlite3.DatabaseError):
            while before := _one(db, low, high, "DESC"):
                high = before[0] - 1
                yield before[1:]
        if found is None:
            return
        low, step = found[0], 0
        yield found[1:]


def _one(db: sqlite3.Connection, low: int, high: int, order: str = "ASC") -> Row | None:
    """Returns the first row after `low` up to `high`, its id before the rest.

    It is asked for alone, since sqlite3 reads ahead and would drop the last row before a damage.
    """
    row: Row | None = db.execute(f"{_RANGE} {order} LIMIT 1", (low, high)).fetchone()
    if row is not None and not low < row[0] <= high:
        raise sqlite3.DatabaseError("malformed: a page leads elsewhere")
    return row
