"""The response cache: a paid answer is on disk before anyone uses it."""

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from itertools import islice
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

from arf.errors import ArfError
from arf.llm.cache.database import Database, DiskFullError, explain
from arf.llm.cache.reserve import Reserve
from arf.llm.cache.store import COLUMNS, INSERT, Meta, Row, Stored, reindexed, row_of, stored_of
from arf.progress import say

__all__ = ["Answers", "Meta", "Stored"]

GROUP = 1000  # rows of `put_many` in a transaction
_GET = f"SELECT {COLUMNS} FROM answers WHERE key = ? ORDER BY idx"
_SPENT = (  # what is damaged was paid for too
    "SELECT role, TOTAL(money) FROM "
    "(SELECT run, role, money FROM answers UNION ALL SELECT run, role, money FROM damaged) "
    "WHERE run = ? GROUP BY role"
)


class _Put(NamedTuple):
    row: Row
    future: "asyncio.Future[None]"
    loop: asyncio.AbstractEventLoop


class Answers:
    """Answers by key in one SQLite file, which several processes, threads and askers may share.

    Raises:
        ArfError: the file cannot be opened, a newer arf made it, or it was damaged and nothing
            could be saved: once, before all is paid again.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._reads, self._writes = Database(path), Database(path)  # a read waits for no commit
        self._reserve = Reserve(path.with_suffix(".reserve"))
        self._holds_room = False
        self._queue: SimpleQueue[_Put | None] = SimpleQueue()
        self._closed = False
        self._writes.write(lambda db: db.execute("SELECT 1 FROM answers LIMIT 1").fetchone())
        if self._writes.lost_all:
            self._writes.close()
            raise ArfError(
                f"{path}: no answer could be saved; import an export of them (arf cache import), "
                "or run again to pay anew"
            )
        self._thread = Thread(target=self._write, name="answers", daemon=True)
        self._thread.start()

    def make_room(self) -> None:
        """Holds room for answers that are under way when the disk gets full.

        Raises:
            ArfError: there is none, so that nothing may be asked.
        """
        try:
            self._reserve.hold()
        except OSError as error:
            raise explain(error, self.path) from error
        self._holds_room = True

    def check_room(self) -> None:
        """Allows the next request.

        Raises:
            ArfError: the last answers, of whichever process, had to take the room that was held.
        """
        if self._holds_room and not self._reserve.is_held:
            raise DiskFullError(
                f"{self.path}: the disk is full; free space and run again: what was answered is "
                "kept"
            )

    def get(self, key: str) -> list[Stored]:
        """Returns the answers to a body in the order of their index."""
        rows = self._reads.read(lambda db: db.execute(_GET, (key,)).fetchall())
        found = [stored_of(row) for row in rows]
        if None in found:
            self._writes.write(partial(_set_aside, key=key))
            say(f"{self.path}: a damaged answer was set aside; it is asked again")
        return [stored for stored in found if stored is not None]

    async def put(self, key: str, stored: Stored, meta: Meta) -> None:
        """Keeps an answer; returns once it is on disk.

        Raises:
            ArfError: it could not be written.
        """
        if self._closed:
            raise ArfError(f"{self.path}: closed; open it again")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        self._queue.put(_Put(row_of(key, stored, meta), future, loop))
        await future

    def put_many(self, items: Iterable[tuple[str, Stored, Meta]]) -> int:
        """Keeps answers, a thousand in a transaction, and returns how many were new.

        Raises:
            ArfError: they could not be written; those of earlier transactions are kept.
        """
        new = 0
        rows = (row_of(*item) for item in items)
        while group := list(islice(rows, GROUP)):
            new += self._keep(group)
        return new

    def spent(self, run: str) -> dict[str, float]:
        """Returns the money that all processes of a run spent, by role."""
        return dict(self._reads.read(lambda db: db.execute(_SPENT, (run,)).fetchall()))

    def close(self) -> None:
        """Writes what is pending and closes the file."""
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._thread.join()
        self._reads.close()
        self._writes.close()

    def _write(self) -> None:
        """Commits in one transaction whatever came while the last was under way."""
        going = True
        while going:
            batch = [self._queue.get()]
            while not self._queue.empty():
                batch.append(self._queue.get())
            going = None not in batch
            puts = [put for put in batch if put is not None]
            error = None
            try:
                self._keep([put.row for put in puts])
            except Exception as raised:  # whatever it is, somebody waits
                error = explain(raised, self.path)
            futures = defaultdict(list)
            for put in puts:
                futures[put.loop].append(put.future)
            for loop, waiting in futures.items():
                with suppress(RuntimeError):  # the loop is closed: nobody waits
                    loop.call_soon_threadsafe(_resolve, waiting, error)

    def _keep(self, rows: list[Row]) -> int:
        """Writes rows, at need into the room that was held for them."""
        work = partial(_insert, rows=rows)
        try:
            return self._writes.write(work)
        except DiskFullError:
            if not self._reserve.is_held:
                raise
            self._reserve.give()
            return self._writes.write(work)


def _resolve(waiting: "list[asyncio.Future[None]]", error: ArfError | None) -> None:
    for future in waiting:
        if future.done():
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(type(error)(str(error)))


def _insert(db: sqlite3.Connection, rows: Iterable[Row]) -> int:
    """Inserts rows, under the next free index where theirs is taken; returns how many were new."""
    new = 0
    with db:
        db.execute("BEGIN IMMEDIATE")
        for row in rows:
            if db.execute(INSERT, row).rowcount:
                new += 1
                continue
            there = db.execute(_GET, row[:1]).fetchall()
            if not any(old[2:5] == row[2:5] for old in there):
                free = max(old[1] for old in there) + 1
                new += db.execute(INSERT, reindexed(row, free)).rowcount
    return new


def _set_aside(db: sqlite3.Connection, key: str) -> None:
    """Moves the damaged rows of a key to the table for them."""
    with db:
        db.execute("BEGIN IMMEDIATE")
        for row in db.execute(_GET, (key,)).fetchall():
            if stored_of(row) is None:
                where = "FROM answers WHERE key = ? AND idx IS ?"
                db.execute(f"INSERT INTO damaged ({COLUMNS}) SELECT {COLUMNS} {where}", row[:2])
                db.execute(f"DELETE {where}", row[:2])
