"""Sentences of a text."""

import re
from functools import lru_cache
from itertools import chain

from sentencex import segment

from arf.text.spans import Span

# Where sentencex sees no sentence: *It was paid. $5 was the fee.*, *It needed an ID. They left.*,
# *It was hard to miss. They left.*
_MISSED = re.compile(
    r"(?<=[.!?]\s)(?=[$\u20ac\u00a3]\d)|"
    r"(?:(?<=\bMay\.\s)|(?<=\bID\.\s)|(?<=\bIDs\.\s)|(?<=\bOK\.\s)|(?<=\bmiss\.\s))"
    r"(?=[A-Z])"
)
_HINTS = ("$", "\u20ac", "\u00a3", "May. ", "ID. ", "IDs. ", "OK. ", "miss. ")
_TAG = re.compile(r"</?[A-Za-z!][^<>]{0,200}>")


def without_tags(text: str) -> str:
    """Returns a text with blanks for its HTML tags; every position stays."""
    return _TAG.sub(lambda tag: " " * len(tag[0]), text) if "<" in text else text


@lru_cache(maxsize=2048)
def _sentences(text: str) -> tuple[Span, ...]:
    spans = []
    offset = 0
    for line in text.splitlines(keepends=True):
        pieces = segment("en", line)
        if any(hint in line for hint in _HINTS):
            pieces = chain.from_iterable(map(_MISSED.split, pieces))
        for piece in pieces:
            stripped = piece.strip()
            if stripped:
                start = offset + piece.index(stripped)
                spans.append(Span(start, start + len(stripped), stripped))
            offset += len(piece)
    return tuple(spans)


def sentences(text: str) -> list[Span]:
    """Splits a text into sentences, without the white space around them.

    A line break ends a sentence too. Segmentation is sentencex's.
    """
    return list(_sentences(text))
