"""Endings that only repeat an outcome."""

import re
from typing import NamedTuple

from arf.annotate.rules.patterns import Patterns, Words, any_pattern, any_word
from arf.annotate.rules.reading import Placed
from arf.annotate.rules.telling import Told
from arf.annotate.rules.wording import Wording
from arf.params import Section

_NEAR = 110  # characters in which a message that was sent must tell how it stands


_COUNTS = frozenset("12")  # *the two sides*
_SUBJECT = 50  # characters in which a sentence names its subject


class Closing(Section):
    """A kind of ending that repeats an outcome.

    Attributes:
        closing: regular expressions of such endings, in the last sentence.
        given: regular expressions of which one, before, has told the outcome already.
    """

    closing: Patterns
    given: Patterns


class ClosingSettings(Section):
    """What the endings of a text are told by.

    Attributes:
        subjects: what an empty ending is about, such as *matter*.
        cues: words that will do for a subject.
        concluding: words that draw a conclusion from what has been told, such as *thus*.
        generic: what else fits any case.
        done: words of an outcome that was reached.
        undone: words of one that was not.
        refusing: words of refusing, which say no more than *not*.
        about: subjects of which one word more may tell what they are about.
        settling: such words that may stand beside words of the case.
        open: words of one that is open.
        wanting: regular expressions of what is no outcome but a wish.
        given_done: regular expressions of what has told an outcome that was reached.
        given_done_later: the same, of what tells none in the first sentence.
        given_refused: regular expressions of what has told a refusal.
        given_ahead: regular expressions of what has told that the outcome is still to come.
        given_denied: regular expressions of what denies; later in a chat it tells an outcome.
        given_not: regular expressions of what denies, or leaves things as they are.
        closings: endings of other words.
    """

    subjects: Words
    cues: Words
    concluding: Words
    generic: Words
    done: Words
    undone: Words
    refusing: Words
    about: Words
    settling: Words
    open: Words
    wanting: Patterns
    given_done: Patterns
    given_done_later: Patterns
    given_refused: Patterns
    given_ahead: Patterns
    given_denied: Patterns
    given_not: Patterns
    closings: tuple[Closing, ...] = ()


class Before(NamedTuple):
    """What stands before an ending.

    Attributes:
        text: all of it.
        second: where its second sentence starts.
        dialogue: whether the case is one.
    """

    text: str
    second: int
    dialogue: bool

    @property
    def many(self) -> bool:
        """Whether it is more than one sentence."""
        return 0 < self.second < len(self.text)

    def has(self, pattern: re.Pattern[str], near: int = 0) -> bool:
        """Says whether a pattern is there, at most so many characters before the end."""
        return pattern.search(self.text, max(0, len(self.text) - near) if near else 0) is not None

    def has_later(self, pattern: re.Pattern[str]) -> bool:
        """Says whether a pattern is there after the first sentence."""
        return pattern.search(self.text, self.second) is not None


class Closings:
    """Tells an empty ending from one that says the outcome for the first time.

    Args:
        settings: words and patterns.
        wording: who knows words.
    """

    def __init__(self, settings: ClosingSettings, wording: Wording) -> None:
        about = [*settings.subjects, *settings.cues, *settings.concluding]
        self._about = any_word(about)
        self._matter = any_word(settings.about)
        self._concluding = any_word(settings.concluding)
        self._heads = frozenset(words.split()[0] for words in about)
        self._done = wording.forms(settings.done)
        self._undone = wording.forms(settings.undone)
        self._settling = wording.forms(settings.settling)
        self._generic = (
            self._done | self._undone | wording.forms((*settings.generic, *settings.subjects))
        )
        self._wanting = any_pattern(settings.wanting)
        self._given_done = any_pattern(settings.given_done)
        self._given_done_later = any_pattern(settings.given_done_later)
        self._given_refused = any_pattern(settings.given_refused)
        self._given_ahead = any_pattern(settings.given_ahead)
        self._given_denied = any_pattern(settings.given_denied)
        self._given_not = any_pattern(settings.given_not)
        self._refused = wording.forms(settings.refusing)
        self._open = any_word(settings.open)
        self._any = any_pattern(p for closing in settings.closings for p in closing.closing)
        self._closings = [
            (any_pattern(closing.closing), any_pattern(closing.given))
            for closing in settings.closings
        ]

    def repeats(self, placed: Placed, before: str) -> bool:
        """Says whether an ending only repeats the outcome that the text before it tells."""
        clause = placed.clause
        if clause.role == "subordinate" or not self._any.search(clause.text):
            return False
        for closing, given in self._closings:
            match = closing.search(clause.text)
            if match and clause.opens_with(clause.text[: match.start()]):
                return given.search(before) is not None
        return False

    def may_sum_up(self, told: Told) -> bool:
        """Says whether a clause of what is told may sum up, by a quick look at its words."""
        return not self._heads.isdisjoint(told.words)

    def sums_up(self, told: Told, before: Before, known: frozenset[str] | None) -> bool:
        """Says whether no word is new and the text before tells that outcome.

        Args:
            told: what may sum up.
            before: what stands before it.
            known: the words of content there, of which it may have some; null where it may not.
        """
        if not self._is_empty(told, known):
            return False
        if before.many and told.content <= self._generic and self._concludes(told):
            return True
        if told.negated or not told.content.isdisjoint(self._undone):
            return self._is_undone(before, told)
        if not told.content.isdisjoint(self._done):
            return self._is_done(before)
        return len(told.content) > 1 and (self._is_undone(before, told) or self._is_done(before))

    def _concludes(self, told: Told) -> bool:
        return self._concluding.search(told.text) is not None

    def _is_empty(self, told: Told, known: frozenset[str] | None) -> bool:
        """Says whether a telling has no word of its own, but says how something stands."""
        vague = told.content <= self._generic
        if not (vague or known is not None) or not told.numbers <= _COUNTS:
            return False
        fitting = self._generic if known is None else self._generic | known
        if len(told.content - fitting) > 1 or self._wanting.search(told.text):
            return False
        if vague and self._about.search(told.text):
            return True
        return known is not None and self._settles(told, fitting)

    def _settles(self, told: Told, fitting: frozenset[str]) -> bool:
        """Says whether an ending with words of the case tells nothing but how it stands."""
        new = [word.start for word in told.contents if word.content not in fitting]
        matter = self._matter.search(told.text)
        about = matter is not None and matter.end() < _SUBJECT
        if about or self._concludes(told):
            status = [w.start for w in told.contents if w.content in self._done | self._undone]
            if told.negated:
                status.append(len(told.text))
            return bool(status) and all(start < max(status) for start in new)
        return not new and not told.content.isdisjoint(self._settling)

    def _is_done(self, before: Before) -> bool:
        return before.has(self._given_done) or before.has_later(self._given_done_later)

    def _is_undone(self, before: Before, told: Told) -> bool:
        near = 0 if before.dialogue else _NEAR
        if before.has(self._given_refused, near):
            return True
        denied = before.dialogue and before.has_later(self._given_denied)
        if not told.content.isdisjoint(self._refused):
            return denied
        if self._open.search(told.text):
            return denied or before.has(self._given_ahead, near)
        return before.many and (before.has(self._given_not) or before.has(self._given_ahead))
