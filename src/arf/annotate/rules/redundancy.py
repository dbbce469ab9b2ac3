"""What the output says twice, and endings that only sum it up."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pydantic import Field
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from arf.annotate.rules.reading import (
    Hit,
    Patterns,
    Placed,
    Reading,
    Words,
    any_pattern,
)
from arf.params import Section
from arf.text import names, negations, numbers

_TOKEN = re.compile(r"[^\W_]{3,}")
_ENDING = re.compile(r"(?:ings?|ed|e?s|e|ly|ation|ment)$")


class Closing(Section):
    """An ending that repeats an outcome.

    Attributes:
        closing: regular expressions of the ending.
        given: regular expressions of which one, earlier in the output, has said it already.
    """

    closing: Patterns
    given: Patterns


class RedundancySettings(Section):
    """Settings of the detector `redundancy`.

    Attributes:
        share: how many of its words of content an earlier clause must hold, of 100.
        spelling: how alike two forms of a word must be, of 100.
        least_words: a shorter clause, in words of content, is no repetition.
        ignore: words without content of their own.
        openers: regular expressions that open a sentence which sums up.
        closings: endings that repeat an outcome.
    """

    share: float = Field(ge=50, le=100)
    spelling: float = Field(default=85, ge=50, le=100)
    least_words: int = Field(ge=1)
    ignore: Words
    openers: Patterns
    closings: tuple[Closing, ...] = ()


class _Unit(NamedTuple):
    text: str
    words: list[str]


class RedundancyDetector:
    """Finds clauses whose words an earlier clause or sentence holds, and empty endings.

    A clause with a number, a name or a negation that the earlier one lacks is no repetition.
    """

    def __init__(self, settings: RedundancySettings) -> None:
        self._settings = settings
        self._ignore = frozenset(word.lower() for word in settings.ignore)
        self._openers = any_pattern(settings.openers)
        self._closings = [
            (any_pattern(closing.closing), any_pattern(closing.given))
            for closing in settings.closings
        ]

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields repeating sentences and clauses."""
        units = [_Unit(s.text, self._content(s.text)) for s in reading.sentences]
        parts = [_Unit(p.clause.text, self._content(p.clause.text)) for p in reading.clauses]
        whole: set[int] = set()
        for number, sentence in enumerate(reading.sentences):
            opener = number and self._openers.match(sentence.text)
            if opener or self._repeats(units[number], units[:number]):
                whole.add(number)
                note = "sums up" if opener else "said before"
                yield Hit(sentence.start, sentence.end, note)
        last = len(reading.sentences) - 1
        for index, placed in enumerate(reading.clauses):
            if placed.sentence in whole:
                continue
            if placed.sentence == last and self._closes(placed, reading.text[: placed.start]):
                yield Hit(placed.start, placed.end, "outcome said before")
                continue
            same = range(index)
            earlier = units[: placed.sentence]
            earlier += [parts[i] for i in same if reading.clauses[i].sentence == placed.sentence]
            if self._repeats(parts[index], earlier):
                yield Hit(placed.start, placed.end, "said before")

    def _content(self, text: str) -> list[str]:
        words = [word for word in _TOKEN.findall(text.lower()) if word not in self._ignore]
        return [_ENDING.sub("", word) or word for word in words]

    def _repeats(self, unit: _Unit, earlier: list[_Unit]) -> bool:
        if len(unit.words) < self._settings.least_words:
            return False
        return any(
            self._share(unit.words, other.words) >= self._settings.share
            and not _adds(unit.text, other.text)
            for other in earlier
        )

    def _share(self, words: list[str], held: list[str]) -> float:
        """Returns how many of the words, of 100, the others hold in nearly the same form."""
        same = [word for word in words if word in held]
        if len(same) * 2 < len(words):
            return 0
        near = [
            word
            for word in words
            if word not in held
            and extractOne(word, held, scorer=ratio, score_cutoff=self._settings.spelling)
        ]
        return 100 * (len(same) + len(near)) / len(words)

    def _closes(self, placed: Placed, before: str) -> bool:
        if placed.clause.role == "subordinate":
            return False
        for closing, given in self._closings:
            match = closing.search(placed.clause.text)
            if match and placed.clause.opens_with(placed.clause.text[: match.start()]):
                return given.search(before) is not None
        return False


def _adds(text: str, other: str) -> bool:
    """Says whether a text has a number, a name or a negation that the other lacks."""
    return any(
        not {mention.value for mention in find(text)} <= {mention.value for mention in find(other)}
        for find in (numbers, names, negations)
    )
