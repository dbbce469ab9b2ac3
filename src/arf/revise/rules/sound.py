"""What must not be left of a clause or a sentence of which words are taken out."""

import re

from arf.text import Clause, has_verb

_DANGLING = re.compile(
    r"\s(?:and|or|but|to|of|by|with|the|a|an|for|that|before|after|while|when|which|who|was|were|"
    r"is|are|in|on|at|as|so|he|she|they|it|said|its|their|his|her|very|though|although|yet|if|"
    r"could|would|can|will|may|might|should|must|always|be|been|being|found|feel|felt|seemed|"
    r"appeared)$",
    re.IGNORECASE,
)
# Verbs and adjectives that want the word that was taken out after them: *vented deep …*.
_STUMP = re.compile(
    r"\b(?:vent|air|voic|express|show|convey|betray|display|exchang|radiat|harbour|harbor|bade|bid|"
    r"regain|los[et]|gave|give|giving|had|have|has|made|mak|found|find|felt|feel|struck|strik|deep|"
    r"great|real|barely hidden|mistaking|anything|offer|extend|receiv|caus|cause)"
    r"(?:d|ed|e?s|ing|en)?$",
    re.IGNORECASE,
)
# *Restarted [its greeting]*: a verb that had an object wants one.
_AFTER_VERB = re.compile(
    r"\b(?!(?:end|clos|conclud|finish|left|depart|start|open)\w*$)\w{2,}ed$|"
    r"\b(?:could|can|would|will|did|to|not|hardly|barely)\s\w+$"
)
_DETERMINER = re.compile(r"\s?(?:an?|the|his|her|their|its|some|no)\s")
_HANGING = re.compile(
    r",\s(?:whereupon|(?:after|upon|at) which|before|once|while|until|when|and|but)\s[^,]*$"
)
_COPULA = re.compile(r"\b(?:been|being|be|was|were|is|are|have|has|had)$")
_WANTS_NOUN = re.compile(
    r"\s(?:about|over|against|of|to|by|with|for|from|at|in|on|between|among|her|his|their|the|an?|"
    r"and|or|but)$"
)
_NO_OBJECT = re.compile(
    r"$|(?:in|with|for|to|over|at|about|from|by|on|of|again|left|and|but)\b|[,;]"
)
_JUDGED = re.compile(
    r"\b(?:consider|deem|call|find|found|think|thought|declar|label|term|describ|regard|made|make)"
    r"(?:ed|e?s|e?d|ing)?\s(?:this|that|it(?: all)?|them|all(?: of)? this|the whole \w+)(?: as)?$|"
    r"\b(?:found|finds?|considers?|considered|deems?|deemed)\s(?:the|his|her|their|its|an?)\s[^,]+$",
    re.IGNORECASE,
)
_CLOSING = " .!?)\"'\u201d\u2019"
_IN_THE_AIR = re.compile(
    r"\s(?:and|or|but|of|by|with|the|an?|while|when|which|who|as|its|their|his|very|though|"
    r"although|because|if|(?:and|who|which) (?:was|were|is|are)|had all|feel|be|been)$",
    re.IGNORECASE,
)
_BROKEN = re.compile(
    r"\b(?:and|but|or)\s(?:and|but|or)\b|[,;:]\s*[,;:.!?]|\.\.(?!\.)|\s[,;:.!?]|\(\s*\)|"
    r"\b(?:an?|the|very)\s\w+(?:[^\Wip]ly|ful|ous)[.!?]*$"
)
_NO_SENTENCE = re.compile(
    r"(?:for|by|in|out of) (?:want|need|lack|fear|hope) of\b[^,]*", re.IGNORECASE
)
_PAIRS = ("()", "[]", "\u201c\u201d")


class Refusal(Exception):
    """No rewrite is safe; the message says why."""


def is_broken(clause: Clause, start: int, end: int, before: str, after: str) -> bool:
    """Says whether what is left around the characters `start` to `end` of a clause is none.

    Args:
        clause: the clause.
        start: the first character that goes.
        end: the first after it that stays.
        before: what is left before them.
        after: what is left after them.
    """
    left = f"{before} {after}".strip()
    at = clause.text.find(clause.subject)
    if clause.subject and at < end and start < at + len(clause.subject):
        return True
    set_off = clause.text[:start].rstrip().endswith(",") or clause.text.startswith(",", start)
    stray = re.match(r"(?:him|her|them)\b" if before else r"(?:,|and\s|or\s|but\s)", after)
    dangling = _DANGLING.search(f" {left}") and not (set_off and not after)
    gap = _WANTS_NOUN.search(before) and re.match(r",|(?:and|or|but)\s", after)
    copula = after and _COPULA.search(before)
    verbless = clause.role == "main" and not has_verb(left)
    if stray or dangling or gap or copula or verbless:
        return True
    judged = not after and _JUDGED.search(before) and not clause.text.endswith("ly", start, end)
    return bool(judged or (not set_off and _lacks_object(clause.text, start, before, after)))


def _lacks_object(text: str, start: int, before: str, after: str) -> bool:
    """Says whether the word that goes was one that what is before it wants."""
    stump = _STUMP.search(before) and _NO_OBJECT.match(after)
    taken = _AFTER_VERB.search(before) and _DETERMINER.match(text, start)
    left = f"{before} {after}".strip()
    hanging = _HANGING.search(left) and not has_verb(left.rpartition(",")[2])
    return bool(stump or taken or hanging)


def check_sound(new: str, old: str) -> None:
    """Checks that a rewritten sentence has no fault of form that the old one had not.

    Raises:
        Refusal: it ends in the air, has no verb, or its marks do not match.
    """
    body, before = new.rstrip(_CLOSING), old.rstrip(_CLOSING)
    last = re.escape(body.split()[-1]) if body.split() else ""
    # *It was what she was left with, to her dismay*: what ends in the air now did before, too.
    dangling = _IN_THE_AIR.search(f" {body}") and not re.search(rf"\b{last}(?:[,;]|$)", before)
    broken = _BROKEN.search(new) and not _BROKEN.search(old)
    lost = has_verb(old) and (not has_verb(new) or _NO_SENTENCE.fullmatch(body))
    paired = all(
        new.count(pair[0]) == new.count(pair[1])
        for pair in _PAIRS
        if old.count(pair[0]) == old.count(pair[1])
    ) and (new.count('"') % 2 == 0 or old.count('"') % 2 == 1)
    if dangling or broken or lost or not paired:
        raise Refusal("what is left is no sentence")
