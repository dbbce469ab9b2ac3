"""Numbers and names of the output that the case does not contain."""

import re
from collections.abc import Iterator

from pydantic import Field
from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from arf.annotate.rules.reading import Hit, Reading
from arf.params import Section
from arf.text import Mention, names, numbers

_WORD = re.compile(r"[^\W_]+")
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_TWO_CAPITALS = re.compile(r"(?<![\w-])[A-Z]{2}(?![\w-])")
_CLOCK = re.compile(r"(\d\d):(\d\d)")


class SupportSettings(Section):
    """Settings of the detector `support`.

    Attributes:
        counts: a number up to this one in words may be the writer's own count (*two requests*).
        spelling: how alike a name in the case must be, of 100.
        known: names that need no support.
    """

    counts: int = Field(default=12, ge=0)
    spelling: float = Field(default=85, ge=50, le=100)
    known: tuple[str, ...] = ()


class SupportDetector:
    """Finds numbers and names that the case does not contain in any format.

    That is a lower bound of what is unsupported: a wrong cause, action or speaker, and a number
    or name of the case in a wrong place, are not found.
    """

    def __init__(self, settings: SupportSettings) -> None:
        self._settings = settings
        self._known = frozenset(word.casefold() for word in settings.known)

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields each unsupported number and name."""
        hits = [*self._numbers(reading), *self._names(reading)]
        yield from sorted(hits)

    def _numbers(self, reading: Reading) -> Iterator[Hit]:
        doubtful = [
            mention
            for mention in numbers(reading.text)
            if not re.search(
                rf"(?<!\w){re.escape(_written(mention, reading))}(?!\w)", reading.source
            )
        ]
        if not doubtful:
            return
        source = {mention.value for mention in numbers(reading.source)}
        digits = re.sub(r"[\W_]+", "", reading.source.casefold())
        for mention in doubtful:
            spelled = _written(mention, reading).isalpha()
            if spelled and _at_most(mention.value, self._settings.counts):
                continue
            if not _supported(mention.value, source, digits):
                yield Hit(mention.start, mention.end, "number not in the case")

    def _names(self, reading: Reading) -> Iterator[Hit]:
        source = reading.source.casefold()
        doubtful = [mention for mention in names(reading.text) if mention.value not in source]
        if not doubtful:
            return
        words = _WORD.findall(source)
        known = frozenset(words) | self._known
        glued = "".join(words)
        for mention in doubtful:
            missing = [
                word
                for word in _WORD.findall(mention.value)
                if len(word) > 2
                and not self._is_there(word, known, glued)
                and not _abbreviates(word, _written(mention, reading), words)
                and not _is_abbreviated(word, reading.source)
            ]
            if missing and not _has_initials(mention.value, words):
                yield Hit(mention.start, mention.end, "name not in the case")

    def _is_there(self, word: str, known: frozenset[str], glued: str) -> bool:
        if word in known or (len(word) > 3 and word in glued):
            return True
        if word in _MONTHS and not known.isdisjoint((word[:3], f"{_MONTHS.index(word) + 1:02d}")):
            return True
        near = extractOne(word, known, scorer=ratio, score_cutoff=self._settings.spelling)
        return near is not None or any(
            len(other) > 3 and word[:4] == other[:4] and abs(len(word) - len(other)) <= 3
            for other in known
        )


def _written(mention: Mention, reading: Reading) -> str:
    return reading.text[mention.start : mention.end]


def _at_most(value: str, limit: int) -> bool:
    return value.isdecimal() and int(value) <= limit


def _supported(value: str, source: set[str], digits: str) -> bool:
    clock = _CLOCK.fullmatch(value)
    if clock:
        hour, minute = int(clock[1]), clock[2]
        hours = {hour % 24, hour % 12, hour % 12 + 12}
        same = {f"{h:02d}:{minute}" for h in hours}
        bare = {str(h) for h in hours} if minute == "00" else {f"{h}{minute}" for h in hours}
        bare |= {f"{h:02d}{minute}" for h in hours} | {f"{h}.{minute}" for h in hours}
        return not source.isdisjoint(same | bare)
    if value in source or (len(value) > 2 and value.replace(".", "") in digits):
        return True
    return any(clock_[:2].lstrip("0") == value for clock_ in source if _CLOCK.fullmatch(clock_))


def _abbreviates(word: str, written: str, words: list[str]) -> bool:
    """Says whether a word in capitals is the initials of adjacent words of the case."""
    initials = "".join(other[0] for other in words)
    return len(word) <= 8 and word.upper() in written and word in initials


def _has_initials(name: str, words: list[str]) -> bool:
    """Says whether the case has a name's initials for a word."""
    initials = "".join(part[0] for part in _WORD.findall(name) if part not in ("of", "the", "and"))
    return len(initials) > 2 and initials in words


def _is_abbreviated(word: str, source: str) -> bool:
    """Says whether the case has two capitals for a word, such as *TX* for *Texas*."""
    return any(
        word[0].upper() == short[0] and short[1].lower() in word[1:]
        for short in _TWO_CAPITALS.findall(source)
    )
