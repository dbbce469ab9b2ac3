"""Values that fill the slots of phrases: how they are drawn, and all the ways to write them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any, Literal, NamedTuple, get_args

from pydantic import PlainValidator

from arf.sample.phrases import Draw

RangeKind = Literal["amount", "number", "day", "month", "time"]
Rewriting = Literal["number_rewritten", "date_rewritten"]

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
NUMBER_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven",
    "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_CURRENCIES = {"$": "dollars", "£": "pounds", "€": "euros"}
_BLANK = re.compile("#|@(?![a-z])")
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Range:
    """A value drawn from `low` to `high`.

    `day` and `month` count days and months before the day of contact, `time` is an hour.
    """

    kind: RangeKind
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Code:
    """A reference: # is a digit, @ a capital letter."""

    pattern: str


Spec = tuple[str, ...] | Range | Code
"""How a slot is filled; a tuple lists what it may say."""


def parse_spec(source: Any) -> Spec:
    """Reads how a slot is filled: a list of words, or a mapping of one kind to its range.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(source, list) and source and all(isinstance(item, str) for item in source):
        return tuple(source)
    if not isinstance(source, dict) or len(source) != 1:
        raise ValueError("expected a list of texts, or one kind with its range: {day: [2, 9]}")
    ((kind, value),) = source.items()
    if kind == "code" and isinstance(value, str) and re.search("[#@]", value):
        return Code(value)
    if kind == "code":
        raise ValueError("expected a pattern with # or @: {code: E-####}")
    if kind not in get_args(RangeKind):
        raise ValueError(f"unknown kind {kind}; known are code, " + ", ".join(get_args(RangeKind)))
    whole = isinstance(value, list) and [type(number) for number in value] == [int, int]
    if not whole or value[0] > value[1]:
        raise ValueError(f"expected two whole numbers, the lower first: {{{kind}: [2, 9]}}")
    return Range(kind, value[0], value[1])


SpecField = Annotated[Spec, PlainValidator(parse_spec)]


def fill(pattern: str, draw: Draw) -> str:
    """Fills a pattern: # becomes a digit, @ a capital letter unless it is part of an address."""
    return _BLANK.sub(
        lambda blank: str(draw.between(0, 9)) if blank[0] == "#" else draw.pick(_LETTERS), pattern
    )


class Value(NamedTuple):
    """A value as a case writes it, and in all other ways that mean the same.

    Attributes:
        text: how the case writes it.
        rewriting: what a summary does that writes it in another way; null where it has one form.
        size: the number or amount that it is, if it is one.
        make_forms: makes `forms`, which few values are asked for.
    """

    text: str
    rewriting: Rewriting | None = None
    size: float | None = None
    make_forms: Callable[[], tuple[str, ...]] | None = None

    @property
    def forms(self) -> tuple[str, ...]:
        """Every way to write it, `text` among them."""
        return self.make_forms() if self.make_forms else (self.text,)

    def absent(self, body: str, numbers: frozenset[float]) -> bool:
        """Returns whether a case says it in no form.

        Args:
            body: the words of the case.
            numbers: the numbers in it, from `numbers_in`.
        """
        if self.size is not None:
            return self.size not in numbers
        return not any(_stands_in(form, body) for form in self.forms)


def _stands_in(text: str, body: str) -> bool:
    """Returns whether a text is in another between two word boundaries."""
    start = body.find(text)
    while start >= 0:
        around = body[max(start - 1, 0) : start] + body[start + len(text) :][:1]
        if not any(letter.isalnum() for letter in around):
            return True
        start = body.find(text, start + 1)
    return False


_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?|[a-z]+")
_SPOKEN = {word: float(number) for number, word in enumerate(NUMBER_WORDS)} | {
    "once": 1.0, "twice": 2.0, "both": 2.0, "second": 2.0, "third": 3.0, "fourth": 4.0,
    "thirteen": 13.0, "fourteen": 14.0, "fifteen": 15.0, "twenty": 20.0, "thirty": 30.0,
}  # fmt: skip


def numbers_in(body: str) -> frozenset[float]:
    """Returns the numbers that a text states, in digits or words."""
    found = set()
    for token in _NUMBER.findall(body.lower()):
        if token in _SPOKEN:
            found.add(_SPOKEN[token])
        elif token[0].isdigit():
            found.add(float(token.replace(",", "")))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Style:
    """How one case writes its values, and the day on which it is written."""

    currency: str
    month_first: bool
    number_words: bool
    today: date

    def value(self, spec: Spec, draw: Draw) -> Value:
        """Draws a value of a slot."""
        if isinstance(spec, Code):
            return Value(fill(spec.pattern, draw))
        if isinstance(spec, Range):
            return self._drawn(spec.kind, draw.between(spec.low, spec.high), draw)
        return Value(draw.pick(spec))

    def _drawn(self, kind: RangeKind, number: int, draw: Draw) -> Value:
        if kind == "amount":
            return self._amount(number, draw)
        if kind == "day":
            return self._day(self.today - timedelta(days=number))
        if kind == "month":
            return Value(MONTHS[(self.today.month - 1 - number) % 12])
        return self._time(number, draw) if kind == "time" else self._number(number)

    def _number(self, number: int) -> Value:
        digits = str(number)
        if number >= len(NUMBER_WORDS):
            return Value(digits, size=number)
        word = NUMBER_WORDS[number]
        text = word if self.number_words else digits
        return Value(text, "number_rewritten", number, lambda: (digits, word))

    def _amount(self, number: int, draw: Draw) -> Value:
        cents = ""
        if number >= 1000:
            number = number // 10 * 10
        elif number < 200:
            cents = draw.pick(("", "", "", ".50", ".99", f".{draw.between(10, 98)}"))
        sign = self.currency
        text = f"{sign}{number:,}{cents}"

        def forms() -> tuple[str, ...]:
            named = f"{number:,}{cents} {_CURRENCIES[sign]}"
            exact = () if cents else (f"{text}.00",)
            plain = (f"{sign}{number}",) if number >= 1000 else ()
            return (text, named, *exact, *plain)

        return Value(text, "number_rewritten", float(f"{number}{cents}"), forms)

    def _day(self, day: date) -> Value:
        month, number = MONTHS[day.month - 1], day.day

        def forms() -> tuple[str, ...]:
            ordinal = f"{number}{_ending(number)}"
            return (
                f"{number} {month}", f"{month} {number}", f"the {ordinal} of {month}",
                f"{month} {ordinal}",
            )  # fmt: skip

        text = f"{month} {number}" if self.month_first else f"{number} {month}"
        return Value(text, "date_rewritten", make_forms=forms)

    def _time(self, hour: int, draw: Draw) -> Value:
        minutes = draw.pick(("05", "10", "15", "20", "30", "40", "45", "50"))
        text = f"{(hour - 1) % 12 + 1}:{minutes} {'am' if hour < 12 else 'pm'}"
        return Value(text, "date_rewritten", make_forms=lambda: (text, f"{hour:02}:{minutes}"))


def _ending(number: int) -> str:
    """Returns the ending of an ordinal number: `st`, `nd`, `rd` or `th`."""
    if number in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
