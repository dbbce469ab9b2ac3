"""Feelings and attitudes that the output ascribes to somebody who did not put them in words."""

import re
from collections.abc import Iterator
from functools import lru_cache
from string import punctuation
from typing import Literal, NamedTuple

from arf.annotate.rules import ascription, persons
from arf.annotate.rules.feelings import SentimentSettings, When
from arf.annotate.rules.grounds import Grounds, Voices
from arf.annotate.rules.patterns import (
    Found,
    Lexicon,
    any_pattern,
    any_word,
    is_name,
)
from arf.annotate.rules.reading import Hit, Placed, Reading, Sentence
from arf.annotate.rules.shown import is_shown
from arf.taxonomy import People
from arf.text import stem

# Splitting at blanks is faster than a pattern for words, and a case is long.
_APART = str.maketrans("/\u2013\u2014", "   ")
_EDGES = punctuation + "\u201c\u201d\u2018\u2019\u2026"
Voice = Literal["staff", "customer", "anybody"]


class _Sense(NamedTuple):
    group: int
    when: When


_HARMLESS = _Sense(-1, "never")


class _Word(NamedTuple):
    """A feeling at the characters `start` to `end` of a clause.

    `groups` are the numbers of its groups; a judgement, or a word after *felt* or *seemed*, that
    has none is supported by its `stem` alone.
    """

    start: int
    end: int
    groups: tuple[int, ...]
    stem: str


class _Ascribed(NamedTuple):
    """What one clause ascribes: whole phrases, and feelings, those joined by *and* together."""

    placed: Placed
    voice: Voice
    phrases: tuple[_Word, ...]
    chains: tuple[tuple[_Word, ...], ...]


