"""Outputs that already exist in a file."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path

from arf.files import read_records
from arf.records import Case, Output, RecordedText


class RecordedWriter:
    """Gives each case its recorded text; a case without one gets none.

    Args:
        source: the source that the texts belong to.
        path: gives the file of a channel's recorded texts, in the order of the cases.
    """

    def __init__(self, source: str, path: Callable[[str], Path]) -> None:
        self._source = source
        self._path = path

    def write(self, cases: Iterable[Case]) -> Iterator[Output]:
        """Streams the recorded outputs of the cases, of one channel after the other."""
        for channel, remaining in groupby(cases, key=lambda case: case.channel):
            for recorded in read_records(self._path(channel), RecordedText):
                for case in remaining:
                    if case.id == recorded.id:
                        yield Output(
                            id=case.id,
                            channel=case.channel,
                            source=self._source,
                            text=recorded.text,
                            provider="recorded",
                        )
                        break
