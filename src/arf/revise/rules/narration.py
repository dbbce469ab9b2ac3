"""The fixers that take things out: narrated courtesies and copies, and repetitions."""

import re

from arf.revise.rules.saying import SOMEBODY, content, core, facts, is_hollow, said, slight
from arf.revise.rules.sound import Refusal
from arf.revise.rules.surgery import without_phrase
from arf.text import Clause, begins_with_verb

_MANNER = re.compile(
    r"\s(?:\w+ly|(?:on|in) an? [\w\s-]+?(?:note|way|manner|terms|spirits?)|on \w+ terms|"
    r"with (?:a )?(?:\w+ ){0,3}(?:thanks|goodbyes?|farewells?|pleasantries|blessing))$"
)
_BY = re.compile(
    r"(?:,?\s(?:with|by)\s(?:(?:the|both|all|each|his|her|their)\s)?[\w-]+|"
    r"(?:^|\s)(?:said|saying|confirm(?:ed|ing)|stat(?:ed|ing)|"
    r"add(?:ed|ing)|indicat(?:ed|ing)|not(?:ed|ing))(?:\sthat)?(?:\s(?:he|she|they|it))?)\s?$"
)


_MORE = re.compile(
    r"\band\s(?:(?:say|stat|ask|explain|add|not|warn|remind|tell|inform|request|promis|agree|order)"
    r"\w*\s)(?!.*\b(?:good-?byes?|farewells?|thank\w*|nothing|anything|everything|all|further|more|"
    r"else|well|day|night)\b)"
)
# What answers a courtesy and means nothing without it: *…, but there were none*.
_ANSWER = re.compile(
    r"(?:there (?:was|were)|(?:he|she|they|the \w+) (?:had|named|needed)) (?:none|nothing)"
    r"(?: else)?|"
    r"(?:he|she|they|the \w+|[A-Z]\w+) (?:declined|waved (?:it|them) off|"
    r"(?:said|answered|replied) (?:no|yes)|returned the \w+)|"
    r"(?:there|he|she|they) (?:was|were|did|had) not"
)
_OUTCOME = re.compile(
    r"\bclosed (?:the|his|her|their) (?:case|claim|complaint|ticket|account|request|file)\b"
)
_COURTEOUS = re.compile(
    r"\b(?:rat(?:e|ing)|kind|parted|parts|chat|talk|conversation|call|message|exchang\w*|bade|leave|"
    r"signed off)\b"
)
_REASON = re.compile(r"\bthank\w*\s.*?\bfor(?P<for> .+)")
_LONG = 2  # words of content
_CARRIERS = re.compile(
    r"\b(?:ask\w*|want\w*|request\w*|receiv\w*|told|expect\w*|get|got|care|confirm\w*|mention\w*|"
    r"add(?:ed|ing|s)|sa(?:id|ys?|ying)|promis\w*|arriv\w*|inbox|e-?mail\w*|end(?:ed|ing|s)|closed|"
    r"conclud\w*|sign\w* off|polite\w*|kind(?:ly)?|friendly|courteous\w*|warm\w*|message|"
    r"conversation|exchang\w*|call|talk|chat|hoped to have|helped|parted|bade|"
    r"t(?:ook|ak(?:es?|ing)) (?:his|her|its|their) leave|rating|"
    r"(?:to )?rat(?:e|ing) the (?:chat|talk|conversation|service))\b",
    re.IGNORECASE,
)
# Beside the words of a courtesy, in its own clause, these say nothing either.
_AROUND = re.compile(
    rf"{_CARRIERS.pattern}|\b(?:bids?|bidding|parts|parting|follow(?:ed|s|ing)?|offer(?:ed|s|ing)?|"
    r"extend(?:ed|s|ing)?|g[ai]v(?:e|en|es|ing)|made|start(?:ed|s|ing)?|open(?:ed|s|ing)?|prefac\w*|"
    r"began|begin(?:s|ning)?|round(?:ed|s|ing)?\s+(?:it\s+)?off|words? of|once more|"
    r"after which|whereupon|thereupon|before|on (?:his|her|their) part|trouble|"
    r"bother\w*|custom|business|touch|patience|patient|understanding|attention|efforts?|support|"
    r"time|advance|questions?|wishes|troubling|invit\w*)\b",
    re.IGNORECASE,
)


def says_nothing(clause: Clause) -> bool:
    """Says whether a clause beside a courtesy is one too: *the bot signed off kindly*."""
    text = clause.text
    if _ANSWER.fullmatch(text):
        return True
    if _OUTCOME.search(text):
        return False
    if SOMEBODY.fullmatch(clause.subject):
        text = text.removeprefix(clause.subject)
    return not facts(text) and is_hollow(text, _CARRIERS)


def narration(clause: Clause, start: int, end: int, rest: str) -> str | None:
    """Returns a clause without the courtesy, or the copy, at its characters `start` to `end`.

    Null where the whole clause goes: nothing that follows the courtesy is news.

    Raises:
        Refusal: no rewrite is safe.
    """
    text = clause.text
    head, body, tail = text[:start], text[start:end], text[end:]
    if _MORE.search(body):
        raise Refusal("what follows the courtesy would be lost")
    reason = _REASON.search(body)
    if reason and len(content(reason["for"])) > _LONG and not said(reason["for"], rest):
        raise Refusal("what the thanks are for would be lost")
    predicate = body.removeprefix(clause.subject).strip() if start == 0 else body.strip()
    whole = clause.opens_with(head) and (begins_with_verb(predicate) or clause.role != "main")
    if not whole and not (start == 0 and not tail.strip()):
        by = _BY.search(head)
        left = without_phrase(clause, by.start() if by else start, end, rest, _AROUND)
        if left and _COURTEOUS.search(left) and says_nothing(clause._replace(text=left)):
            return None
        return left
    if not tail.strip():
        return None
    plain = _MANNER.sub("", head + body)
    if plain != head + body and not re.match(r",|\s(?:and|or|but)\s", tail):
        return plain + tail
    if said(tail, rest) or slight(core(tail, _AROUND), rest):
        return None
    raise Refusal("what follows the courtesy would be lost")


def repetition(clause: Clause, start: int, end: int, rest: str) -> str | None:
    """Returns a clause without the repetition at its characters `start` to `end`, or null.

    Raises:
        Refusal: no rewrite is safe.
    """
    if not clause.text[end:].strip() and clause.opens_with(clause.text[:start]):
        return None
    return without_phrase(clause, start, end, rest)
