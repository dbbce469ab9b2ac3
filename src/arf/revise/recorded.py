"""An editor's answers that already exist in a file."""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from merge3 import Merge3

from arf.errors import ArfError
from arf.files import read_placed
from arf.records import RecordedEdits
from arf.revise import Answer, Request

_TOKENS = re.compile(r"\s*(?:\w+|[^\w\s])")


def rebase(before: str, after: str, current: str) -> str | None:
    """Carries the change from `before` to `after` over to another version of the text.

    A three-way merge by words and marks: what `current` changed stays, unless the changes touch.

    Returns:
        The merged text, or null where the changes are in conflict.
    """
    if before == current:
        return after
    merged: list[str] = []
    parts = (_TOKENS.findall(text) for text in (before, current, after))
    for kind, *groups in Merge3(*parts).merge_groups():
        if kind == "conflict":
            return None
        merged += groups[0]
    return "".join(merged).strip()


class _Edits:
    """The recorded edits of a file by id, read when they are asked for: 16 bytes of memory each."""

    def __init__(self, path: Path) -> None:
        import numpy as np

        hashes, starts = array("q"), array("q")
        for start, item in read_placed(path, RecordedEdits):
            hashes.append(hash(item.id))
            starts.append(start)
        order = np.argsort(hashes)
        self._hashes, self._starts = np.asarray(hashes)[order], np.asarray(starts)[order]
        self._path = path

    def __len__(self) -> int:
        return len(self._starts)

    def get(self, item_id: str) -> RecordedEdits | None:
        left, right = (
            self._hashes.searchsorted(hash(item_id), side=side) for side in ("left", "right")
        )
        for start in self._starts[left:right]:
            with self._path.open("rb") as file:
                file.seek(start)
                item = RecordedEdits.model_validate_json(file.readline())
            if item.id == item_id:
                return item
        return None


class RecordedEditor:
    """Gives each request its recorded answer, as a patch onto the text at hand.

    Args:
        path: gives the file of a channel's recorded edits.
    """

    name = "recorded"

    def __init__(self, path: Callable[[str], Path]) -> None:
        self._path = path
        self._edits = cache(lambda channel: _Edits(path(channel)))

    def revise(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Answers each request; where the patch no longer applies, with the text as it was.

        Raises:
            ArfError: something is to be edited, and no edit was recorded at all.
        """
        for request in requests:
            channel = request.case.channel
            if not len(self._edits(channel)):
                path = self._path(channel)
                raise ArfError(
                    f"{path} holds no edit: put the editor's answers into "
                    f"data.dir/edits/{path.name}, or choose another roles.editor.provider"
                )
            yield self._answer(request)

    def _answer(self, request: Request) -> Answer:
        recorded = self._edits(request.case.channel).get(request.case.id)
        before = recorded.original if recorded else ""
        for edit in recorded.edits if recorded else ():
            if (edit.round, edit.code) == (request.round, request.code):
                text = rebase(before, edit.text, request.output.text)
                if text is None:
                    return Answer(request.output.text, "the recorded patch no longer applies")
                return Answer(text)
            before = edit.text
        return Answer(None, "no recorded edit of this code")
