"""The verb *write*: cases become outputs. Teacher and student are the same verb."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from arf.records import Case, Output


class Writer(Protocol):
    """Whoever writes outputs.

    `write` yields outputs in the order of the cases, and none for a case that it has no text for.
    """

    def write(self, cases: Iterable[Case]) -> Iterator[Output]:
        """Writes an output for each case."""
        ...
