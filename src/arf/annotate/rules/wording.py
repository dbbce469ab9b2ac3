"""Words of content: one form for all inflections and near synonyms, and what is denied of them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from arf.annotate.rules.patterns import WORD
from arf.text import stem

_LETTERS = 6  # of a stem: *delivery* and *delivered* have no stem in common, but these letters
_SCOPE = 6  # words after one that denies
_POINTING = frozenset(
    "the a an this that these those it its they them their he him his she her one ones which who "  # noqa: SIM905
    "was were is are be been being had has have did does do so thus therefore then again also and "
    "but as by of to for on in at with customer user client".split()
)
_OBJECTS = frozenset(["it", "them", "him", "her", "this", "that"])
_DENYING = frozenset(
    "not never no none nobody nothing nor neither nowhere without cannot unable lack lacked "  # noqa: SIM905
    "lacking lacks".split()
)
_REFUSING = ("refus", "declin", "reject")  # *refused to pay* denies the payment
_JOINING = frozenset(
    "because since as although though but when while after if unless until".split()  # noqa: SIM905
)
_PASSIVE = frozenset(["was", "were", "is", "are", "been", "being"])


class Content(NamedTuple):
    """A word of content.

    Attributes:
        content: its form.
        start: the character of its text where it starts.
        light: whether it tells little.
        denied: whether it is denied.
    """

    content: str
    start: int
    light: bool
    denied: bool


class _Word(NamedTuple):
    """What a word is; `content` is empty for one without content of its own."""

    stem: str
    content: str
    light: bool
    denies: bool


class Wording:
    """Looks up words.

    Args:
        same: words and phrases of two words that mean nearly the same, group by group.
        ignore: words without content of their own.
        light: words that tell little.
    """

    def __init__(
        self, same: Iterable[Iterable[str]], ignore: Iterable[str], light: Iterable[str]
    ) -> None:
        self._ignore = frozenset(ignore)
        self._light = frozenset(light)
        self._groups: dict[str, str] = {}
        self._phrases: dict[str, dict[str, str]] = {}
        for group in same:
            words = list(group)
            for word in words:
                first, _, second = word.partition(" ")
                if second:
                    self._phrases.setdefault(stem(first), {})[second] = words[0]
                else:
                    self._groups.setdefault(stem(first), words[0])
        self._word: Callable[[str], _Word] = lru_cache(maxsize=16384)(self._look_up)

    def _look_up(self, word: str) -> _Word:
        bare = word.rstrip("'\u2019").removesuffix("'s").removesuffix("\u2019s")
        short = stem(bare)
        empty = bare in self._ignore or len(bare) < 3 or bare[0].isdigit()
        content = "" if empty else self._groups.get(short) or short[:_LETTERS]
        denies = bare in _DENYING or word.endswith(("n't", "n\u2019t"))
        return _Word(short, content, bare in self._light, denies or word.startswith(_REFUSING))

    def forms(self, words: Iterable[str]) -> frozenset[str]:
        """Returns the words in the form that they have among words of content."""
        return frozenset(content for word in words if (content := self._word(word).content))

    def stems(self, words: Iterable[str]) -> frozenset[str]:
        """Returns the stems of words in lower case but of those that only point or join."""
        return frozenset(self._word(word).stem for word in words if word not in _POINTING)

    def contents(self, text: str, names: frozenset[str]) -> list[Content]:
        """Returns the words of content of a text that are no names.

        Args:
            text: the text.
            names: words of names.
        """
        return list(self._contents(text.lower(), names))

    def _contents(self, text: str, names: frozenset[str]) -> Iterator[Content]:
        places = [(match[0], match.start()) for match in WORD.finditer(text)]
        words = [self._word(word) for word, _ in places]
        denied = self._denied(text, places, words)
        skip = -1
        for index, ((word, start), looked_up) in enumerate(zip(places, words, strict=True)):
            if index == skip:
                continue
            if looked_up.stem in self._phrases:
                # *turned down* and *turned it down*
                second = index + 1
                if second < len(places) and places[second][0] in _OBJECTS:
                    second += 1
                after = places[second][0] if second < len(places) else ""
                phrase = self._phrases[looked_up.stem].get(after)
                if phrase:
                    skip = second
                    yield Content(phrase, start, phrase in self._light, index in denied)
                    continue
            if looked_up.content and word not in names:
                yield Content(looked_up.content, start, looked_up.light, index in denied)

    def _denied(
        self, text: str, places: Sequence[tuple[str, int]], words: Sequence[_Word]
    ) -> set[int]:
        """Returns the indices of the words in the scope of one that denies."""
        denied: set[int] = set()
        for index, word in enumerate(words):
            if not word.denies:
                continue
            for there in range(index + 1, min(index + 1 + _SCOPE, len(words))):
                if places[there][0] in _JOINING or _is_parted(text, places[there][1]):
                    break
                denied.add(there)
            if index and places[index - 1][0] in _PASSIVE:
                for there in range(index - 1, max(-1, index - 1 - _SCOPE), -1):
                    denied.add(there)
                    if _is_parted(text, places[there][1]):
                        break
        return denied


def _is_parted(text: str, start: int) -> bool:
    """Says whether a comma or the like stands before the word that starts at a character."""
    return text[max(0, start - 2) : start - 1] in (",", ";", ":")
