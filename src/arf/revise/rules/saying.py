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
# What says nothing around a feeling, and something elsewhere: *gave away a good deal of*.
FRAMES = re.compile(
    r"\b(?:g[ai]ve[ns]?(?: (?:away|vent|voice|rise|off))?|betray\w*|vent(?:ed|s|ing)|radiat\w*|"
    r"air(?:ed|s|ing)|str(?:uck|ikes?|iking)|spoke|wrote|came (?:across|over|as)|"
    r"consider(?:ed|s|ing)|deem\w*|call(?:ed|s|ing)|los(?:es?|ing|t)|(?:re)?gain\w*|restor\w*|renew\w*|"
    r"no (?:mistaking|hiding|denying|doubt|secret)|(?:good|fair) deal|real|genuine|utter|"
    r"mounting|growing|hidden|barely|hardly|true|some|little|measure|degree|amount|note[ds]?|hint|"
    r"touch|trace|sense|signs?|blow|surprise|wording|words?|language|voice|throughout|again|"
    r"anything but|part|people in charge)\b",
    re.IGNORECASE,
)
_LEAVING = re.compile(r"\b(?:left|ended|closed) (?:the|his|her|their) \w+")
_PARTY = (
    r"(?:the|an?|both|all|the two|his|her|their|its)\s+(?:\w+\s+)?(?:customers?|users?|clients?|"
    r"callers?|consumers?|members?|guests?|(?:chat)?bots?|agents?|assistants?|advis[eo]rs?|representatives?|"
    r"company|teams?|staff|readers?|sides|parties|party)"
)
PARTY = re.compile(rf"\b(?:{_PARTY}|he|him|his|she|her|they|them|their|it|its)\b", re.IGNORECASE)
SOMEBODY = re.compile(
    rf"(?i:they|he|she|it|this|there|that|which|everyone|both|who|{_PARTY}|"
    r"(?:the|an?|both|the two|his|her|their|its) (?:whole )?(?:experience|situation|matter|affair|"
    r"outcome|result|news|chat|conversation|talk|call|tone|mood|voice|wording|words|language|"
    r"message))|"
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


def core(text: str, carriers: re.Pattern[str]) -> str:
    """Returns a text without the words that say nothing, and without those who act in it."""
    return PARTY.sub(" ", HOLLOW.sub(" ", carriers.sub(" ", text)))


def is_hollow(text: str, carriers: re.Pattern[str]) -> bool:
    """Says whether a text says nothing without the words that were taken out of it."""
    if _LEAVING.search(carriers.sub(" ", text)):
        return False
    text = core(text, carriers)
    return not (content(text) or values(text, "numbers") or values(text, "names"))
