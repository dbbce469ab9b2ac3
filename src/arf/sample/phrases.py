"""Phrases with alternatives and slots, and the draws that choose among them."""

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

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

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """Returns the items in a random order."""
        rest = list(items)
        return [rest.pop(int(self._next() * len(rest))) for _ in items]


@dataclass(frozen=True, slots=True)
class Mark:
    """Where in a text the value of a slot stands: characters `start` to `end`."""

    slot: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Text:
    """A rendered phrase and the slots in it."""

    text: str
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True, slots=True)
class Phrase:
    """A phrase such as `{who} [asked|wrote] about the {item}`.

    Attributes:
        groups: for each piece of the phrase its alternatives, each a run of (literal, slot)
            pairs in which an empty slot stands for none.
    """

    groups: tuple[tuple[tuple[tuple[str, str], ...], ...], ...]

    def render(self, draw: Draw, values: Mapping[str, str]) -> Text:
        """Chooses among the alternatives and fills the slots."""
        parts: list[str] = []
        marks: list[Mark] = []
        length = 0
        for alternatives in self.groups:
            for literal, slot in (
                alternatives[0] if len(alternatives) == 1 else draw.pick(alternatives)
            ):
                parts.append(literal)
                length += len(literal)
                if slot:
                    value = values[slot]
                    parts.append(value)
                    marks.append(Mark(slot, length, length + len(value)))
                    length += len(value)
        return Text("".join(parts), tuple(marks))

    def slots(self) -> frozenset[str]:
        """Returns the names of all slots in any alternative."""
        return frozenset(
            slot for group in self.groups for option in group for _, slot in option if slot
        )


def _pieces(text: str) -> tuple[tuple[str, str], ...]:
    """Splits text into (literal, slot) pairs."""
    parts = _SLOT.split(text)
    pairs = list(zip(parts[::2], [*parts[1::2], ""], strict=True))
    return tuple(pair for pair in pairs if pair != ("", ""))


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
    return Phrase(tuple(groups))


PhraseField = Annotated[Phrase, PlainValidator(parse)]
