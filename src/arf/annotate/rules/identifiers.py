"""Identifiers of the customer that the output repeats."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, Field

from arf.annotate.rules.grounds import Grounds, bare
from arf.annotate.rules.patterns import Word, Words, any_word
from arf.annotate.rules.reading import Hit, Reading, Sentence
from arf.params import Section
from arf.taxonomy import People
from arf.text import sentences

_DIGIT = re.compile(r"\d")
_SHORTLY = 45  # characters
Owner = Literal["customer", "company", "nobody"]


def _has_value(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groupindex
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    if "value" not in groups:
        raise ValueError(f"{pattern!r} needs a group (?P<value>...) for the identifier")
    return pattern


class Kind(Section):
    """One kind of identifier.

    Attributes:
        pattern: regular expression in which the group `value` is the identifier.
        near: words one of which the sentence has.
        digits: how many digits the sentence has at least.
        hint: text that the sentence has.
        called: words one of which stands shortly before it in the case; else it is something
            else, such as a number of the model.
        customers: whether it is always the customer's; else only where the customer gave it.
        case: whether capitals matter.
    """

    pattern: Annotated[str, Field(min_length=1), AfterValidator(_has_value)]
    near: tuple[Word, ...] = ()
    digits: int = Field(default=0, ge=0)
    hint: str = ""
    called: tuple[Word, ...] = ()
    customers: bool = False
    case: bool = False


class IdentifierSettings(Section):
    """Settings of the detector `identifiers`.

    Attributes:
        kinds: what to look for, by name; the name is the finding's note, which a mask repeats.
        own: words before an identifier that make it the customer's.
        company: words before an identifier that make it a company's; the nearest word decides,
            in the customer's words first, then in the output's.
        offices: what e-mail addresses of a company begin with.
    """

    kinds: dict[str, Kind] = Field(min_length=1)
    own: Words
    company: Words
    offices: Words


class _Ready(NamedTuple):
    name: str
    pattern: re.Pattern[str]
    near: frozenset[str]
    digits: int
    hint: str
    called: re.Pattern[str] | None
    customers: bool


class _Found(NamedTuple):
    start: int
    end: int
    kind: int
    value: str


class IdentifierDetector:
    """Finds identifiers that the customer gave as their own.

    One that only the staff gave, or that the customer gave as *your hotline*, is a company's.

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
                any_word(kind.called) if kind.called else None,
                kind.customers,
            )
            for name, kind in settings.kinds.items()
        ]
        self._own = any_word(settings.own)
        self._cues = any_word((*settings.own, *settings.company))
        self._company = any_word(settings.company)
        self._office = re.compile(rf"(?:{'|'.join(settings.offices)})[\w.-]*@", re.IGNORECASE)
        self._in_sentence = lru_cache(maxsize=4096)(self._identifiers)

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields each identifier, with its kind as the note."""
        for start, sentence in reading.sentences:
            for found in self._in_sentence(sentence):
                kind = self._kinds[found.kind]
                before = sentence.text[: found.start]
                if kind.customers or self._is_own(found, before, reading.grounds):
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
                if not any(other.start < end and start < other.end for other in found):
                    found.append(_Found(start, end, number, match["value"]))
        return tuple(sorted(found))

    def _is_own(self, found: _Found, before: str, grounds: Grounds) -> bool:
        """Says whether the customer gave an identifier, and not as the company's."""
        key = (self, found.kind, found.value)
        if key not in grounds.memo:
            grounds.memo[key] = self._given(found.value, self._kinds[found.kind].called, grounds)
        owner = grounds.memo[key]
        if owner == "nobody" and (
            grounds.case.turns is not None or not self._company.search(before[-_SHORTLY:])
        ):
            owner = "customer"
        return bool(owner == "customer")

    def _given(self, value: str, called: re.Pattern[str] | None, grounds: Grounds) -> Owner:
        """Returns whose the customer says that a value is."""
        glued = bare(value)
        if glued not in grounds.customer_glued:
            return "company"
        if called:
            at = grounds.text.find(value)
            if at < 0 or not called.search(grounds.text, max(0, at - _SHORTLY), at):
                return "company"
        owner: Owner = "company" if self._office.match(value) else "nobody"
        for sentence in sentences(grounds.customer):
            if glued in bare(sentence.text):
                cues = self._cues.findall(sentence.text.partition(value)[0])
                if cues and self._own.fullmatch(cues[-1]):
                    return "customer"
                if cues:
                    owner = "company"
        return owner
