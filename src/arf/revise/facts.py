"""The facts that an edit may not lose, of each text found once."""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from arf.taxonomy import FactKind
from arf.text import Mention, Span, capitals_of, names, negations, numbers, sentences

_WORD = re.compile(r"\w+")
_ARTICLES = frozenset(("A", "An", "The"))
_BOTH = re.compile(r"two (?:sides|parties)\b", re.IGNORECASE)


def _counts(text: str) -> list[Mention]:
    """Returns the numbers of a text; *the two sides* is none."""
    return [found for found in numbers(text) if not _BOTH.match(text, found.start)]


_FIND: Mapping[FactKind, Callable[[str], list[Mention]]] = {
    "numbers": _counts,
    "names": names,
    "negations": negations,
}
KINDS: tuple[FactKind, ...] = tuple(_FIND)


@lru_cache(maxsize=4096)
def mentions(text: str, kind: FactKind) -> tuple[Mention, ...]:
    """Returns a text's facts of one kind, in order of position."""
    return tuple(_FIND[kind](text))


def mentions_in(text: str, parts: Iterable[Span], kind: FactKind) -> list[Mention]:
    """Returns the facts of one kind in some sentences of a text, in order of position."""
    if kind != "names":
        return [found.moved(part.start) for part in parts for found in mentions(part.text, kind)]
    # A name may need the rest of the text to be known for one.
    places = [(part.start, part.end) for part in parts if capitals_of(part.text)]
    return [
        found
        for found in (mentions(text, kind) if places else ())
        if any(start <= found.start < end for start, end in places)
    ]


@lru_cache(maxsize=4096)
def values(text: str, kind: FactKind) -> frozenset[str]:
    """Returns what a text's facts of one kind say."""
    if kind == "names":
        return frozenset(mention.value for mention in mentions(text, kind))
    return frozenset(
        mention.value for part in sentences(text) for mention in mentions(part.text, kind)
    )


def stands(name: str, text: str) -> bool:
    """Says whether the words of a name stand in a text, where they need not look like a name."""
    return words_of(text).issuperset(word for word in _WORD.findall(name) if word not in _ARTICLES)


@lru_cache(maxsize=4096)
def words_of(text: str) -> frozenset[str]:
    """Returns the words of a text, as it writes them."""
    return frozenset(_WORD.findall(text))
