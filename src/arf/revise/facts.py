"""The facts that an edit may not lose, of each text found once."""

import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from arf.taxonomy import FactKind
from arf.text import Mention, names, negations, numbers

_FIND: Mapping[FactKind, Callable[[str], list[Mention]]] = {
    "numbers": numbers,
    "names": names,
    "negations": negations,
}
KINDS: tuple[FactKind, ...] = tuple(_FIND)
_WORD = re.compile(r"\w+")
_ARTICLES = frozenset(("A", "An", "The"))
_BOTH = re.compile(r"two (?:sides|parties)\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def mentions(text: str, kind: FactKind) -> tuple[Mention, ...]:
    """Returns a text's facts of one kind, in order of position; *the two sides* is no number."""
    return tuple(found for found in _FIND[kind](text) if not _BOTH.match(text, found.start))


@lru_cache(maxsize=4096)
def values(text: str, kind: FactKind) -> frozenset[str]:
    """Returns what a text's facts of one kind say."""
    return frozenset(mention.value for mention in mentions(text, kind))


def stands(name: str, text: str) -> bool:
    """Says whether the words of a name stand in a text, where they need not look like a name."""
    words = [word for word in _WORD.findall(name) if word not in _ARTICLES]
    return all(re.search(rf"(?<!\w){word}(?!\w)", text) for word in words)
