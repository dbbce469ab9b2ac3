"""Feelings and attitudes that the output ascribes to somebody who did not put them in words."""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from pydantic import Field

from arf.annotate.rules.reading import (
    Hit,
    Lexicon,
    Patterns,
    Placed,
    Reading,
    Words,
    any_pattern,
    any_word,
)
from arf.params import Section

_ADVERB = (
    r"(?:\w+ly|very|quite|rather|so|also|still|more|most|somewhat|even|a little|a bit|too|"
    r"not|now|then)"
)
_LINK = re.compile(
    rf"\b(?:was|were|is|are|be|been|being|'s|'re|felt|feels?|feeling|seem(?:s|ed)?|appear(?:s|ed)?|"
    rf"remain(?:s|ed)?|became|becomes?|becoming|grew|grown|sounded|sounds|looked|stayed|stays|"
    rf"ended up|(?:express(?:ed|es|ing)|voic(?:ed|es|ing)|show(?:ed|s|ing))"
    rf"(?:\s(?:his|her|their|great|deep|strong|some))*|"
    rf"(?:left|leaves|leaving)(?:\s(?:him|her|them|the\s(?:customer|user|client|caller)|"
    rf"everyone|both))?|(?:made|makes|making|found|finds)\s(?:him|her|them|it|the\s\w+))"
    rf"\s(?:{_ADVERB}\s)*$",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    rf"\b(?:him|her|them|everyone|both|customer|user|client|caller)\s(?:{_ADVERB}\s)*$"
)
_FEEL = re.compile(
    rf"\b(?:feels?|felt|feeling)\s(?:{_ADVERB}\s)*(?P<word>\w{{3,}}ed|misled|hurt|let down|conned|"
    rf"taken advantage of|stuck|torn|beaten|mistreated)\b",
    re.IGNORECASE,
)
_AND = re.compile(rf"(?:,?\s(?:and|but|yet|or|though|if)|,)\s(?:{_ADVERB}\s)*", re.IGNORECASE)
_AFTER = re.compile(r"\s(?:throughout|overall|as well|too|from the (?:start|outset|beginning))\b")
_BEFORE = re.compile(rf"(?:{_ADVERB}\s)+$", re.IGNORECASE)
_CONJUNCTION = re.compile(
    rf",?\s(?:and|but|yet|though|although|if)\s(?:{_ADVERB}\s)*$", re.IGNORECASE
)
_COMPLEMENT = re.compile(r"\s(?:that|about|over|at|by|for|because|with|of)\b")
_WITH = re.compile(
    r"(?:,\s)?(?:\bwith\s(?:the\s)?[\w-]+\s|\b(?:in|with)\s(?:\w+\s)?|(?:\bmuch\s)?\bto\s(?:his|her|their)\s"
    r"(?:\w+\s)?)$",
    re.IGNORECASE,
)
_EXPRESSED = re.compile(
    r"(?:\b(?:to|with|in|of)\s(?:his|her|their)?\s?(?:\w+\s)?|\b(?:express\w*|show(?:ed|s|ing)|"
    r"voic(?:ed|ing|es))\s(?:[\w-]+\s){0,3})$",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:(?i:they|he|she|who|which|everyone|everybody|both)|(?:Dr|Mrs?|Ms)?\.?\s?[A-Z][\w'\u2019-]*"
    r"(?:\s[A-Z][\w'\u2019-]*){0,2})?"
)


class Group(Section):
    """Words for one feeling, any of which supports the others.

    Attributes:
        words: what ascribes the feeling; a final `*` stands for any ending.
        also: what else supports it in the words of the person.
        when: `always`; `linked`, only after *was*, *felt*, *seemed* and their like or at the head
            of a fragment, for words that have other meanings; `expressed`, only in *to their
            relief*, *expressed relief*; `manner`, for ways of acting, which a narrated courtesy
            may have.
    """

    words: Words
    also: tuple[str, ...] = ()
    when: Literal["always", "linked", "expressed", "manner"] = "always"


class SentimentSettings(Section):
    """Settings of the detector `inferred_sentiment`.

    Attributes:
        groups: the words of feeling and attitude.
        phrases: regular expressions of whole phrases that ascribe one.
        staff: regular expressions of the speakers, and subjects, that are not the customer.
        people: regular expressions of the subjects that are.
        courtesies: words beside which a manner is part of a narrated courtesy and not flagged.
    """

    groups: tuple[Group, ...] = Field(min_length=1)
    phrases: Patterns
    staff: Patterns
    people: Patterns
    courtesies: Words


class _Word(NamedTuple):
    start: int
    end: int
    grounded: bool


class SentimentDetector:
    """Finds words of feeling that the person's own words in the case do not hold.

    A feeling is grounded if a word of its group stands in what that person said: the subject of
    the clause decides whether that is the staff, the customer, or anybody.
    """

    def __init__(self, settings: SentimentSettings) -> None:
        self._lexicon = Lexicon((group, group.words) for group in settings.groups)
        self._support = {
            id(group): any_word((*group.words, *group.also)) for group in settings.groups
        }
        self._phrases = any_pattern(settings.phrases)
        self._staff = any_pattern(settings.staff)
        self._people = any_pattern(settings.people)
        self._courtesies = any_word(settings.courtesies)

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields each ascription: the clause up to the feeling, or the words alone inside one."""
        for placed in reading.clauses:
            taken = -1
            for start, end, note in sorted(self._in_clause(placed, reading)):
                if start >= taken:
                    yield Hit(placed.start + start, placed.start + end, note)
                    taken = end

    def _of_person(self, placed: Placed, before: str) -> bool:
        """Says whether a word of feeling is about somebody, and not *the dispute was unsettled*."""
        subject = placed.subject
        return bool(
            _PERSON.fullmatch(subject)
            or self._people.search(subject)
            or self._staff.search(subject)
            or _OBJECT.search(before)
        )

    def _voice(self, placed: Placed, reading: Reading) -> str:
        if self._staff.search(placed.subject):
            return reading.said_by(self._staff, True)
        if self._people.search(placed.subject) or _PERSON.fullmatch(placed.subject):
            return reading.said_by(self._staff, False)
        return reading.source

    def _in_clause(self, placed: Placed, reading: Reading) -> Iterator[Hit]:
        text = placed.clause.text
        for match in self._phrases.finditer(text):
            yield Hit(*self._extent(placed, match.start(), match.end()), "attitude inferred")
        words = self._words(placed, reading)
        index = 0
        while index < len(words):
            last = index
            while last + 1 < len(words) and _AND.fullmatch(
                text, words[last].end, words[last + 1].start
            ):
                last += 1
            yield from self._chain(placed, words[index : last + 1])
            index = last + 1

    def _words(self, placed: Placed, reading: Reading) -> list[_Word]:
        text = placed.clause.text
        found: list[_Word] = []
        for start, end, group in self._lexicon.find(text):
            before = text[:start]
            chained = bool(found) and bool(_AND.fullmatch(text, found[-1].end, start))
            again = bool(found) and bool(_CONJUNCTION.search(before))
            leads = placed.clause.role == "fragment" and placed.clause.opens_with(before)
            linked = chained or again or leads or _LINK.search(before)
            if group.when == "linked" and not (linked and self._of_person(placed, before)):
                continue
            if group.when == "expressed" and not _EXPRESSED.search(before):
                continue
            if group.when == "manner" and (self._courtesies.search(text) or _LINK.search(before)):
                continue
            support = self._support[id(group)]
            found.append(_Word(start, end, bool(support.search(self._voice(placed, reading)))))
        for match in _FEEL.finditer(text):
            start, end = match.span("word")
            if any(word.start < end and start < word.end for word in found):
                continue
            stem = match["word"].casefold()
            stem = stem[:-2] if stem.endswith("ed") else stem
            voice = self._voice(placed, reading).casefold()
            found.append(_Word(start, end, stem in voice))
        return sorted(found, key=lambda word: word.start)

    def _chain(self, placed: Placed, words: list[_Word]) -> Iterator[Hit]:
        """Yields the hits of feelings that are joined by *and*: all as one, or the ungrounded."""
        inferred = [word for word in words if not word.grounded]
        if not inferred:
            return
        text = placed.clause.text
        if len(inferred) == len(words):
            note = ", ".join(text[word.start : word.end] for word in words) + " not in words"
            yield Hit(*self._extent(placed, words[0].start, words[-1].end), note)
            return
        for index, word in enumerate(words):
            if word.grounded:
                continue
            note = f"{text[word.start : word.end]} not in words"
            if index:
                yield Hit(words[index - 1].end, word.end, note)
            else:
                yield Hit(word.start, words[1].start, note)

    def _extent(self, placed: Placed, start: int, end: int) -> tuple[int, int]:
        """Widens a feeling to the clause that it is the predicate of, or to its phrase."""
        text = placed.clause.text
        after = _AFTER.match(text, end)
        end = after.end() if after else end
        before = text[:start]
        manner = re.fullmatch(r"[\w-]+ly", text[start:end])
        if placed.clause.role != "fragment" and not manner and placed.clause.opens_with(before):
            linked = _LINK.search(before)
            objectless = _COMPLEMENT.match(text, end)
            return (0, end) if linked or objectless else (0, len(text))
        link = _LINK.search(before)
        if link:
            head = text[: link.start()]
            if not head.strip() or placed.clause.opens_with(head):
                return 0, end
        if placed.clause.role == "fragment" and len(before.split()) <= 2:
            return 0, end
        wide = _WITH.search(before) or (None if manner else _CONJUNCTION.search(before))
        wide = wide or _BEFORE.search(before)
        return (wide.start() if wide else start), end
