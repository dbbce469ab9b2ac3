"""Phrases with alternatives and slots, and the draws that choose among them."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import PlainValidator

T = TypeVar("T")

_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


class Draw:
    """A stream of random choices, fixed by its key.

    It is built on `random.Random.random` alone, the one method whose sequence Python promises to
    keep for a seed.
    """

    def __init__(self, *key: object):
        self._next = random.Random("/".join(str(part) for part in key)).random

    def chance(self, probability: float) -> bool:
        """Returns true with that probability."""
        return self._next() < probability

    def between(self, low: int, high: int) -> int:
        """Returns a whole number from `low` to `high`, both included."""
        return low + int(self._next() * (high - low + 1))

    def pick(self, options: Sequence[T]) -> T:
        """Returns one of the options."""
        return options[int(self._next() * len(options))]

    def take(self, items: list[T]) -> T:
        """Takes one of the items out of a list."""
        return items.pop(int(self._next() * len(items)))

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Returns the items in a random order."""
        rest = list(items)
        return [rest.pop(int(self._next() * len(rest))) for _ in items]


class Mark(NamedTuple):
    """Where in a text the value of a slot stands: characters `start` to `end`."""

    slot: str
    start: int
    end: int


class Text(NamedTuple):
    """A rendered phrase and the slots in it."""

    text: str
    marks: tuple[Mark, ...] = ()

    def after(self, lead: str) -> "Text":
        """Returns it with a beginning put before it."""
        shift = len(lead)
        marks = tuple(Mark(m.slot, m.start + shift, m.end + shift) for m in self.marks)
        return Text(lead + self.text, marks)

    def split(self, separator: str) -> list["Text"]:
        """Returns the parts between the separators, each with its slots."""
        parts = []
        start = 0
        for part in self.text.split(separator):
            end = start + len(part)
            marks = tuple(
                Mark(mark.slot, mark.start - start, mark.end - start)
                for mark in self.marks
                if start <= mark.start and mark.end <= end
            )
            parts.append(Text(part, marks))
            start = end + len(separator)
        return parts


Piece = tuple[str, str, str]
"""A literal, the indefinite article after it, and a slot; the last two may be empty."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase such as `{who} [asked|wrote] about the {item}`.

    Attributes:
        source: the phrase as it was written.
        groups: for each part of the phrase its alternatives, each a run of pieces.
        slots: the names of all slots in any alternative.
    """

    source: str
    groups: tuple[tuple[tuple[Piece, ...], ...], ...]
    slots: frozenset[str]

    def render(self, draw: Draw, values: Mapping[str, str]) -> Text:
        """Chooses among the alternatives and fills the slots, with `a` or `an` as they need it."""
        text = ""
        marks = []
        for alternatives in self.groups:
            chosen = alternatives[0] if len(alternatives) == 1 else draw.pick(alternatives)
            for literal, article, slot in chosen:
                text += literal
                if slot:
                    value = values[slot]
                    if article:
                        text += f"{article}n " if _VOWEL.match(value) else f"{article} "
                    start = len(text)
                    text += value
                    marks.append(Mark(slot, start, len(text)))
        return Text(text, tuple(marks))


_ARTICLE = re.compile(r"(?<![^ ])([Aa])n? $")
_VOWEL = re.compile(
    r"[$£€]?(?:8|1[18](?![\d]))|(?!eu|one\b|once|uni[^nm]|use|usu)[aeiou]", re.IGNORECASE
)


def same_article(word: str, other: str) -> bool:
    """Returns whether both words take `a`, or both take `an`."""
    return bool(_VOWEL.match(word)) == bool(_VOWEL.match(other))


def _pieces(text: str) -> tuple[Piece, ...]:
    """Splits text into pieces."""
    parts = _SLOT.split(text)
    pieces = []
    for literal, slot in zip(parts[::2], [*parts[1::2], ""], strict=True):
        found = _ARTICLE.search(literal) if slot else None
        if found:
            pieces.append((literal[: found.start()], found[1], slot))
        elif literal or slot:
            pieces.append((literal, "", slot))
    return tuple(pieces)


def parse(source: Any) -> Phrase:
    """Reads a phrase: `[a|b]` are alternatives, which may be empty, and `{name}` is a slot.

    Raises:
        ValueError: it is no text, or a bracket or brace is left over.
    """
    if not isinstance(source, str) or not source:
        raise ValueError("expected a phrase")
    groups = []
    for number, part in enumerate(_ALTERNATIVES.split(source)):
        options = part.split("|") if number % 2 else [part]
        if any(mark in _SLOT.sub("", option) for option in options for mark in "[]{}"):
            raise ValueError(f"unbalanced brackets or braces in {source!r}")
        if options != [""]:
            groups.append(tuple(_pieces(option) for option in options))
    slots = (slot for group in groups for option in group for _, _, slot in option if slot)
    return Phrase(source, tuple(groups), frozenset(slots))


PhraseField = Annotated[Phrase, PlainValidator(parse)]
