"""A keyed store on disk, for joining files that are larger than memory."""

import sqlite3
import tempfile
from pathlib import Path


class Store:
    """Keeps texts by table and key in a temporary SQLite file that goes with the object.

    Use it as a context manager. SQLite's page cache bounds the memory, whatever the row count.
    """

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="arf-")
        self._db = sqlite3.connect(Path(self._folder.name) / "store.db", isolation_level=None)
        self._db.execute("PRAGMA journal_mode = OFF")
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute(
            "CREATE TABLE rows (part TEXT, key TEXT, value TEXT, PRIMARY KEY (part, key))"
            " WITHOUT ROWID"
        )
        self._db.execute("BEGIN")

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()
        self._folder.cleanup()

    def add(self, part: str, key: str, value: str = "") -> bool:
        """Keeps a value unless the key is taken; says whether it was kept."""
        insert = "INSERT OR IGNORE INTO rows VALUES (?, ?, ?)"
        return self._db.execute(insert, (part, key, value)).rowcount == 1

    def put(self, part: str, key: str, value: str) -> None:
        """Keeps a value in place of any other under its key."""
        self._db.execute("INSERT OR REPLACE INTO rows VALUES (?, ?, ?)", (part, key, value))

    def get(self, part: str, key: str) -> str | None:
        """Returns the value under a key, or null."""
        select = "SELECT value FROM rows WHERE part = ? AND key = ?"
        row: tuple[str] | None = self._db.execute(select, (part, key)).fetchone()
        return row[0] if row else None
