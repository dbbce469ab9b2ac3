"""Identifiers of the customer that the output repeats."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, NamedTuple

from pydantic import AfterValidator, Field

from arf.annotate.rules.grounds import Grounds, bare
from arf.annotate.rules.owners import Owners, OwnerSettings
from arf.annotate.rules.patterns import Pattern, Word, Words, any_word
from arf.annotate.rules.reading import Hit, Reading, Sentence
from arf.params import Section
from arf.taxonomy import People

_DIGIT = re.compile(r"\d")
_BEFORE, _AFTER = 48, 36  # characters in which a number is called something
_LEAST = 4  # letters and digits of a number that is called something
_PLURAL = re.compile(r"\s(?!is\b|was\b|has\b|as\b|its\b|this\b|does\b)[a-z]+s\b")
_ENDS = re.compile(r"(?<!\bno)[.;!?]\s|\n", re.IGNORECASE)
_IS = re.compile(r"\)?,? (?:was|is|being|as|for)(?: (?:the|an?|his|her|their|my))? ")


def _has_value(pattern: str) -> str:
    if "value" not in re.compile(pattern).groupindex:
        raise ValueError(f"{pattern!r} needs a group (?P<value>...) for the identifier")
    return pattern


class Kind(Section):
    """One kind of identifier.

    Attributes:
        pattern: regular expression in which the group `value` is the identifier.
        near: words one of which the sentence has.
        digits: how many digits the sentence has at least.
        hint: text that the sentence has.
        called: whether it has to be called one, in the output or in the case.
        contact: whether it may be a company's.
        case: whether capitals matter.
    """

    pattern: Annotated[Pattern, AfterValidator(_has_value)]
    near: tuple[Word, ...] = ()
    digits: int = Field(default=0, ge=0)
    hint: str = ""
    called: bool = False
    contact: bool = False
    case: bool = False


class IdentifierSettings(OwnerSettings):
    """Settings of the detector `identifiers`.

    Attributes:
        kinds: what to look for, by name; the name is the finding's note, which a mask repeats.
        called: names of identifiers, such as *order number*.
        uncalled: names of numbers that are none, such as *room*.
        units: words after a number that counts something.
    """

    kinds: dict[str, Kind] = Field(min_length=1)
    called: Words
    uncalled: tuple[Word, ...] = ()
    units: tuple[Word, ...] = ()


class _Ready(NamedTuple):
    name: str
    pattern: re.Pattern[str]
    near: frozenset[str]
    digits: int
    hint: str
    called: bool
    contact: bool


class _Found(NamedTuple):
    start: int
    end: int
    kind: int
    value: str


class IdentifierDetector:
    """Finds identifiers that the customer gave as their own.

    One that only the staff gave, or that is the number of *your hotline*, is a company's.

    Args:
        settings: the kinds.
        people: unused; the grounds know who said what.
    """

    def __init__(self, settings: IdentifierSettings, people: People) -> None:
        self._kinds = [
            _Ready(
                name,
                re.compile(kind.pattern, 0 if kind.case else re.IGNORECASE),
                frozenset(kind.near),
                kind.digits,
                kind.hint,
                kind.called,
                kind.contact,
            )
            for name, kind in settings.kinds.items()
        ]
        self._called = any_word(settings.called)
        self._either = any_word((*settings.called, *settings.uncalled))
        self._uncalled = frozenset(map(str.casefold, settings.uncalled))
        self._units = frozenset(settings.units)
        self._owners = Owners(settings)
        self._in_sentence = lru_cache(maxsize=4096)(self._identifiers)

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields each identifier, with its kind as the note."""
        for start, sentence in reading.sentences:
            for found in self._in_sentence(sentence):
                if self._is_own(found, sentence.text, reading.grounds):
                    kind = self._kinds[found.kind]
                    yield Hit(start + found.start, start + found.end, kind.name)

    def _identifiers(self, sentence: Sentence) -> tuple[_Found, ...]:
        found: list[_Found] = []
        digits = len(_DIGIT.findall(sentence.text))
        for number, kind in enumerate(self._kinds):
            if digits < kind.digits or kind.hint not in sentence.text:
                continue
            if kind.near and kind.near.isdisjoint(sentence.words):
                continue
            for match in kind.pattern.finditer(sentence.text):
                start, end = match.span("value")
                if kind.called and not self._may_be_called(sentence.text, start, end):
                    continue
                if not any(other.start < end and start < other.end for other in found):
                    found.append(_Found(start, end, number, match["value"]))
        return tuple(sorted(found))

    def _may_be_called(self, text: str, start: int, end: int) -> bool:
        """Says whether a token is long enough for an identifier, and counts nothing."""
        token = text[start:end]
        letters = sum(map(str.isalnum, token))
        if letters < _LEAST or (letters == _LEAST and not token.isdecimal()):
            return False
        if not token.isdecimal():
            return True
        after = text[end : end + 20].split(None, 1)
        return not (_PLURAL.match(text, end) or (after and after[0].strip(".,") in self._units))

    def _is_own(self, found: _Found, text: str, grounds: Grounds) -> bool:
        """Says whether the customer gave an identifier, and not as the company's."""
        kind = self._kinds[found.kind]
        glued = bare(found.value)
        if glued not in grounds.customer_glued:
            return False
        if kind.contact:
            return self._owners.is_own(found.value, text, found.start, found.end, grounds)
        if not kind.called:
            return True
        key = (self, found.value)
        if key not in grounds.memo:
            grounds.memo[key] = self._name_in_case(found.value, grounds)
        said = grounds.memo[key]
        told = self._name(text, found.start, found.end)
        return (said if told is None else told) is True and said is not False

    def _name_in_case(self, value: str, grounds: Grounds) -> bool | None:
        """Says whether the case calls a value an identifier; null where it calls it nothing."""
        asked = ""
        for turn in grounds.case.turns or ():
            at = turn.text.find(value)
            if at >= 0:
                name = self._name(turn.text, at, at + len(value))
                asked_for = "?" in asked and self._called.search(asked) is not None
                return asked_for or None if name is None else name
            asked = turn.text
        at = grounds.text.find(value)
        return self._name(grounds.text, at, at + len(value)) if at >= 0 else None

    def _name(self, text: str, start: int, end: int) -> bool | None:
        """Says whether a value is called an identifier; null where it is called nothing."""
        before = _ENDS.split(text[max(0, start - _BEFORE) : start])[-1]
        after = _ENDS.split(text[end : end + _AFTER])[0]
        is_ = _IS.match(text, end)
        name = is_ and self._either.match(text, is_.end())
        if name:
            return name[0].casefold() not in self._uncalled
        names = self._either.findall(before)
        if names:
            return names[-1].casefold() not in self._uncalled
        names = self._either.findall(after)
        return names[0].casefold() not in self._uncalled if names else None
