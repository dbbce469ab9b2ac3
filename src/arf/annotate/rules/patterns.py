"""Words and patterns that settings hold, and looking them up."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from pydantic import AfterValidator, Field, model_validator

from arf.params import Section

G = TypeVar("G")
_HEAD = 3
WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")
_NOTHING = re.compile(r"(?!)")
_PART = re.compile(r"\{([a-z]\w*)\}")


def _is_regex(pattern: str) -> str:
    if part := _PART.search(pattern):
        raise ValueError(f"there is no part {part[0]}")
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    return pattern


Word = Annotated[str, Field(min_length=1)]
Words = Annotated[tuple[Word, ...], Field(min_length=1)]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_is_regex)]
Patterns = Annotated[tuple[Pattern, ...], Field(min_length=1)]


class WithParts(Section):
    """Settings whose patterns may hold `{name}` for a part that several of them share.

    Attributes:
        parts: regular expressions by name; a part may hold those before it.
    """

    parts: dict[str, Pattern] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _fill(cls, settings: Any) -> Any:
        named = settings.get("parts") if isinstance(settings, dict) else None
        if not isinstance(named, dict):
            return settings
        parts: dict[str, Any] = {}
        for name, pattern in named.items():
            parts[name] = _filled(pattern, parts)
        return _filled({**settings, "parts": parts}, parts)


def _filled(value: Any, parts: Mapping[str, Any]) -> Any:
    """Returns settings with the parts in all their texts; an unknown one stays as it is."""
    if isinstance(value, dict):
        return {key: _filled(inner, parts) for key, inner in value.items()}
    if isinstance(value, list):
        return [_filled(inner, parts) for inner in value]
    if isinstance(value, str):
        return _PART.sub(lambda part: str(parts.get(part[1], part[0])), value)
    return value


class _Entry(NamedTuple, Generic[G]):
    """A word, the words that must follow it, and whether any ending will do."""

    word: str
    rest: str
    open_ended: bool
    group: G


class Found(NamedTuple, Generic[G]):
    """A word or phrase at the characters `start` to `end` (exclusive), and all its groups."""

    start: int
    end: int
    groups: tuple[G, ...]


class Lexicon(Generic[G]):
    """Words and phrases, each of some groups; a final `*` stands for any ending.

    It looks words up instead of trying each in turn, so that its size costs nothing.

    Args:
        groups: the words of each group.
    """

    def __init__(self, groups: Iterable[tuple[G, Iterable[str]]]) -> None:
        self._by_head: dict[str, list[_Entry[G]]] = {}
        for group, words in groups:
            for word in words:
                first, _, rest = word.lower().rstrip("*").partition(" ")
                entry = _Entry(first, rest, word.endswith("*"), group)
                self._by_head.setdefault(first[:_HEAD], []).append(entry)
        for entries in self._by_head.values():
            entries.sort(key=lambda entry: -len(entry.word) - len(entry.rest))
        self.entries: Callable[[str], tuple[_Entry[G], ...]] = lru_cache(maxsize=16384)(
            self._lookup
        )

    def _lookup(self, word: str) -> tuple[_Entry[G], ...]:
        """Returns what may begin with a word in lower case, the longest first."""
        return tuple(
            entry
            for entry in self._by_head.get(word[:_HEAD], ())
            if word == entry.word
            or (entry.open_ended and not entry.rest and word.startswith(entry.word))
        )

    def find(
        self, text: str, words: Sequence[str], places: Callable[[], Sequence[tuple[int, int]]]
    ) -> Iterator[Found[G]]:
        """Yields each word or phrase in a text, the longest that fits, in order of position.

        Args:
            text: the text.
            words: its words in lower case.
            places: gives where they start and end; called where one is found.
        """
        done = 0
        known = [(at, entries) for at, entries in enumerate(map(self.entries, words)) if entries]
        for index, entries in known:
            start, end = places()[index]
            if start < done:
                continue
            ends: dict[int, list[G]] = {}
            for entry in entries:
                stop = end + 1 + len(entry.rest) if entry.rest else end
                if not entry.rest or text[end + 1 : stop].lower() == entry.rest:
                    ends.setdefault(stop, []).append(entry.group)
            if ends:
                done = max(ends)
                yield Found(start, done, tuple(ends[done]))


def is_name(sentence: str, start: int) -> bool:
    """Says whether a word is part of a name or of a quotation: *the game Angry Birds*."""
    if start > 0 and sentence[start].isupper() and not sentence[start : start + 2].isupper():
        return True
    opened = sentence.count('"', 0, start) % 2 + sentence.count("\u201c", 0, start)
    return opened > sentence.count("\u201d", 0, start)


def any_word(words: Iterable[str]) -> re.Pattern[str]:
    """Returns a pattern for whole words or phrases; a final `*` stands for any ending."""
    longest_first = sorted(set(words), key=lambda word: (-len(word), word))
    parts = [
        re.escape(word.rstrip("*")).replace(r"\ ", r"\s+")
        + (r"[\w-]*" if word.endswith("*") else "")
        for word in longest_first
    ]
    return re.compile(rf"(?<![\w-])(?:{'|'.join(parts)})(?![\w-])", re.IGNORECASE)


def any_pattern(patterns: Iterable[str]) -> re.Pattern[str]:
    """Returns a pattern for any of those, in any case, at word boundaries; none matches nothing."""
    parts = "|".join(patterns)
    return re.compile(rf"(?<!\w)(?:{parts})(?!\w)", re.IGNORECASE) if parts else _NOTHING
