"""A piece of a text, and a fact in one, by position."""

from typing import NamedTuple


class Span(NamedTuple):
    """A piece of a text: `text` stands at the characters `start` to `end` (exclusive)."""

    start: int
    end: int
    text: str


class Mention(NamedTuple):
    """A fact in a text at the characters `start` to `end` (exclusive).

    `value` is what two mentions of the same fact have in common, however they are written.
    """

    value: str
    start: int
    end: int

    def moved(self, by: int) -> "Mention":
        """Returns the mention as it stands where the text begins `by` characters later."""
        return Mention(self.value, self.start + by, self.end + by)
