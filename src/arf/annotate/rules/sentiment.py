"""Feelings and attitudes that the output ascribes to somebody who did not put them in words."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Literal, NamedTuple

from pydantic import Field

from arf.annotate.rules import ascription
from arf.annotate.rules.grounds import Grounds, Voices
from arf.annotate.rules.patterns import (
    WORD,
    Found,
    Lexicon,
    Pattern,
    Word,
    Words,
    any_pattern,
    any_word,
)
from arf.annotate.rules.reading import Hit, Placed, Reading, Sentence
from arf.params import Section
from arf.taxonomy import People
from arf.text import stem

Voice = Literal["staff", "customer", "anybody"]
When = Literal["always", "linked", "nouns", "moves", "acts", "found", "manner"]
_WHEN: tuple[When, ...] = ("always", "linked", "nouns", "moves", "acts", "found", "manner")


class Group(Section):
    """Words for one feeling, any of which supports the others.

    Attributes:
        always: words that ascribe it wherever they stand; a final `*` stands for any ending.
        linked: words that do so only after *was*, *felt*, *seemed* and their like, of a person,
            or at the head of a fragment.
        nouns: only where shown or felt: *to their relief*, *expressed relief*.
        moves: verbs, only with a person as the object: *it cheered them*.
        acts: verbs, only with a person as the subject: *they resented it*.
        found: only after *found it*, *found the answer*.
        manner: ways of acting, which a narrated courtesy may have.
        also: what else supports it in the words of the person.
    """

    always: tuple[Word, ...] = ()
    linked: tuple[Word, ...] = ()
    nouns: tuple[Word, ...] = ()
    moves: tuple[Word, ...] = ()
    acts: tuple[Word, ...] = ()
    found: tuple[Word, ...] = ()
    manner: tuple[Word, ...] = ()
    also: tuple[Word, ...] = ()

    def words(self) -> Iterator[tuple[When, tuple[Word, ...]]]:
        """Yields the words that ascribe the feeling, and when they do."""
        for when in _WHEN:
            yield when, getattr(self, when)


class Phrase(Section):
    """A whole phrase that ascribes an attitude.

    Attributes:
        near: words one of which its sentence has.
        pattern: regular expression of the phrase.
    """

    near: Words
    pattern: Pattern


class SentimentSettings(Section):
    """Settings of the detector `sentiment`.

    Attributes:
        groups: the words of feeling and attitude.
        phrases: whole phrases that ascribe one.
        courtesies: words beside which a manner is part of a narrated courtesy and not flagged.
    """

    groups: tuple[Group, ...] = Field(min_length=1)
    phrases: tuple[Phrase, ...] = ()
    courtesies: Words


class _Sense(NamedTuple):
    group: int
    when: When


class _Word(NamedTuple):
    """A feeling at the characters `start` to `end` of a clause.

    `groups` are the numbers of its groups; a word after *felt* or *seemed* that has none is
    supported by its `stem` alone.
    """

    start: int
    end: int
    groups: tuple[int, ...]
    stem: str


class _Ascribed(NamedTuple):
    """What one clause ascribes: whole phrases, and feelings, those joined by *and* together."""

    placed: Placed
    voice: Voice
    phrases: tuple[tuple[int, int], ...]
    chains: tuple[tuple[_Word, ...], ...]


class SentimentDetector:
    """Finds words of feeling that the person's own words in the case do not hold.

    A feeling is grounded if a word of its group stands in what that person said: the subject of
    the clause decides whether that is the staff, the customer, or anybody.
    """

    def __init__(self, settings: SentimentSettings, people: People) -> None:
        self._lexicon = Lexicon(
            (_Sense(number, when), words)
            for number, group in enumerate(settings.groups)
            for when, words in group.words()
        )
        self._support = Lexicon(
            (number, words)
            for number, group in enumerate(settings.groups)
            for words in (*(words for _, words in group.words()), group.also)
        )
        self._phrases = [
            (frozenset(phrase.near), any_pattern([phrase.pattern])) for phrase in settings.phrases
        ]
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
        phrases = [pattern for near, pattern in self._phrases if not near.isdisjoint(words)]
        seems = ascription.may_seem(words)
        if not (feelings or phrases or seems):
            return ()
        found = []
        for placed, here in feelings or [(placed, []) for placed in sentence.clauses]:
            text = placed.clause.text
            whole = tuple(
                ascription.extent(placed, *match.span())
                for pattern in phrases
                for match in pattern.finditer(text)
            )
            chains = tuple(_chains(text, self._words(placed, here, seems)))
            if whole or chains:
                found.append(_Ascribed(placed, self._voice(placed), whole, chains))
        return tuple(found)

    def _of_person(self, placed: Placed, before: str) -> bool:
        """Says whether a word of feeling is about somebody, and not *the dispute was unsettled*."""
        subject = placed.subject
        return bool(
            ascription.is_person(subject)
            or self._voices.customers.search(subject)
            or self._voices.staff.search(subject)
            or ascription.has_object(before)
        )

    def _voice(self, placed: Placed) -> Voice:
        if self._voices.staff.search(placed.subject):
            return "staff"
        if self._voices.customers.search(placed.subject) or ascription.is_person(placed.subject):
            return "customer"
        return "anybody"

    def _words(self, placed: Placed, feelings: list[Found[_Sense]], seems: bool) -> list[_Word]:
        clause = placed.clause
        found: list[_Word] = []
        for start, end, senses in feelings:
            groups = tuple(
                sense.group
                for sense in senses
                if self._ascribes(sense.when, placed, start, end, found)
            )
            if groups:
                found.append(_Word(start, end, groups, ""))
        if seems and self._of_person(placed, ""):
            for start, end in ascription.seeming(clause.text):
                if not any(word.start < end and start < word.end for word in found):
                    word = stem(clause.text[start:end].casefold())
                    found.append(_Word(start, end, (), word))
        return sorted(found)

    def _ascribes(  # noqa: PLR0911
        self, when: When, placed: Placed, start: int, end: int, found: list[_Word]
    ) -> bool:
        """Says whether a word at `start` to `end` of a clause ascribes a feeling there."""
        text = placed.clause.text
        before = text[:start]
        match when:
            case "linked":
                joined = bool(found) and bool(
                    ascription.JOINS.fullmatch(text, found[-1].end, start)
                )
                again = bool(found) and ascription.goes_on(before)
                leads = placed.clause.role == "fragment" and placed.clause.opens_with(before)
                linked = joined or again or leads or ascription.is_linked(before)
                return linked and self._of_person(placed, before)
            case "nouns":
                return ascription.is_shown(text, start, end)
            case "moves":
                return ascription.is_moved(text, end)
            case "acts":
                return self._of_person(placed, "") and placed.clause.opens_with(before)
            case "found":
                return ascription.is_found(before)
            case "manner":
                return not (self._courtesies.search(text) or ascription.is_linked(before))
        return True

    def _is_grounded(self, word: _Word, voice: Voice, grounds: Grounds) -> bool:
        text = {"staff": grounds.staff, "customer": grounds.customer}.get(voice, grounds.text)
        if not word.groups:
            return word.stem in text.casefold()
        key = (self, voice)
        if key not in grounds.memo:
            grounds.memo[key] = self._stated(text.lower())
        return not grounds.memo[key].isdisjoint(word.groups)

    def _stated(self, said: str) -> frozenset[int]:
        """Returns the numbers of the groups that a text in lower case supports."""
        return frozenset(
            entry.group
            for word in set(WORD.findall(said))
            for entry in self._support.entries(word)
            if not entry.rest or f"{entry.word} {entry.rest}" in said
        )

    def _inferred(self, ascribed: _Ascribed, grounds: Grounds) -> Iterator[Hit]:
        """Yields the hits of a clause; of joined feelings all as one, or the ungrounded."""
        placed = ascribed.placed
        text = placed.clause.text
        for start, end in ascribed.phrases:
            yield Hit(start, end, "attitude inferred")
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
