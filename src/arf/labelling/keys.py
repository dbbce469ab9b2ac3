"""Which letter gives which code."""

from collections.abc import Iterable

RESERVED = frozenset("nsuxy")  # note, skip, undo, the code `unlisted`, accept a suggestion
UNLISTED_KEY = "x"
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def letters(titles: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Gives each code a letter, of its title's words where one is free.

    Codes of all channels share the letters, so that a hand that has learnt them is right
    everywhere. Where there are more codes than letters the last ones get none; the page's buttons
    give those.

    Args:
        titles: names of codes and their titles, in the order of precedence.
    """
    free = [letter for letter in _LETTERS if letter not in RESERVED]
    given: dict[str, str] = {}
    for code, title in titles:
        words = title.lower().split()
        wanted = [word[0] for word in words] + [letter for word in words for letter in word]
        letter = next((one for one in [*wanted, *free] if one in free), None)
        if letter is not None:
            given[code] = letter
            free.remove(letter)
    return given
