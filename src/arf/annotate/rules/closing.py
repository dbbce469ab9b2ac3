"""Endings that only repeat an outcome."""

import re
import sys
from collections.abc import Iterable
from typing import NamedTuple

from pydantic import Field

from arf.annotate.rules.patterns import Pattern, Patterns, Word, any_pattern, any_word
from arf.annotate.rules.reading import Placed
from arf.annotate.rules.telling import Teller, Told
from arf.params import Section


class Closing(Section):
    """A kind of ending that repeats an outcome.

    Attributes:
        closing: regular expressions of such endings, in the last sentence.
        status: words one of which such an ending has beside generic words.
        negated: whether an ending of generic words is negated; either if null.
        given: regular expressions of which one, before, has told the outcome already.
        near: how many characters before that must be; anywhere if null.
    """

    closing: tuple[Pattern, ...] = ()
    status: tuple[Word, ...] = ()
    negated: bool | None = None
    given: Patterns
    near: int | None = Field(default=None, ge=1)


class _Ready(NamedTuple):
    closing: re.Pattern[str]
    status: frozenset[str]
    negated: bool | None
    given: re.Pattern[str]
    near: int

    def is_given(self, before: str) -> bool:
        return self.given.search(before, max(0, len(before) - self.near)) is not None


class Closings:
    """Tells an empty ending from one that says the outcome for the first time.

    Args:
        closings: the kinds of endings.
        subjects: what such an ending is about, such as *matter*.
        cues: words that draw a conclusion, such as *thus*; one of them will do for a subject.
        generic: what else fits any case.
        teller: who says what a clause tells.
    """

    def __init__(
        self,
        closings: Iterable[Closing],
        subjects: Iterable[str],
        cues: Iterable[str],
        generic: Iterable[str],
        teller: Teller,
    ) -> None:
        closings, subjects = list(closings), list(subjects)
        about = [*subjects, *cues]
        self._about = any_word(about)
        self._heads = frozenset(words.split()[0] for words in about)
        self._generic = teller.forms(
            (*generic, *subjects, *(word for closing in closings for word in closing.status))
        )
        self._closings = [
            _Ready(
                any_pattern(closing.closing),
                teller.forms(closing.status),
                closing.negated,
                any_pattern(closing.given),
                closing.near or sys.maxsize,
            )
            for closing in closings
        ]

    def repeats(self, placed: Placed, before: str) -> bool:
        """Says whether an ending only repeats the outcome that the text before it tells."""
        clause = placed.clause
        if clause.role == "subordinate":
            return False
        for closing in self._closings:
            match = closing.closing.search(clause.text)
            if match and clause.opens_with(clause.text[: match.start()]):
                return closing.is_given(before)
        return False

    def may_sum_up(self, told: Told) -> bool:
        """Says whether a clause of what is told may sum up, by a quick look at its words."""
        return not self._heads.isdisjoint(told.words)

    def sums_up(self, told: Told, text: str, before: str) -> bool:
        """Says whether all words are generic and the text before tells that outcome."""
        if told.numbers or not told.content <= self._generic or not self._about.search(text):
            return False
        return any(
            not told.content.isdisjoint(closing.status)
            and closing.negated in (None, told.negated)
            and closing.is_given(before)
            for closing in self._closings
        )
