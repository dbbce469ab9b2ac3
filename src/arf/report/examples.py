"""Outputs of all sources side by side, as people may see them: identifiers masked."""

import heapq
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from arf.files import sha256_text
from arf.records import Annotation, Case, Output

MASK = "X"
EXPOSED = "exposed_identifier"  # the taxonomy's code for what nobody should read again
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_PHONE = re.compile(r"\+?\(?\d(?:[ ().+/-]{0,3}\d){6,}")
_DIGITS = re.compile(r"\d{4,}")


def mask(text: str, exposed: frozenset[str] = frozenset()) -> str:
    """Masks e-mail addresses, phone numbers, runs of four or more digits and what was exposed.

    The result has the length of the text, so that positions in one are positions in the other.

    Args:
        text: the text.
        exposed: identifiers that a judge found, of whatever kind; masked wherever they stand,
            in upper or lower case.
    """
    shown = _EMAIL.sub(lambda found: re.sub(r"[^@]", MASK, found.group()), text)
    shown = _PHONE.sub(lambda found: re.sub(r"\d", MASK, found.group()), shown)
    shown = _DIGITS.sub(lambda found: MASK * len(found.group()), shown)
    # They are sought in the text as it was: what is masked above may be a part of one of them.
    for secret in exposed:
        for found in re.finditer(re.escape(secret), text, re.IGNORECASE):
            start, end = found.span()
            shown = shown[:start] + re.sub(r"\w", MASK, shown[start:end]) + shown[end:]
    return shown


@dataclass(frozen=True)
class Piece:
    """A stretch of an output's text, with the code of the error that it is, if any."""

    text: str
    code: str | None = None


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


def pieces(
    text: str, annotation: Annotation | None, exposed: frozenset[str] = frozenset()
) -> tuple[Piece, ...]:
    """Cuts a text at the spans labelled in it, masked; of overlapping spans the first counts."""
    shown = mask(text, exposed)
    spans = sorted(
        (error.start, error.start + len(error.span), error.code)
        for error in (annotation.errors if annotation else ())
        if error.start is not None and error.span
    )
    result: list[Piece] = []
    at = 0
    for start, end, code in spans:
        if start >= at:
            result += [Piece(shown[at:start]), Piece(shown[start:end], code)]
            at = end
    result.append(Piece(shown[at:]))
    return tuple(piece for piece in result if piece.text)


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
