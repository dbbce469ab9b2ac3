"""The numbers, days and times that a case grounds, in other formats too."""

import re
from collections.abc import Iterator, Sequence

from arf.annotate.rules.grounds import Grounds
from arf.annotate.rules.lazy import lazy
from arf.annotate.rules.reading import Sentence, between
from arf.text import Mention, dates, numbers_of, stem
from arf.text.dates import MONTHS

_CLOCK = re.compile(r"(\d\d):(\d\d)")
_ORDINAL = re.compile(r"\d(?:st|nd|rd|th)$|^(?:the )?[a-z]*(?:second|third|th)$", re.IGNORECASE)
_NEXT = re.compile(r"[\s-]+(?:(?:of|other|more|further|separate|different)\s)?([A-Za-z]+)")
_MONTH = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b|\d{4}-\d\d-\d\d|"
    r"\b\d{1,2}[/.]\d{1,2}[/.]\d{2,4}\b",
    re.IGNORECASE,
)
_WORD_AFTER = re.compile(r"\s[A-Za-z]+")
_GOES_ON = re.compile(r"[.,:]\d")
_GLUED = 5  # characters from which a reference may stand in the case in another grouping


class KnownNumbers:
    """Numbers of a case.

    Args:
        grounds: the case.
        counts: a number up to this one in words may be the writer's own count.
        units: nouns that nobody counts for themselves.
        currencies: signs and words of money.
    """

    def __init__(
        self, grounds: Grounds, counts: int, units: frozenset[str], currencies: frozenset[str]
    ) -> None:
        self._grounds = grounds
        self._counts = counts
        self._units = units
        self._currencies = currencies

    @lazy
    def _mentions(self) -> tuple[Mention, ...]:
        return numbers_of(self._grounds.text)

    @lazy
    def _days(self) -> frozenset[str]:
        return frozenset(mention.value for mention in dates(self._grounds.text))

    @lazy
    def _values(self) -> frozenset[str]:
        return frozenset(mention.value for mention in self._mentions)

    @lazy
    def _values_without_days(self) -> frozenset[str]:
        days = dates(self._grounds.text)
        return frozenset(mention.value for mention in self._mentions if not _in_one(mention, days))

    @lazy
    def _counted(self) -> dict[str, set[str]]:
        """The numbers that the case has for each noun, by its stem."""
        counted: dict[str, set[str]] = {}
        for mention in self._mentions:
            noun = _noun(self._grounds.text, mention)
            if noun:
                counted.setdefault(noun, set()).add(mention.value)
        return counted

    @lazy
    def _has_months(self) -> bool:
        return _MONTH.search(self._grounds.text) is not None

    def missing(self, sentence: Sentence) -> Iterator[tuple[int, int]]:
        """Yields where a sentence has a number or a day that the case lacks."""
        text = sentence.text
        for day in sentence.dates:
            if not (self._stands(text[day.start : day.end]) or self._has_day(day.value)):
                yield day.start, day.end
        for mention in sentence.numbers:
            if not _in_one(mention, sentence.dates) and not (
                self._stands(self._in_context(mention, text)) or self._has(mention, text)
            ):
                yield mention.start, mention.end

    def _in_context(self, mention: Mention, text: str) -> str:
        """Returns a number with its currency, or the word after it, as the text has them."""
        start = mention.start - (text[mention.start - 1 : mention.start] in self._currencies)
        after = _WORD_AFTER.match(text, mention.end)
        return text[start : after.end() if after and start == mention.start else mention.end]

    def _stands(self, written: str) -> bool:
        """Says whether the case has these very words, and no more of a word or a number."""
        source, words = self._grounds.lower, written.casefold()
        at = source.find(words)
        while at >= 0:
            end = at + len(words)
            around = source[at - 1 : at] + source[end : end + 1]
            if not any(map(str.isalnum, around)) and not _GOES_ON.match(source, end):
                return True
            at = source.find(words, at + 1)
        return False

    def _has_day(self, day: str) -> bool:
        if day in self._days:
            return True
        month, number = (int(part) for part in day.split("-"))
        if not self._has_months:
            return str(number) in self._values
        if not any(known.startswith(day[:3]) for known in self._days):
            # The month stands in the case without a day, or as in 03/04/2031.
            return {str(number), str(month)} <= self._values
        # *from 3 to 5 March* gives the third of March too.
        span = _in_range(number, MONTHS[month - 1][:3])
        return re.search(span, self._grounds.text, re.IGNORECASE) is not None

    def _has(self, mention: Mention, sentence: str) -> bool:
        written = sentence[mention.start : mention.end]
        clock = _CLOCK.fullmatch(mention.value)
        if clock:
            return self._has_time(int(clock[1]), clock[2])
        noun = _noun(sentence, mention)
        spelled = written.isalpha() and mention.value.isdecimal()
        if spelled and int(mention.value) <= self._counts and noun not in self._units:
            others = self._counted.get(noun, set())
            return not others or mention.value in others
        if self._is_money(mention, sentence) or (noun and not _ORDINAL.search(written)):
            values = self._values_without_days
        else:
            values = self._values
        if mention.value in values:
            return True
        compact = mention.value.replace(".", "")
        if len(compact) >= _GLUED and compact in self._grounds.glued:
            return True
        return any(
            clock_[:2].lstrip("0") == mention.value
            for clock_ in self._values
            if _CLOCK.fullmatch(clock_)
        )

    def _has_time(self, hour: int, minute: str) -> bool:
        hours = {hour % 24, hour % 12, hour % 12 + 12}
        same = {f"{h:02d}:{minute}" for h in hours}
        bare = {str(h) for h in hours} if minute == "00" else {f"{h}{minute}" for h in hours}
        bare |= {f"{h:02d}{minute}" for h in hours} | {f"{h}.{minute}" for h in hours}
        return not self._values.isdisjoint(same | bare)

    def _is_money(self, mention: Mention, sentence: str) -> bool:
        before = sentence[max(0, mention.start - 3) : mention.start].rstrip()
        after = _NEXT.match(sentence, mention.end)
        return before[-1:] in self._currencies or bool(after and after[1] in self._currencies)


def _in_range(day: int, month: str) -> str:
    """Returns a pattern for a day at the far end of a range: *3 to 5 March*, *March 3-5*."""
    to, nth = r"\s?(?:-|\u2013|to|and|or|until|till|through|,)\s?", "(?:st|nd|rd|th)?"
    return (
        rf"(?<![\d.,])0?{day}{nth}{to}\d{{1,2}}{nth}\s(?:of\s)?{month}|"
        rf"\b{month}[a-z]*\.?\s(?:the\s)?\d{{1,2}}{nth}{to}0?{day}(?!\d)"
    )


def _in_one(mention: Mention, days: Sequence[Mention]) -> bool:
    """Says whether a number is part of one of some days, which are in order of position."""
    before = between(days, 0, mention.start + 1)[-1:]
    return bool(before) and mention.start < before[0].end


def _noun(text: str, mention: Mention) -> str:
    """Returns the stem of the plural noun that a number counts; empty where there is none."""
    after = _NEXT.match(text, mention.end)
    if after is None:
        return ""
    word = after[1].lower()
    plural = (word.endswith("s") and not word.endswith("ss")) or word in ("people", "children")
    return stem(word) if plural and len(word) > 3 else ""
