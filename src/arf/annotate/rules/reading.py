"""What all detectors read: an output, its sentences taken apart once, and what its case grounds."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple, Protocol, TypeVar

from arf.annotate.rules.grounds import Grounds
from arf.annotate.rules.lazy import lazy
from arf.annotate.rules.patterns import WORD, Found, Lexicon
from arf.text import (
    Clause,
    Mention,
    clauses,
    dates,
    names_of,
    negations,
    numbers_of,
    sentences,
)

G = TypeVar("G")


class Hit(NamedTuple):
    """An error at the characters `start` to `end` (exclusive) of a text, and why."""

    start: int
    end: int
    note: str


class Placed(NamedTuple):
    """A clause with the subject that it has or shares."""

    clause: Clause
    subject: str


class Sentence:
    """A sentence, each part computed when first asked for; the same object for the same text."""

    def __init__(self, text: str) -> None:
        self.text = text

    @lazy
    def words(self) -> tuple[str, ...]:
        """Its words in lower case."""
        return tuple(map(str.lower, WORD.findall(self.text)))

    @lazy
    def places(self) -> tuple[tuple[int, int], ...]:
        """Where each of its words starts and ends."""
        return tuple(match.span() for match in WORD.finditer(self.text))

    def find(self, lexicon: Lexicon[G]) -> list[tuple[Placed, list[Found[G]]]]:
        """Returns each clause with the words and phrases of a lexicon that begin in it.

        Positions are the clause's. There is nothing to return where no clause has one.
        """
        found = list(lexicon.find(self.text, self.words, lambda: self.places))
        if not found:
            return []
        starts = [word.start for word in found]
        return [
            (
                placed,
                [
                    word._replace(
                        start=word.start - placed.clause.start, end=word.end - placed.clause.start
                    )
                    for word in found[
                        bisect_left(starts, placed.clause.start) : bisect_left(
                            starts, placed.clause.end
                        )
                    ]
                ],
            )
            for placed in self.clauses
        ]

    @lazy
    def clauses(self) -> tuple[Placed, ...]:
        """Its clauses, in order."""
        placed = []
        subject = ""
        for clause in clauses(self.text):
            own = clause.subject or subject
            subject = own if clause.role == "main" else subject
            placed.append(Placed(clause, own))
        return tuple(placed)

    @lazy
    def numbers(self) -> tuple[Mention, ...]:
        """Its numbers, in order."""
        return numbers_of(self.text)

    @lazy
    def dates(self) -> tuple[Mention, ...]:
        """The days that it gives with their month, in order."""
        return tuple(dates(self.text)) if self.numbers else ()

    @lazy
    def names(self) -> tuple[Mention, ...]:
        """Its names, as far as the sentence alone tells."""
        return names_of(self.text)

    @lazy
    def negations(self) -> tuple[Mention, ...]:
        """Its negations, in order."""
        return tuple(negations(self.text))


read = lru_cache(maxsize=4096)(Sentence)


class Reading:
    """A text, and what its case grounds."""

    def __init__(self, grounds: Grounds, text: str) -> None:
        self.grounds = grounds
        self.text = text

    @lazy
    def sentences(self) -> list[tuple[int, Sentence]]:
        """Where each sentence starts, and the sentence."""
        return [(span.start, read(span.text)) for span in sentences(self.text)]


def between(mentions: Sequence[Mention], start: int, end: int) -> Sequence[Mention]:
    """Returns those mentions, of some in order of position, that begin from `start` to `end`."""
    first = bisect_left(mentions, start, key=_start)
    return mentions[first : bisect_left(mentions, end, lo=first, key=_start)]


def _start(mention: Mention) -> int:
    return mention.start


class Detector(Protocol):
    """A rule that finds one kind of error."""

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields the errors in an output."""
        ...
