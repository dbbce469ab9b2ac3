"""The words of a text that turn a statement into its opposite."""

import re
from functools import lru_cache

from arf.text.spans import Mention

_NEGATION = re.compile(
    r"\b(?:(?P<short>(?:ca|do|does|did|is|are|was|were|wo|would|could|should|has|have|had|must|need)"
    r"n['\u2019]?t)|not|cannot|never|no|none|nobody|nothing|nor|neither|nowhere|without|unable"
    r"|(?P<verb>refus|fail|declin|den(?=y|i)|reject)(?:e|es|ed|s|ing|y|ies|ied|ying|al|ial|ure|ures"
    r")?|unavailable|unsuccessful(?:ly)?)\b",
    re.IGNORECASE,
)


_HINTS = (
    "n't", "n\u2019t", "dont", "wont", "cant", "not", "never", "no", "without", "un", "neither",
    "refus", "fail", "declin", "den", "reject",
)  # fmt: skip


@lru_cache(maxsize=4096)
def _negations(text: str) -> tuple[Mention, ...]:
    found: list[Mention] = []
    lower = text.lower()
    if not any(hint in lower for hint in _HINTS):
        return ()
    for match in _NEGATION.finditer(text):
        if match["short"] or match[0].casefold() == "cannot":
            value = "not"
        else:
            value = (match["verb"] or match[0]).casefold()
        found.append(Mention(value, *match.span()))
    return tuple(found)


def negations(text: str) -> list[Mention]:
    """Finds the words that turn a statement into its opposite, in order of position.

    All forms of one verb have one value (`refused`, `refuses`: `refus`), contractions are `not`.
    """
    return list(_negations(text))
