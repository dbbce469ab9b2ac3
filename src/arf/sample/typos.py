"""The spelling of customers who type in haste."""

import re

from arf.sample.phrases import Draw, Text
from arf.sample.values import NUMBER_WORDS

_WORD = re.compile(r"(?<![\w'])[a-z]{5,}(?![\w'])")
_CAPITAL = re.compile(r"(?:^|(?<=[.?!] ))[A-Z](?![A-Z])|(?<!\w)I(?!\w)")


def sloppy(text: Text, draw: Draw, share: float, capitals: bool) -> str:
    """Returns the text as a hasty customer types it; what fills its slots stays as it is.

    Args:
        text: what the customer means.
        draw: chooses what goes wrong.
        share: the share of words with five or more letters that get a typo.
        capitals: whether capital letters are kept.
    """

    def typo(word: re.Match[str]) -> str:
        if not draw.chance(share) or _filled(text, word) or word[0] in NUMBER_WORDS:
            return word[0]
        return _misspelt(word[0], draw)

    def small(letter: re.Match[str]) -> str:
        return letter[0] if _filled(text, letter) else letter[0].lower()

    # Capitals first: this keeps every letter in its place.
    cased = text.text if capitals else _CAPITAL.sub(small, text.text)
    return _WORD.sub(typo, cased)


def _filled(text: Text, found: re.Match[str]) -> bool:
    return any(mark.start < found.end() and found.start() < mark.end for mark in text.marks)


def _misspelt(word: str, draw: Draw) -> str:
    """Drops, doubles or swaps a letter, not the first."""
    at = draw.between(1, len(word) - 2)
    kind = draw.between(0, 2)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
