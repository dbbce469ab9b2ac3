"""Taking words out of a sentence, and what must not be left of it."""

import re
from collections.abc import Iterable

from arf.revise.rules.saying import HOLLOW, SOMEBODY, is_hollow, slight
from arf.text import Clause, Span, clauses, has_verb, sentences

_DANGLING = re.compile(
    r"\s(?:and|or|but|to|of|by|with|the|a|an|for|that|before|after|while|when|which|who|was|were|"
    r"is|are|in|on|at|as|so|he|she|they|it|said|its|their|his|her|very|though|although|yet|if|"
    r"could|would|can|will|may|might|should|must|always|been|being|found|feel|felt|seemed|appeared)$",
    re.IGNORECASE,
)
_THIS = frozenset(("this", "it", "that"))
_AND_BEFORE = re.compile(
    r",?\s(?:and|but)\s(?:(?:an?|the|his|her|their|some|great|clear|growing|\w+ly|very|so)\s)*$"
)
_NAMED = re.compile(r"(?:[A-Z][\w'\u2019-]*\s){1,3}")
_AND_LAST = re.compile(r",?\s(?:and|or|but|then)(?:\s(?:to|also|then))?$")
_AND_INSIDE = re.compile(r",?\s*(?:and|but)\s")
_WIDER = re.compile(
    r"(?:\s(?:despite|in spite of|because of|out of|with|in|to))?"
    r"(?:\s(?:very|so|quite|rather|too|most|really|an?|the|his|her|their|great|clear|obvious))+\s?$"
)
_SLIGHT = 3  # words of content of a clause that cannot do without a feeling or a courtesy
_CLOSING = " .!?)\"'\u201d\u2019"
_IN_THE_AIR = re.compile(
    r"\s(?:and|or|but|of|by|with|the|an?|while|when|which|who|as|its|their|his|very|though|"
    r"although|because|if|(?:and|who|which) (?:was|were|is|are)|had all|feel|been)$",
    re.IGNORECASE,
)
_BROKEN = re.compile(
    r"\b(?:and|but|or)\s(?:and|but|or)\b|[,;:]\s*[,;:.!?]|\.\.(?!\.)|\s[,;:.!?]|\(\s*\)|"
    r"\b(?:an?|the|very)\s\w+(?:[^\Wip]ly|ful|ous)[.!?]*$"
)
_PAIRS = ("()", "[]", "\u201c\u201d")


class Refusal(Exception):  # noqa: N818
    """No rewrite is safe; the message says why."""


def _widened(clause: Clause, start: int, end: int, carriers: re.Pattern[str]) -> tuple[int, int]:
    """Widens words that go by what says nothing around them: *a source of great … for her*."""
    text = clause.text
    named = _NAMED.match(text)
    subject = clause.subject or (named[0].strip() if named else "")
    left = start if text.startswith(",", start) else max(text.rfind(",", 0, start), 0)
    right = text.find(",", end)
    right = right if right >= 0 else len(text)
    after = text[end:right]
    inside = _AND_INSIDE.match(text, start, end)
    joined = _AND_BEFORE.search(text, left, start)
    if is_hollow(after, carriers) and (joined or (inside and after.strip())):
        return joined.start() if joined else start, right
    before = text[left:start]
    if subject.lower() not in _THIS and SOMEBODY.fullmatch(subject):
        before = before.replace(subject, "", 1)
    if is_hollow(f"{before} {after}", carriers):
        return left, right
    wider = None if after[:1].isalnum() else _WIDER.search(text, left, start)
    return (wider.start() if wider else start), end


def without_phrase(
    clause: Clause, start: int, end: int, rest: str, carriers: re.Pattern[str] = HOLLOW
) -> str | None:
    """Returns a clause without its characters `start` to `end`; null where no more is left.

    What says nothing without them goes with them.

    Args:
        clause: the clause.
        start: the first character that goes.
        end: the first after it that stays.
        rest: the text around the clause.
        carriers: more words that say nothing of their own.

    Raises:
        Refusal: what is left ends in the air.
    """
    start, end = _widened(clause, start, end, carriers)
    before, after = clause.text[:start].rstrip(" ,"), clause.text[end:].lstrip()
    before = before if after else _AND_LAST.sub("", before)
    left = before + after if after.startswith(",") else f"{before} {after}".strip()
    if left in ("", clause.subject):
        return None
    if _is_broken(clause, start, end, before, after):
        # A courtesy is one whoever it is told of; a feeling may be part of somebody's statement.
        free = carriers is not HOLLOW or (
            SOMEBODY.fullmatch(clause.subject) and " that " not in left
        )
        if free and slight(left.replace(clause.subject, "", 1), rest, _SLIGHT):
            return None
        raise Refusal("the words cannot be taken out alone")
    return left


def _is_broken(clause: Clause, start: int, end: int, before: str, after: str) -> bool:
    """Says whether what is left around the characters `start` to `end` of a clause is none."""
    left = f"{before} {after}".strip()
    at = clause.text.find(clause.subject)
    if clause.subject and at < end and start < at + len(clause.subject):
        return True
    set_off = clause.text[:start].rstrip().endswith(",") or clause.text.startswith(",", start)
    stray = re.match(r"(?:him|her|them)\b" if before else r"(?:,|and\s|or\s|but\s)", after)
    dangling = _DANGLING.search(f" {left}") and not (set_off and not after)
    return bool(stray or dangling or (clause.role == "main" and not has_verb(left)))


def check_sound(new: str, old: str) -> None:
    """Checks that a rewritten sentence has no fault of form that the old one had not.

    Raises:
        Refusal: it ends in the air, has no verb, or its marks do not match.
    """
    body, before = new.rstrip(_CLOSING), old.rstrip(_CLOSING)
    dangling = _IN_THE_AIR.search(f" {body}") and body.split()[-1:] != before.split()[-1:]
    broken = _BROKEN.search(new) and not _BROKEN.search(old)
    lost = has_verb(old) and not has_verb(new)
    paired = all(
        new.count(pair[0]) == new.count(pair[1])
        for pair in _PAIRS
        if old.count(pair[0]) == old.count(pair[1])
    ) and (new.count('"') % 2 == 0 or old.count('"') % 2 == 1)
    if dangling or broken or lost or not paired:
        raise Refusal("what is left is no sentence")


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
