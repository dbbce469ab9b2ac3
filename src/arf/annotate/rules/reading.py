"""What all detectors read: a case and an output, taken apart once."""

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated, Generic, NamedTuple, Protocol, TypeVar

from pydantic import AfterValidator, Field

from arf.records import Case
from arf.text import Clause, Span, clauses, sentences


class Hit(NamedTuple):
    """An error at the characters `start` to `end` (exclusive) of the output, and why."""

    start: int
    end: int
    note: str


class Placed(NamedTuple):
    """A clause with its place in the output and the subject that it has or shares."""

    clause: Clause
    start: int
    end: int
    subject: str
    sentence: int


class Reading:
    """A case and the text written for it, each part computed when first asked for."""

    def __init__(self, case: Case, text: str) -> None:
        self.case = case
        self.text = text

    @cached_property
    def source(self) -> str:
        """All that the case says; never its `extra`."""
        return self.case.body()

    @cached_property
    def sentences(self) -> list[Span]:
        """The output's sentences."""
        return sentences(self.text)

    @cached_property
    def clauses(self) -> list[Placed]:
        """The clauses of all sentences, in order."""
        placed = []
        for number, sentence in enumerate(self.sentences):
            subject = ""
            for clause in clauses(sentence.text):
                own = clause.subject or subject
                subject = own if clause.role == "main" else subject
                start = sentence.start + clause.start
                end = sentence.start + clause.end
                placed.append(Placed(clause, start, end, own, number))
        return placed

    def said_by(self, staff: re.Pattern[str], is_staff: bool) -> str:
        """Returns what the staff, or everybody else, said; the whole source if no dialogue."""
        if self.case.turns is None:
            return self.source
        return "\n".join(
            turn.text for turn in self.case.turns if bool(staff.fullmatch(turn.speaker)) is is_staff
        )


G = TypeVar("G")
_HEAD = 3
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


class Detector(Protocol):
    """A rule that finds one kind of error."""

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields the errors in an output, in order of position."""
        ...


def _is_regex(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


Words = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_is_regex)]
Patterns = Annotated[tuple[Pattern, ...], Field(min_length=1)]


class Lexicon(Generic[G]):
    """Words and phrases, each of one group; a final `*` stands for any ending.

    It looks words up instead of trying each in turn, so that its size costs nothing.

    Args:
        groups: the words of each group; a word that two groups have belongs to the first.
    """

    def __init__(self, groups: Iterable[tuple[G, Iterable[str]]]) -> None:
        self._by_head: dict[str, list[tuple[str, bool, G]]] = {}
        for group, words in groups:
            for word in words:
                bare = word.lower().rstrip("*")
                entries = self._by_head.setdefault(bare.split()[0][:_HEAD], [])
                entries.append((bare, word.endswith("*"), group))
        for entries in self._by_head.values():
            entries.sort(key=lambda entry: -len(entry[0]))

    def find(self, text: str) -> Iterator[tuple[int, int, G]]:
        """Yields start, end and group of each word or phrase in a text."""
        done = 0
        for match in _WORD.finditer(text):
            start, end = match.span()
            if start < done:
                continue
            word = match[0].lower()
            for entry, open_ended, group in self._by_head.get(word[:_HEAD], ()):
                if word == entry or (open_ended and word.startswith(entry)):
                    done = end
                elif " " in entry and text[start : start + len(entry)].lower() == entry:
                    done = start + len(entry)
                else:
                    continue
                yield start, done, group
                break


def any_word(words: Iterable[str]) -> re.Pattern[str]:
    """Returns a pattern for whole words or phrases; a final `*` stands for any ending."""
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    parts = [
        re.escape(word.rstrip("*")).replace(r"\ ", r"\s+")
        + (r"[\w-]*" if word.endswith("*") else "")
        for word in longest_first
    ]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])", re.IGNORECASE)


def any_pattern(patterns: Iterable[str]) -> re.Pattern[str]:
    """Returns a pattern for any of those, in any case, at word boundaries."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)", re.IGNORECASE)
