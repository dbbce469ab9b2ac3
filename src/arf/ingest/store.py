"""A keyed store on disk, for joining files that are larger than memory."""

import sqlite3
from typing import Self

from arf.errors import ArfError

CACHE_MIB = 16


class Store:
    """Keeps texts by part and key in a private file of SQLite's, which goes with the object.

    Use it as a context manager. It holds `CACHE_MIB` of memory at most, whatever the row count.
    The file has no name: it lies in TMPDIR where that is set, else in /var/tmp, and needs about
    the room of the texts that are kept. Each call raises `ArfError` where there is no more.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._run("PRAGMA journal_mode = OFF")
        self._run(f"PRAGMA cache_size = -{CACHE_MIB * 1024}")
        # An index of its own keeps the texts out of the tree that each key is looked up in.
        self._run("CREATE TABLE rows (part TEXT, key TEXT, value TEXT, PRIMARY KEY (part, key))")
        self._run("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def add(self, part: str, key: str, value: str = "") -> bool:
        """Keeps a value unless the key is taken; says whether it was kept."""
        insert = "INSERT OR IGNORE INTO rows VALUES (?, ?, ?)"
        return self._run(insert, part, key, value).rowcount == 1

    def put(self, part: str, key: str, value: str) -> None:
        """Keeps a value in place of any other under its key."""
        self._run("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", part, key, value)

    def get(self, part: str, key: str) -> str | None:
        """Returns the value under a key, or null."""
        select = "SELECT value FROM rows WHERE part = ? AND key = ?"
        row: tuple[str] | None = self._run(select, part, key).fetchone()
        return row[0] if row else None

    def _run(self, statement: str, *values: str) -> sqlite3.Cursor:
        try:
            return self._db.execute(statement, values)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
                raise
            raise ArfError(
                "the disk has no room left for a temporary file: free space in /var/tmp or in "
                "TMPDIR, or set TMPDIR to a folder on a larger disk, and run dvc repro again"
            ) from error
