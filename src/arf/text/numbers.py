"""Numbers of an English text, in digits and in words."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from text_to_num import find_numbers

from arf.text.sentences import sentences, without_tags
from arf.text.spans import Mention

_UNITS = (
    "mins?|minutes?|hrs?|h|secs?|s|days?|km|kg|g|lbs?|oz|gb|mb|mph|mi|sqm|sqft|cm|mm|m|ft|"
    "yrs?|years?|x"
)
_NUMBER = re.compile(
    rf"""
    (?<!\w)(?=[+(]?[\w-]{{0,40}}\d|noon\b|midday\b|midnight\b)(?:
    (?P<year>\d{{4}})-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})\b
  | (?<!\.)(?P<hour>\d{{1,2}})(?:[:.](?P<minute>[0-5]\d))?\s?(?P<half>[ap])\.?m\b
  | (?<![:.])(?P<hour24>[01]?\d|2[0-4]):(?P<minute24>[0-5]\d)\b
  | (?P<groups>\+?(?:\d{{1,3}}[ .-])?\(?\d{{3}}\)?[ .-]\d{{3}}[ .-]\d{{4}}|
        \d{{3}}-\d{{4}}|\d{{4}}(?:[ -]\d{{4}}){{2,3}}|\d{{2,}}(?:-\d{{2,}}){{2,}})\b
  | (?P<hyphened>(?-i:(?=[A-Z\d-]*\d)(?=[A-Z\d-]*[A-Z])[A-Z\d]+(?:-[A-Z\d]+)+))\b
  | (?<!\.)(?P<amount>(?>\d{{1,3}}(?:,\d{{3}})+|\d+)(?>\.\d+)?)
        (?:(?:st|nd|rd|th|{_UNITS})\b|(?:\s?(?P<scale>k|thousand|million|billion)\b)|(?!\w))
  | (?P<mixed>\w*\d\w*)
  | (?P<noon>noon|midday|midnight)
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_NOON = ("noon", "midday", "midnight")
_TOKEN = 40  # letters that a token with a digit may begin with
_SCALES = {"k": 1_000, "thousand": 1_000, "million": 1_000_000, "billion": 1_000_000_000}
_MASK = re.compile(r"x{2,}")
_DIGITS_ALONE = re.compile(r"\D")
_CARDINALS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety "
    "hundred thousand million billion"
)
_ORDINALS = (
    "second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth fortieth "
    "fiftieth sixtieth seventieth eightieth ninetieth"
)
_NUMBER_WORDS = frozenset((*_CARDINALS.split(), *_ORDINALS.split()))
_WORD = re.compile(r"[^\W\d_]+")
_BETWEEN = re.compile(r"\s|-|\sand\s", re.IGNORECASE)
_NO_NUMBER_AFTER = re.compile(
    r"\b(?:no|the|this|that|which|each|every|any|another|some|only)\s$", re.IGNORECASE
)
_NO_NUMBER_BEFORE = re.compile(r"\s(?:of|another|who|whom|that|which|or)\b", re.IGNORECASE)
_PARTY = re.compile(r"[\s-]part(?:y|ies)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word as text_to_num wants it."""

    word: str
    start: int
    end: int

    def text(self) -> str:
        return self.word

    def nt_separated(self, previous: "_Token") -> bool:
        return False

    def not_a_number_part(self) -> bool:
        return False


def _plain(number: Decimal) -> str:
    """Returns a number without sign of its format: `5.00` is `5`."""
    whole = number.to_integral_value()
    return str(whole) if number == whole else format(number.normalize(), "f")


def _digits(token: str) -> str:
    """Returns a token of digits as a number, or as it is where it looks like an identifier."""
    if token.isdecimal() and len(token) > 2 and token[0] == "0":
        return token
    return _plain(Decimal(token.replace(",", "")))


def _clock(hour: int, minute: str | None, half: str | None) -> str:
    if half:
        hour = hour % 12 + (12 if half in "pP" else 0)
    return f"{hour:02d}:{minute or '00'}"


def _matches(text: str, lower: str) -> Iterator[re.Match[str]]:
    """Yields each number in digits; looking for digits first is faster than the whole pattern."""
    if any(word in lower for word in _NOON):
        yield from _NUMBER.finditer(text)
        return
    done = 0
    while digit := _DIGIT.search(text, done):
        start, least = digit.start(), max(done, digit.start() - _TOKEN)
        while start > least and (text[start - 1].isalnum() or text[start - 1] in "_-"):
            start -= 1
        if start > least and text[start - 1] in "+(":
            start -= 1
        match = _NUMBER.search(text, start)
        if match is None:
            return
        yield match
        done = match.end()


def _written_in_digits(text: str, lower: str) -> Iterator[Mention]:
    for match in _matches(text, lower):
        found = match.groupdict()
        start, end = match.span()
        if found["year"]:
            for part in ("year", "month", "day"):
                yield Mention(_digits(found[part]), *match.span(part))
        elif found["hour"]:
            yield Mention(_clock(int(found["hour"]), found["minute"], found["half"]), start, end)
        elif found["hour24"]:
            yield Mention(_clock(int(found["hour24"]), found["minute24"], None), start, end)
        elif found["noon"]:
            hour = "00:00" if found["noon"].casefold() == "midnight" else "12:00"
            yield Mention(hour, start, end)
        elif found["groups"]:
            yield Mention(_DIGITS_ALONE.sub("", found["groups"]), start, end)
        elif found["amount"]:
            scale = _SCALES.get((found["scale"] or "").casefold())
            value = _digits(found["amount"])
            yield Mention(_plain(Decimal(value) * scale) if scale else value, start, end)
        else:
            token = (found["mixed"] or found["hyphened"]).casefold().replace("-", "")
            token = _MASK.sub("", token)
            if token:
                yield Mention(_digits(token) if token.isdecimal() else token, start, end)


def _is_number(text: str, start: int, end: int) -> bool:
    """Says whether a word is a number here, and not as in *no one*, *one of*, *third-party*."""
    word = text[start:end].casefold()
    if word == "one":
        before = _NO_NUMBER_AFTER.search(text, max(0, start - 10), start)
        return before is None and _NO_NUMBER_BEFORE.match(text, end) is None
    return word != "third" or _PARTY.match(text, end) is None


@lru_cache(maxsize=4096)
def _in_words(run: str) -> tuple[Mention, ...]:
    """Returns the numbers that a run of number words such as *two hundred and six* is."""
    words = [_Token(word[0], word.start(), word.end()) for word in _WORD.finditer(run)]
    return tuple(
        Mention(
            _plain(Decimal(str(found.value))), words[found.start].start, words[found.end - 1].end
        )
        for found in find_numbers(words, "en", threshold=0.0)
    )


def _runs(text: str) -> Iterator[tuple[int, int]]:
    start = end = -1
    for word in _WORD.finditer(text):
        if word[0].lower() not in _NUMBER_WORDS:
            continue
        if end < 0 or not _BETWEEN.fullmatch(text, end, word.start()):
            if end >= 0:
                yield start, end
            start = word.start()
        end = word.end()
    if end >= 0:
        yield start, end


def _written_in_words(text: str, taken: list[Mention]) -> Iterator[Mention]:
    ends = [mention.end for mention in taken]
    for begin, stop in _runs(text):
        for found in _in_words(text[begin:stop].lower()):
            start, end = begin + found.start, begin + found.end
            after = bisect_right(ends, start)
            free = after == len(taken) or end <= taken[after].start
            if free and _is_number(text, start, end):
                yield Mention(found.value, start, end)


@lru_cache(maxsize=4096)
def numbers_of(sentence: str) -> tuple[Mention, ...]:
    """Finds the numbers of one sentence; see `numbers`."""
    text = without_tags(sentence)
    lower = text.lower()
    found = list(_written_in_digits(text, lower))
    if not _NUMBER_WORDS.isdisjoint(_WORD.findall(lower)):
        found += tuple(_written_in_words(text, found))
    found.sort(key=lambda mention: mention.start)
    return tuple(found)


def numbers(text: str) -> list[Mention]:
    """Finds the numbers of a text, in order of position.

    Digits, amounts, percentages, ordinals, parts of dates and number words become plain decimals
    (`$5.00`, `5%`, `5th` and `five` are all `5`), times become `HH:MM` of 24 hours, telephone and
    card numbers their digits, identifiers with digits (`TR-5212`) their letters and digits in
    lower case. Masks of X are no numbers, nor are *one of*, *no one*, *first*, *third party*.
    """
    return [
        mention.moved(sentence.start)
        for sentence in sentences(text)
        for mention in numbers_of(sentence.text)
    ]