class SentimentDetector:
    """Finds words of feeling that the person's own words in the case do not hold.

    A feeling is grounded if a word of its group stands in what that person said: the subject of
    the clause decides whether that is the staff, the customer, or anybody.
    """

    def __init__(self, settings: SentimentSettings, people: People) -> None:
        senses = [
            (_Sense(number, when), words)
            for number, group in enumerate(settings.groups)
            for when, words in group.words()
        ]
        self._lexicon = Lexicon([*senses, (_HARMLESS, settings.harmless)])
        support = [
            (*group.always, *group.linked, *group.nouns, *group.moves, *group.also)
            for group in settings.groups
        ]
        self._support = Lexicon(enumerate([*support, *(each.also for each in settings.phrases)]))
        # By the words one of which a phrase needs: its number, after those of the groups.
        self._phrases: dict[str, list[tuple[int, re.Pattern[str]]]] = {}
        for number, phrase in enumerate(settings.phrases, len(support)):
            pattern = any_pattern([phrase.pattern])
            for word in phrase.near:
                self._phrases.setdefault(word, []).append((number, pattern))
        self._voices = Voices(people)
        self._courtesies = any_word(settings.courtesies)
        self._in_sentence = lru_cache(maxsize=4096)(self._ascribed)

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields each ascription: the clause up to the feeling, or the words alone inside one."""
        for start, sentence in reading.sentences:
            for ascribed in self._in_sentence(sentence):
                offset = start + ascribed.placed.clause.start
                taken = -1
                for hit in sorted(self._inferred(ascribed, reading.grounds)):
                    if hit.start >= taken:
                        yield Hit(offset + hit.start, offset + hit.end, hit.note)
                        taken = hit.end

    def _ascribed(self, sentence: Sentence) -> tuple[_Ascribed, ...]:
        words = sentence.words
        feelings = sentence.find(self._lexicon)
        phrases = dict(
            phrase for word in words if word in self._phrases for phrase in self._phrases[word]
        )
        seems = ascription.may_seem(words)
        if not (feelings or phrases or seems):
            return ()
        found = []
        for placed, named in feelings or [(placed, []) for placed in sentence.clauses]:
            text = placed.clause.text
            here = [
                word
                for word in named
                if not is_name(sentence.text, placed.clause.start + word.start)
            ]
            whole = tuple(
                _Word(*match.span(), (number, *_groups_in(here, match)), "")
                for number, pattern in phrases.items()
                for match in pattern.finditer(text)
            )
            outside = [
                word
                for word in self._words(placed, here, seems)
                if not any(phrase.start <= word.start < phrase.end for phrase in whole)
            ]
            chains = tuple(_chains(text, outside))
            if whole or chains:
                found.append(_Ascribed(placed, self._voice(placed), whole, chains))
        return tuple(found)

    def _of_person(self, placed: Placed, before: str) -> bool:
        """Says whether a word of feeling is about somebody, and not *the dispute was unsettled*."""
        subject = placed.subject
        return not persons.tells_of_other(before) and bool(
            persons.is_person(subject)
            or persons.ends(subject, self._voices.customers)
            or self._voices.staff.search(subject)
            or persons.has_object(before)
        )

    def _voice(self, placed: Placed) -> Voice:
        if self._voices.staff.search(placed.subject):
            return "staff"
        if self._voices.customers.search(placed.subject) or persons.is_person(placed.subject):
            return "customer"
        return "anybody"

    def _words(self, placed: Placed, feelings: list[Found[_Sense]], seems: bool) -> list[_Word]:
        clause = placed.clause
        found: list[_Word] = []
        for start, end, senses in feelings:
            given = [
                sense for sense in senses if self._ascribes(sense.when, placed, start, end, found)
            ]
            if given:
                groups = tuple(sense.group for sense in given if sense.when != "found")
                found.append(_Word(start, end, groups, _stem(clause.text[start:end])))
        if seems and self._of_person(placed, ""):
            for start, end in ascription.seeming(clause.text):
                if not any(word.start < end and start < word.end for word in found):
                    found.append(_Word(start, end, (), _stem(clause.text[start:end])))
        return sorted(found)

    def _ascribes(  # noqa: PLR0911
        self, when: When, placed: Placed, start: int, end: int, found: list[_Word]
    ) -> bool:
        """Says whether a word at `start` to `end` of a clause ascribes a feeling there."""
        text = placed.clause.text
        before = text[:start]
        match when:
            case "linked":
                return ascription.is_found(before) or self._is_state(placed, start, end, found)
            case "nouns":
                return is_shown(text, start, end)
            case "moves":
                return persons.is_moved(text, end) or self._is_state(placed, start, end, found)
            case "acts":
                acts = placed.clause.opens_with(before) or ascription.is_begun(before)
                return acts and self._of_person(placed, before)
            case "found":
                return ascription.is_found(before)
            case "never":
                return False
            case "manner":
                return not (self._courtesies.search(text) or ascription.is_linked(before))
            case "always":
                return not ascription.is_attribute(text, start, end)

    def _is_state(self, placed: Placed, start: int, end: int, found: list[_Word]) -> bool:
        """Says whether a word at `start` to `end` of a clause is somebody's state there."""
        text = placed.clause.text
        before = text[:start]
        joined = bool(found) and bool(ascription.JOINS.fullmatch(text, found[-1].end, start))
        linked = (
            joined
            or (bool(found) and ascription.goes_on(before))
            or (placed.clause.role == "fragment" and placed.clause.opens_with(before))
            or ascription.is_linked(before)
            or ascription.is_beside(text, start, end)
        )
        return linked and (persons.precedes_person(text, end) or self._of_person(placed, before))

    def _is_grounded(self, word: _Word, voice: Voice, grounds: Grounds) -> bool:
        if not word.groups:
            return word.stem in _said(grounds, voice)
        key = (self, voice)
        if key not in grounds.memo:
            grounds.memo[key] = self._stated(_said(grounds, voice))
        return not grounds.memo[key].isdisjoint(word.groups)

    def _stated(self, said: str) -> frozenset[int]:
        """Returns the numbers of the groups that a text in lower case supports."""
        words = {word.strip(_EDGES) for word in said.translate(_APART).split()}
        known = [entries for entries in map(self._support.entries, words) if entries]
        return frozenset(
            entry.group
            for entries in known
            for entry in entries
            if not entry.rest or f"{entry.word} {entry.rest}" in said
        )

    def _inferred(self, ascribed: _Ascribed, grounds: Grounds) -> Iterator[Hit]:
        """Yields the hits of a clause; of joined feelings all as one, or the ungrounded."""
        placed = ascribed.placed
        text = placed.clause.text
        for phrase in ascribed.phrases:
            if not self._is_grounded(phrase, ascribed.voice, grounds):
                yield Hit(*ascription.extent(placed, phrase.start, phrase.end), "attitude inferred")
        for chain in ascribed.chains:
            grounded = [self._is_grounded(word, ascribed.voice, grounds) for word in chain]
            if not any(grounded):
                note = ", ".join(text[word.start : word.end] for word in chain) + " not in words"
                yield Hit(*ascription.extent(placed, chain[0].start, chain[-1].end), note)
                continue
            for index, word in enumerate(chain):
                if grounded[index]:
                    continue
                note = f"{text[word.start : word.end]} not in words"
                if index:
                    yield Hit(chain[index - 1].end, word.end, note)
                else:
                    yield Hit(word.start, chain[1].start, note)


def _said(grounds: Grounds, voice: Voice) -> str:
    """Returns what somebody said, in lower case."""
    match voice:
        case "staff":
            return grounds.staff.lower()
        case "customer":
            return grounds.customer.lower()
    return grounds.lower


def _stem(words: str) -> str:
    return stem(words.casefold())


def _groups_in(feelings: list[Found[_Sense]], place: re.Match[str]) -> Iterator[int]:
    """Yields the groups of the words of feeling inside a phrase, which support it too."""
    for word in feelings:
        if place.start() <= word.start < place.end():
            yield from (sense.group for sense in word.groups)


def _chains(text: str, words: list[_Word]) -> Iterator[tuple[_Word, ...]]:
    """Yields the feelings that *and* and its like join, together."""
    chain: list[_Word] = []
    for word in words:
        if chain and not ascription.JOINS.fullmatch(text, chain[-1].end, word.start):
            yield tuple(chain)
            chain = []
        chain.append(word)
    if chain:
        yield tuple(chain)
