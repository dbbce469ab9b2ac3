"""Things told that nobody needs: courtesies, and copies or transcripts that were sent."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from pydantic import Field

from arf.annotate.rules.grounds import Grounds, Voices
from arf.annotate.rules.patterns import (
    Found,
    Lexicon,
    Pattern,
    WithParts,
    Words,
    any_pattern,
    is_name,
)
from arf.annotate.rules.reading import Hit, Placed, Reading, Sentence
from arf.params import Section
from arf.taxonomy import People

_CHARACTERS = 400  # what a rule may read after its word; keeps a text without a full stop linear


class Rule(Section):
    """One way to narrate something: a word, and what stands around it in its clause.

    Attributes:
        at: the words that it turns on; a final `*` stands for any ending.
        lead: regular expression of what comes right before the word.
        then: regular expression of what comes right after it.
        unless: regular expression of what stands nowhere between the commas around it.
        by: whose act it is, where only that one's counts.
        unsaid: whether the word counts only where the case has not said it before the output.
        alone: whether no more than the words found is narration, whatever comes before them.
    """

    at: Words
    lead: Pattern | None = None
    then: Pattern | None = None
    unless: Pattern | None = None
    by: Literal["staff", "customer"] | None = None
    unsaid: bool = False
    alone: bool = False


class NarrationSettings(WithParts):
    """Settings of the detector `narration`.

    Attributes:
        rules: ways to narrate it, the first that fits counts.
        trailing: regular expressions of whole clauses that say nothing of their own, and go with
            a narrated clause that they follow.
        unless: regular expressions of what stands nowhere between the commas around any.
        topic: regular expressions that make it the subject of the case where the customer opens
            with one.
        opening: how many words of the customer count as the opening.
    """

    rules: tuple[Rule, ...] = Field(min_length=1)
    trailing: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    topic: tuple[Pattern, ...] = ()
    opening: int = Field(default=40, ge=1)


class _Narrated(NamedTuple):
    """What is narrated at `start` to `end` (exclusive), unless the case says the word `unsaid`."""

    start: int
    end: int
    unsaid: str


class _Compiled(NamedTuple):
    lead: re.Pattern[str] | None
    then: re.Pattern[str] | None
    unless: re.Pattern[str]
    by: re.Pattern[str] | None
    unsaid: bool
    alone: bool

    def fits(self, placed: Placed, start: int, end: int) -> tuple[int, int] | None:
        """Returns the extent of what is narrated at a word of a clause, or null."""
        text = placed.clause.text
        if self.by and not self.by.search(placed.subject):
            return None
        then = self.then.match(text, end, end + _CHARACTERS) if self.then else None
        if self.then and then is None:
            return None
        lead = self.lead.search(text, max(0, start - _CHARACTERS), start) if self.lead else None
        if self.lead and lead is None:
            return None
        if self.unless.search(text, *_piece(text, start, end)):
            return None
        return lead.start() if lead else start, then.end() if then else end


def _says(grounds: Grounds, word: str) -> bool:
    """Says whether a case has a word in the singular or the plural."""
    return not grounds.vocabulary.isdisjoint((word, word.removesuffix("s"), f"{word}s"))


def _piece(text: str, start: int, end: int) -> tuple[int, int]:
    """Returns where the part of a text between commas begins and ends that has a word."""
    stop = text.find(",", end)
    return text.rfind(",", 0, start) + 1, len(text) if stop < 0 else stop


class NarrationDetector:
    """Finds clauses that narrate it by one of the rules, unless the case is about that very thing.

    Args:
        settings: the rules.
        people: who acts.
    """

    def __init__(self, settings: NarrationSettings, people: People) -> None:
        voices = Voices(people)
        by = {"staff": voices.staff, "customer": voices.customers}
        unless = {
            pattern: any_pattern([*settings.unless, *([pattern] if pattern else [])])
            for pattern in {rule.unless for rule in settings.rules}
        }
        compiled = [
            _Compiled(
                re.compile(rf"(?<!\w)(?:{rule.lead})$", re.IGNORECASE) if rule.lead else None,
                re.compile(rf"(?:{rule.then})(?!\w)", re.IGNORECASE) if rule.then else None,
                unless[rule.unless],
                by[rule.by] if rule.by else None,
                rule.unsaid,
                rule.alone,
            )
            for rule in settings.rules
        ]
        self._lexicon = Lexicon((number, rule.at) for number, rule in enumerate(settings.rules))
        self._rules = compiled
        self._trailing = any_pattern(settings.trailing)
        self._topic = any_pattern(settings.topic)
        self._opening = settings.opening
        self._in_sentence = lru_cache(maxsize=4096)(self._narrated)

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields the clause up to the end of the pattern, or the pattern inside a longer clause."""
        for start, sentence in reading.sentences:
            for narrated in self._in_sentence(sentence):
                if self._is_topic(reading.grounds):
                    return
                if not narrated.unsaid or not _says(reading.grounds, narrated.unsaid):
                    yield Hit(start + narrated.start, start + narrated.end, "narrated")

    def _is_topic(self, grounds: Grounds) -> bool:
        if self not in grounds.memo:
            said = grounds.customer if grounds.case.text is None else grounds.case.text
            opening = " ".join(said.split(None, self._opening)[: self._opening])
            grounds.memo[self] = self._topic.search(opening) is not None
        return bool(grounds.memo[self])

    def _narrated(self, sentence: Sentence) -> tuple[_Narrated, ...]:
        named = [
            word
            for word in self._lexicon.find(sentence.text, sentence.words, lambda: sentence.places)
            if not is_name(sentence.text, word.start)
        ]
        narrated: list[_Narrated] = []
        for placed in sentence.clauses if named else ():
            clause = placed.clause
            words = [word for word in named if clause.start <= word.start < clause.end]
            found = list(self._in_clause(placed, words)) if words else []
            if not found and narrated and self._trailing.fullmatch(clause.text):
                found = [_Narrated(0, len(clause.text), "")]
            narrated += [
                _Narrated(clause.start + each.start, clause.start + each.end, each.unsaid)
                for each in found
            ]
        return tuple(narrated)

    def _in_clause(self, placed: Placed, words: list[Found[int]]) -> Iterator[_Narrated]:
        text, offset = placed.clause.text, placed.clause.start
        done = 0
        for word in words:
            begin, stop = word.start - offset, word.end - offset
            for number in sorted(word.groups) if begin >= done else ():
                rule = self._rules[number]
                extent = rule.fits(placed, begin, stop)
                if extent:
                    start = max(done, extent[0] if rule.alone else self._start(placed, extent[0]))
                    done = extent[1]
                    yield _Narrated(start, done, text[begin:stop].lower() if rule.unsaid else "")
                    break

    @staticmethod
    def _start(placed: Placed, start: int) -> int:
        """Returns 0 where only the subject and adverbs come before, or the match cuts into it."""
        clause = placed.clause
        whole = start < len(clause.subject) or clause.opens_with(clause.text[:start])
        return 0 if whole else start
