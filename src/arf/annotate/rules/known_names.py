"""The names that a case grounds, in other spellings too."""

import re

from rapidfuzz.fuzz import ratio
from rapidfuzz.process import extractOne

from arf.annotate.rules.grounds import Grounds
from arf.text.dates import MONTHS

_WORD = re.compile(r"[^\W_]+")
_TWO_CAPITALS = re.compile(r"(?<![\w-])[A-Z]{2}(?![\w-])")
_GLUED = 6  # letters from which a word may stand in the case as a part of a longer one
_STEM = 4


class KnownNames:
    """Names of a case.

    Args:
        grounds: the case.
        known: names that need no support, in lower case.
        spelling: how alike two spellings must be, of 100.
    """

    def __init__(self, grounds: Grounds, known: frozenset[str], spelling: float) -> None:
        self._grounds = grounds
        self._known = known
        self._spelling = spelling

    def holds(self, name: str, written: str) -> bool:
        """Says whether the case has each word of a name, or their initials.

        Args:
            name: the name in lower case.
            written: the name as the output writes it.
        """
        vocabulary = self._grounds.vocabulary
        words = _WORD.findall(name)
        if vocabulary.issuperset(words):
            return True
        missing = [
            word
            for word in words
            if len(word) > 2
            and not self._is_there(word)
            and not self._abbreviates(word, written)
            and not self._is_abbreviated(word)
        ]
        return not missing or self._has_initials(words)

    def _is_there(self, word: str) -> bool:
        vocabulary = self._grounds.vocabulary
        if word in vocabulary or word in self._known:
            return True
        if len(word) >= _GLUED and word in self._grounds.glued:
            return True
        if word in MONTHS:
            number = f"{MONTHS.index(word) + 1:02d}"
            return not vocabulary.isdisjoint((word[:3], number))
        near = extractOne(word, vocabulary, scorer=ratio, score_cutoff=self._spelling)
        return near is not None or any(
            len(other) > 3 and word[:_STEM] == other[:_STEM] and abs(len(word) - len(other)) <= 3
            for other in self._grounds.capitalised
        )

    def _abbreviates(self, word: str, written: str) -> bool:
        """Says whether a word in capitals is the initials of adjacent words of the case."""
        if len(word) > 8 or word.upper() not in written:
            return False
        return word in "".join(other[0] for other in self._grounds.words)

    def _has_initials(self, words: list[str]) -> bool:
        """Says whether the case has a name's initials for a word."""
        initials = "".join(part[0] for part in words if part not in ("of", "the", "and"))
        return len(initials) > 2 and initials in self._grounds.vocabulary

    def _is_abbreviated(self, word: str) -> bool:
        """Says whether the case has two capitals for a word, such as *TX* for *Texas*."""
        return any(
            word[0].upper() == short[0] and short[1].lower() in word[1:]
            for short in _TWO_CAPITALS.findall(self._grounds.text)
        )
