"""Broken rows are set aside with line and reason, and stop a run only when they are many."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

from arf.errors import ArfError
from arf.files import listing
from arf.ingest.raw import BrokenRowError, Row, read_rows

T = TypeVar("T")


class Quarantine:
    """Sifts raw files; `count` is how many rows were set aside so far."""

    def __init__(self, folder: Path, max_share: float) -> None:
        self._folder = folder
        self._max_share = max_share
        self.count = 0
        folder.mkdir(parents=True, exist_ok=True)

    def sift(self, path: Path, name: str, convert: Callable[[Row], T]) -> Iterator[T]:
        """Streams what `convert` makes of the rows of a file.

        Args:
            path: the raw file.
            name: what its quarantine file is called.
            convert: raises `BrokenRowError` for a row that it refuses.

        Raises:
            ArfError: once the file is read, if the share of refused rows is above the limit.
        """
        seen = broken = 0
        first = ""
        listed = self._folder / f"{name}.jsonl"
        with listing(listed) as add:
            for row in read_rows(path):
                seen += 1
                try:
                    yield convert(row)
                except BrokenRowError as error:
                    broken += 1
                    first = first or f"{path}:{row.line}: {error}"
                    add({"line": row.line, "reason": str(error), "raw": row.raw[:2000]})
        self.count += broken
        if broken and broken / seen > self._max_share:
            raise ArfError(
                f"{first}; {broken} of {seen} rows are broken, over data.max_quarantine "
                f"{self._max_share:g}: mend the rows listed in {listed}, or raise the limit"
            )
