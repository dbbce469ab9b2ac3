"""The file of answers, shared by processes and threads, and mended where it is damaged."""

import fcntl
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from time import monotonic, sleep
from typing import TypeVar

from arf.disk import is_disk_full
from arf.errors import ArfError
from arf.llm.cache.salvage import is_cut_off, salvage
from arf.llm.cache.store import SCHEMA, VERSION, lenient
from arf.progress import say

BUSY = 60.0  # seconds to wait for another process
POLL = 0.005  # seconds between two looks whether it is done

T = TypeVar("T")
Work = Callable[[sqlite3.Connection], T]


class DiskFullError(ArfError):
    """There is no room for what is to be written."""


class Database:
    """One connection to the file, used by one thread at a time.

    Work is a function of the connection. Where the file proves damaged, it is salvaged and the work
    is done once more from its start. All errors of SQLite end as `ArfError`.

    Attributes:
        lost_all: whether nothing could be saved of a file that was damaged.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = RLock()
        self._db: sqlite3.Connection | None = None
        self._inode = 0
        self.lost_all = False

    def read(self, work: Work[T]) -> T:
        """Returns what work finds, beside others that read and write."""
        with _explaining(self.path), self._lock:
            try:
                return work(self._current())
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
            return self._do_alone(work)

    def write(self, work: Work[T]) -> T:
        """Does work while no other process writes to the file, or sets it aside."""
        with _explaining(self.path), self._lock:
            return self._do_alone(work)

    def close(self) -> None:
        """Closes the connection; the next work opens another."""
        with self._lock:
            if self._db is not None:
                self._db.close()
                self._db = None

    def _do_alone(self, work: Work[T]) -> T:
        with _alone(self.path):
            try:
                return work(self._opened())
            except sqlite3.DatabaseError as error:
                if not _is_damage(error):
                    raise
            self.close()
            self._salvage()
            return work(self._opened())

    def _current(self) -> sqlite3.Connection:
        """Returns the connection, a new one where another process set the old file aside."""
        if self._db is not None and self._inode == _inode(self.path):
            return self._db
        with _alone(self.path):
            return self._opened()

    def _opened(self) -> sqlite3.Connection:
        if self._db is None or self._inode != _inode(self.path):
            self.close()
            if is_cut_off(self.path):
                self._salvage()
            self._db = _connect(self.path)
            self._inode = _inode(self.path)
        return self._db

    def _salvage(self) -> None:
        line, saved = salvage(self.path)
        self.lost_all = not saved
        say(line)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Holds the lock that one connection of one process can have; filelock's costs a commit."""
    until = monotonic() + BUSY
    with Path(f"{path}.lock").open("ab") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if monotonic() > until:
                    raise TimeoutError from None
                sleep(POLL)
        yield


@contextmanager
def _explaining(path: Path) -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise explain(error, path) from error


def explain(error: Exception, path: Path) -> ArfError:
    """Returns the plain line for what went wrong with the file."""
    text = str(error)
    if isinstance(error, ArfError):
        return error
    if is_disk_full(error) or "disk is full" in text:
        return DiskFullError(f"{path}: the disk is full; free space and run again")
    if "disk I/O error" in text:
        return ArfError(f"{path}: the disk is full or faulty; mend it and run again")
    if "readonly" in text or "unable to open" in text or isinstance(error, PermissionError):
        return ArfError(f"{path}: cannot be written; make its folder writable and run again")
    if "locked" in text or isinstance(error, TimeoutError):
        return ArfError(f"{path}: busy for {BUSY:g} s; end the process that holds it")
    return ArfError(f"{path}: {text or type(error).__name__}; mend this and run again")


def _connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY, isolation_level=None, check_same_thread=False)
    try:
        db.text_factory = lenient
        (version,) = db.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise ArfError(f"{path}: made by a newer arf (version {version}); update arf")
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        if version < VERSION:
            db.executescript(SCHEMA)
    except BaseException:
        db.close()
        raise
    return db


def _is_damage(error: sqlite3.DatabaseError) -> bool:
    """Says whether SQLite calls the file itself broken."""
    return any(words in str(error) for words in ("malformed", "not a database"))


def _inode(path: Path) -> int:
    """Returns the file's number on its disk, 0 where there is none."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0
