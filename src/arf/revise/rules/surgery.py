"""What the fixers share: what a piece of text says, and taking it out."""

import re
from collections.abc import Callable, Iterable

from arf.text import Clause, Mention, Span, clauses, has_verb, names, negations, numbers, sentences

_DANGLING = re.compile(
    r"\s(?:and|or|but|to|of|by|with|the|a|an|for|that|before|after|while|when|which|who|was|were|is|"
    r"are|in|on|at|as|so|he|she|they|it|said|its|their|his|her|very|though|although|yet|if)$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W_]{4,}")
_EMPTY = frozenset(
    (
        "that", "this", "with", "from", "they", "them", "their", "which", "would", "could", "been",
        "being", "were", "have", "into", "about", "what", "when", "there", "also", "very", "more",
        "customer", "agent", "case", "matter", "issue", "situation", "service", "chat", "company",
        "quick", "help", "result", "outcome", "experience", "things", "information",
    )
)  # fmt: skip


_FACTS: tuple[tuple[str, Callable[[str], list[Mention]]], ...] = (
    ("number", numbers),
    ("name", names),
    ("negation", negations),
)


class Refusal(Exception):  # noqa: N818
    """No rewrite is safe; the message says why."""


def facts(text: str) -> set[tuple[str, str]]:
    """Returns the numbers, names and negations of a text."""
    return {(kind, mention.value) for kind, find in _FACTS for mention in find(text)}


def unsaid(piece: str, rest: str) -> float:
    """Returns the share of a piece's words of content that the rest of a text does not hold.

    A number or a name that the rest lacks makes it 1.
    """
    if {fact for fact in facts(piece) if fact[0] != "negation"} - facts(rest):
        return 1.0
    words = [word for word in _WORD.findall(piece.lower()) if word not in _EMPTY]
    if not words:
        return 0.0
    held = rest.lower()
    return sum(word[:5] not in held for word in words) / len(words)


def said(piece: str, rest: str) -> bool:
    """Says whether the rest of a text holds a piece's facts and most of its words."""
    return facts(piece) <= facts(rest) and unsaid(piece, rest) < 0.5


def without_phrase(clause: Clause, start: int, end: int) -> str | None:
    """Returns a clause without its characters `start` to `end`; null where no more is left.

    Raises:
        Refusal: what is left ends in the air.
    """
    before, after = clause.text[:start].rstrip(" ,"), clause.text[end:].lstrip()
    left = before + after if after.startswith(",") else f"{before} {after}".strip()
    if left in ("", clause.subject):
        return None
    set_off = clause.text[:start].rstrip().endswith(",") or clause.text[start : start + 1] == ","
    stray = not before and re.match(r"(?:,|and\s|or\s|but\s)", after)
    dangling = _DANGLING.search(f" {left}") and not (set_off and not after)
    if stray or dangling or (clause.role == "main" and not has_verb(left)):
        raise Refusal("the words cannot be taken out alone")
    return left


def replace_sentences(text: str, new: Iterable[tuple[Span, str]]) -> str:
    """Returns a text with other words for some sentences; an empty one goes with its space.

    Raises:
        Refusal: nothing would be left.
    """
    for span, sentence in sorted(new, reverse=True):
        before, after = text[: span.start], text[span.end :]
        if sentence:
            text = before + sentence + after
        elif after.strip():
            text = before + after.lstrip()
        else:
            text = before.rstrip() + after.rstrip(" ")
    if not text.strip():
        raise Refusal("nothing would be left")
    return text


def take_apart(text: str) -> list[tuple[Span, list[Clause]]]:
    """Returns each sentence of a text with its clauses."""
    return [(sentence, clauses(sentence.text)) for sentence in sentences(text)]
