"""What a piece of text says, and whether the text around it says so too."""

import re
from collections.abc import Iterable

from arf.revise.facts import KINDS, mentions, stands, values
from arf.taxonomy import FactKind

_WORD = re.compile(r"[^\W_]{4,}")
_EMPTY = frozenset(
    (
        "that", "this", "with", "from", "they", "them", "their", "which", "would", "could", "been",
        "being", "were", "have", "into", "about", "what", "when", "then", "there", "also", "very",
        "more", "customer", "agent", "case", "matter", "issue", "situation", "service", "chat",
        "company", "quick", "help", "result", "outcome", "experience", "things", "information",
        "point", "whole", "affair", "handled", "handling", "happened", "gone", "overall",
        "everything",
    )
)  # fmt: skip
# What carries a feeling or a courtesy and says nothing without it: *reacted with*, *found it*.
HOLLOW = re.compile(
    r"\b(?:le(?:ft|aving|aves) (?:him|her|them|everyone|the customer)|react\w*|respon\w+|f[ei]lt|"
    r"f(?:ound|inds?|inding)|(?:this|it|that|which) came|always|t(?:ook|akes?|aking)|news|getting|"
    r"gr[eo]w\w*|bec[ao]m\w+|clear\w*|obvious\w*|evident\w*|plain\w*|palpable|to miss|"
    r"hard(?: to miss)?|side|source|something|a (?:great deal|lot)|great|deep|considerable|tone|"
    r"mood|ma(?:de|kes?|king)|caus\w+|meant|show\w*|express\w*|voic\w+|convey\w*|display\w*|"
    r"visibl[ey]|understandabl[ey]|somewhat|rather|quite|increasingly|seem\w*|appear\w*|sound\w*|"
    r"remain\w*|welcom\w*|appreciat\w*|valu(?:ed|es)|feel\w*|began|having|first|opened|closing|"
    r"closed with|to see)\b",
    re.IGNORECASE,
)
_LEAVING = re.compile(r"\b(?:left|ended|closed) (?:the|his|her|their) \w+")
SOMEBODY = re.compile(
    r"(?i:they|he|she|it|this|there|that|which|everyone|both|who|(?:the|an?|(?:both|the two)) "
    r"(?:whole |virtual )?(?:customers?|users?|clients?|callers?|consumers?|members?|guests?|bot|"
    r"chatbot|agent|assistant|advis[eo]r|representative|company|team|sides|parties|experience|"
    r"situation|matter|affair|outcome|result|news|chat|conversation|call|tone))|"
    r"(?!The )[A-Z][\w'\u2019-]*(?: [A-Z][\w'\u2019-]*)*"
)


def facts(text: str) -> set[tuple[str, str]]:
    """Returns the numbers, names and negations of a text."""
    return {(kind, value) for kind in KINDS for value in values(text, kind)}


def told(piece: str, rest: str, kinds: Iterable[FactKind] = KINDS) -> bool:
    """Says whether the rest of a text holds a piece's facts; a part of a name is the name."""
    return all(
        mention.value in values(rest, kind)
        or (kind == "names" and stands(piece[mention.start : mention.end], rest))
        for kind in kinds
        for mention in mentions(piece, kind)
    )


def unsaid(piece: str, rest: str) -> float:
    """Returns the share of a piece's words of content that the rest of a text does not hold.

    A number or a name that the rest lacks makes it 1.
    """
    if not told(piece, rest, ("numbers", "names")):
        return 1.0
    words = [word for word in _WORD.findall(piece.lower()) if word not in _EMPTY]
    if not words:
        return 0.0
    held = rest.lower()
    return sum(word[:5] not in held for word in words) / len(words)


def said(piece: str, rest: str) -> bool:
    """Says whether the rest of a text holds a piece's facts and most of its words."""
    return told(piece, rest) and unsaid(piece, rest) < 0.5


def slight(piece: str, rest: str, words: int = 1) -> bool:
    """Says whether a piece has no fact, and no more words of content, that a text lacks."""
    if not told(piece, rest):
        return False
    held = rest.lower()
    return sum(word[:5] not in held for word in content(piece)) <= words


def content(text: str) -> list[str]:
    """Returns the words that say something, those that only carry a feeling not among them."""
    words = _WORD.findall(HOLLOW.sub(" ", text).lower())
    return [word for word in words if word not in _EMPTY]


def is_hollow(text: str, carriers: re.Pattern[str]) -> bool:
    """Says whether a text says nothing without the words that were taken out of it."""
    text = carriers.sub(" ", text)
    return not (
        content(text) or _LEAVING.search(text) or values(text, "numbers") or values(text, "names")
    )
