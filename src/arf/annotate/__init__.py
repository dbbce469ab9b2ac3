"""The verb *annotate*: outputs become annotations. Audit and judge are the same verb."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from arf.records import Annotation, Case, Output


class Annotator(Protocol):
    """Whoever labels errors and rates outputs.

    `codes` are those that it can assess: an annotation says nothing of any other. `annotate`
    yields one annotation for each output, in order.
    """

    name: str
    codes: frozenset[str]

    def annotate(self, pairs: Iterable[tuple[Case, Output]]) -> Iterator[Annotation]:
        """Labels each output against its case."""
        ...
