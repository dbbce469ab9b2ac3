"""Outputs of all sources side by side, as people may see them: identifiers masked."""

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from arf.files import sha256_text
from arf.pages.masking import EXPOSED, Piece, mask, pieces
from arf.records import Annotation, Case, Output


@dataclass(frozen=True)
class Answer:
    """What one source made of a case and what the judge said of it."""

    source: str
    pieces: tuple[Piece, ...]
    rating: int | None
    codes: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole text, masked."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Example:
    """A case and every source's answer."""

    id: str
    channel: str
    case: str
    answers: tuple[Answer, ...]


def side_by_side(
    cases: Iterable[Case],
    outputs: Mapping[str, Iterable[Output]],
    annotations: Mapping[str, Iterable[Annotation]],
    count: int,
) -> list[Example]:
    """Draws cases at random and puts every source's answer beside them.

    The draw takes the smallest hashes of the ids, whatever the figures say of them.

    Args:
        cases: of one channel; those of the split `test` are drawn from.
        outputs: of that channel by source; a source may have more cases or lack some.
        annotations: the judge's, of those outputs.
        count: at most so many examples.
    """
    test = (case for case in cases if case.split == "test")
    drawn = heapq.nsmallest(count, test, key=lambda case: sha256_text(case.id))
    ids = {case.id for case in drawn}
    texts = {
        source: {output.id: output.text for output in rows if output.id in ids}
        for source, rows in outputs.items()
    }
    labels = {
        source: {label.id: label for label in rows if label.id in ids}
        for source, rows in annotations.items()
    }
    return [_example(case, texts, labels) for case in drawn]


def _example(
    case: Case,
    texts: Mapping[str, Mapping[str, str]],
    labels: Mapping[str, Mapping[str, Annotation]],
) -> Example:
    own = {source: found[case.id] for source, found in labels.items() if case.id in found}
    exposed = frozenset(
        error.span
        for label in own.values()
        for error in label.errors
        if error.code == EXPOSED and error.span
    )
    answers = (
        _answer(source, found[case.id], own.get(source), exposed)
        for source, found in texts.items()
        if case.id in found
    )
    return Example(case.id, case.channel, mask(case.body(), exposed), tuple(answers))


def _answer(source: str, text: str, label: Annotation | None, exposed: frozenset[str]) -> Answer:
    scored = label if label and label.status == "scored" else None
    return Answer(
        source,
        pieces(text, scored, exposed),
        scored.rating if scored else None,
        tuple(dict.fromkeys(error.code for error in scored.errors)) if scored else (),
    )
