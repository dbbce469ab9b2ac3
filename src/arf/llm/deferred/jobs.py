"""What is known of batches under way, on disk before anything is submitted.

Each job has a folder: `record.json`, the ids of its rows, and the rows until they are submitted.
"""

import os
import shutil
import time
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal
from uuid import uuid4

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from arf.errors import ArfError
from arf.files import sha256_text, write_json
from arf.llm.deferred.rows import Row
from arf.state import state_dir

RECORD, IDS, REQUESTS = "record.json", "ids.txt", "requests.jsonl"
MOST_ROWS, MOST_BYTES = 50_000, 190_000_000  # of one job; OpenAI takes 50,000 and 200 MB


class Record(BaseModel):
    """How far a job is.

    Attributes:
        state: `intended` before anything is sent, `creating` from just before its batch is
            created, and `created` once the batch's id is known.
        since: seconds of Unix time since this state.
        batch: the batch's id.
    """

    state: Literal["intended", "creating", "created"]
    since: float
    batch: str | None = None


class Job:
    """One batch of rows.

    Attributes:
        folder: where it is kept.
        record: how far it is.
        ids: the ids of its rows.
    """

    def __init__(self, folder: Path, record: Record, ids: frozenset[str]) -> None:
        self.folder = folder
        self.record = record
        self.ids = ids

    @property
    def name(self) -> str:
        """What the batch's metadata call the job."""
        return self.folder.name

    @property
    def requests(self) -> Path:
        """The file of its rows."""
        return self.folder / REQUESTS

    @property
    def is_kept(self) -> bool:
        """Whether nobody has removed it."""
        return (self.folder / RECORD).exists()

    def save(self, state: Literal["intended", "creating", "created"], **known: Any) -> None:
        """Makes durable how far the job is."""
        self.record = Record(state=state, since=time.time(), **known)
        path = self.folder / RECORD
        write_json(path, self.record.model_dump())
        for written in (path, self.folder, self.folder.parent):
            _sync(written)

    def remove(self) -> None:
        """Forgets the job, whether or not another process has done so."""
        (self.folder / RECORD).unlink(missing_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)


class Jobs:
    """The jobs of one endpoint.

    Attributes:
        lock: to be held by who looks for jobs and submits or ends some.
    """

    def __init__(self, base_url: str) -> None:
        self.folder = state_dir("batches") / sha256_text(base_url)[:12]
        self.folder.mkdir(exist_ok=True)
        self.lock = FileLock(self.folder / "lock")

    def unfinished(self) -> Iterator[Job]:
        """Yields the jobs that are not finished; with the lock held.

        Raises:
            ArfError: a record cannot be read.
        """
        for folder in sorted(path for path in self.folder.iterdir() if path.is_dir()):
            path = folder / RECORD
            if not path.exists():  # killed while it was written, or while it was removed
                shutil.rmtree(folder)
                continue
            try:
                record = Record.model_validate_json(path.read_bytes())
            except ValidationError as error:
                raise ArfError(
                    f"{path}: no record of a batch; look at the provider whether one with "
                    f"arf_job {folder.name} is under way, then delete {folder}"
                ) from error
            yield Job(folder, record, frozenset((folder / IDS).read_text().split()))

    def write(self, rows: Iterable[Row]) -> Iterator[Job]:
        """Yields jobs of no more rows and bytes than one may have; with the lock held."""
        for _, part in groupby(_numbered(rows), key=itemgetter(0)):
            yield self._job(row for _, row in part)

    def _job(self, rows: Iterable[Row]) -> Job:
        folder = self.folder / uuid4().hex
        folder.mkdir()
        names = []
        with (folder / REQUESTS).open("wb") as file:
            for row in rows:
                file.write(row.line)
                names.append(row.id)
        (folder / IDS).write_text("\n".join(names))
        _sync(folder / IDS)
        job = Job(folder, Record(state="intended", since=0), frozenset(names))
        job.save("intended")
        return job


def _numbered(rows: Iterable[Row]) -> Iterator[tuple[int, Row]]:
    """Yields each row with the number of its job."""
    part = count = size = 0
    for row in rows:
        if count == MOST_ROWS or (count and size + len(row.line) > MOST_BYTES):
            part, count, size = part + 1, 0, 0
        count += 1
        size += len(row.line)
        yield part, row


def _sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
