"""What all detectors read: an output, its sentences taken apart once, and what its case grounds."""

from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import NamedTuple, Protocol

from arf.annotate.rules.grounds import Grounds
from arf.annotate.rules.patterns import WORD
from arf.text import Clause, Mention, clauses, dates, names, negations, numbers, sentences


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

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Its words in lower case."""
        return tuple(WORD.findall(self.text.lower()))

    @cached_property
    def clauses(self) -> tuple[Placed, ...]:
        """Its clauses, in order."""
        placed = []
        subject = ""
        for clause in clauses(self.text):
            own = clause.subject or subject
            subject = own if clause.role == "main" else subject
            placed.append(Placed(clause, own))
        return tuple(placed)

    @cached_property
    def numbers(self) -> tuple[Mention, ...]:
        """Its numbers, in order."""
        return tuple(numbers(self.text))

    @cached_property
    def dates(self) -> tuple[Mention, ...]:
        """The days that it gives with their month, in order."""
        return tuple(dates(self.text)) if self.numbers else ()

    @cached_property
    def names(self) -> tuple[Mention, ...]:
        """Its names, as far as the sentence alone tells."""
        return tuple(names(self.text))

    @cached_property
    def negations(self) -> tuple[Mention, ...]:
        """Its negations, in order."""
        return tuple(negations(self.text))


read = lru_cache(maxsize=4096)(Sentence)


class Reading:
    """A text, and what its case grounds."""

    def __init__(self, grounds: Grounds, text: str) -> None:
        self.grounds = grounds
        self.text = text

    @cached_property
    def sentences(self) -> list[tuple[int, Sentence]]:
        """Where each sentence starts, and the sentence."""
        return [(span.start, read(span.text)) for span in sentences(self.text)]


class Detector(Protocol):
    """A rule that finds one kind of error."""

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields the errors in an output."""
        ...
