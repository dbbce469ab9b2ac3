"""Things told that nobody needs: courtesies, and copies or transcripts that were sent."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pydantic import Field

from arf.annotate.rules.grounds import Grounds
from arf.annotate.rules.patterns import Found, Lexicon, Pattern, Words, any_pattern
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
    """

    at: Words
    lead: Pattern | None = None
    then: Pattern | None = None


class NarrationSettings(Section):
    """Settings of the detector `narration`.

    Attributes:
        rules: ways to narrate it, the first that fits counts.
        trailing: regular expressions of whole clauses that say nothing of their own, and go with
            a narrated clause that they follow.
        unless: regular expressions of what a clause that narrates it never has.
        topic: regular expressions that make it the subject of the case where the customer opens
            with one.
        opening: how many words of the customer count as the opening.
    """

    rules: tuple[Rule, ...] = Field(min_length=1)
    trailing: tuple[Pattern, ...] = ()
    unless: tuple[Pattern, ...] = ()
    topic: tuple[Pattern, ...] = ()
    opening: int = Field(default=40, ge=1)


class _Compiled(NamedTuple):
    lead: re.Pattern[str] | None
    then: re.Pattern[str] | None

    def fits(self, text: str, start: int, end: int) -> tuple[int, int] | None:
        """Returns the extent of what is narrated at a word, or null."""
        if self.lead:
            lead = self.lead.search(text, max(0, start - _CHARACTERS), start)
            if lead is None:
                return None
            start = lead.start()
        if self.then:
            then = self.then.match(text, end, end + _CHARACTERS)
            if then is None:
                return None
            end = then.end()
        return start, end


class NarrationDetector:
    """Finds clauses that narrate it by one of the rules, unless the case is about that very thing.

    Args:
        settings: the rules.
        people: unused; who speaks does not matter here.
    """

    def __init__(self, settings: NarrationSettings, people: People) -> None:
        compiled = [
            _Compiled(
                re.compile(rf"(?<!\w)(?:{rule.lead})$", re.IGNORECASE) if rule.lead else None,
                re.compile(rf"(?:{rule.then})(?!\w)", re.IGNORECASE) if rule.then else None,
            )
            for rule in settings.rules
        ]
        self._lexicon = Lexicon((number, rule.at) for number, rule in enumerate(settings.rules))
        self._rules = compiled
        self._trailing = any_pattern(settings.trailing)
        self._unless = any_pattern(settings.unless)
        self._topic = any_pattern(settings.topic)
        self._opening = settings.opening
        self._in_sentence = lru_cache(maxsize=4096)(self._narrated)

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields the clause up to the end of the pattern, or the pattern inside a longer clause."""
        for start, sentence in reading.sentences:
            for hit in self._in_sentence(sentence):
                if self._is_topic(reading.grounds):
                    return
                yield Hit(start + hit.start, start + hit.end, hit.note)

    def _is_topic(self, grounds: Grounds) -> bool:
        if self not in grounds.memo:
            said = grounds.customer if grounds.case.text is None else grounds.case.text
            opening = " ".join(said.split(None, self._opening)[: self._opening])
            grounds.memo[self] = self._topic.search(opening) is not None
        return bool(grounds.memo[self])

    def _narrated(self, sentence: Sentence) -> tuple[Hit, ...]:
        hits: list[Hit] = []
        for placed, words in sentence.find(self._lexicon):
            clause = placed.clause
            found = list(self._in_clause(placed, words)) if words else []
            if not found and hits and self._trailing.fullmatch(clause.text):
                found = [(0, len(clause.text))]
            hits += [Hit(clause.start + a, clause.start + b, "narrated") for a, b in found]
        return tuple(hits)

    def _in_clause(self, placed: Placed, words: list[Found[int]]) -> Iterator[tuple[int, int]]:
        text = placed.clause.text
        if self._unless.search(text):
            return
        done = 0
        for word in words:
            if word.start < done:
                continue
            extents = (
                self._rules[number].fits(text, word.start, word.end)
                for number in sorted(word.groups)
            )
            extent = next((extent for extent in extents if extent), None)
            if extent:
                start = max(done, self._start(placed, extent[0]))
                done = extent[1]
                yield start, done

    @staticmethod
    def _start(placed: Placed, start: int) -> int:
        """Returns 0 where only the subject and adverbs come before, or the match cuts into it."""
        clause = placed.clause
        whole = start < len(clause.subject) or clause.opens_with(clause.text[:start])
        return 0 if whole else start
