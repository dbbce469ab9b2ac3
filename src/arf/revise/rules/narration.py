"""The fixers that take things out: narrated courtesies and copies, and repetitions."""

import re

from arf.revise.rules.surgery import Refusal, said, without_phrase
from arf.text import Clause, begins_with_verb

_MANNER = re.compile(
    r"\s(?:\w+ly|(?:on|in) an? [\w\s-]+?(?:note|way|manner|terms|spirits?)|on \w+ terms|"
    r"with (?:a )?(?:\w+ ){0,3}(?:thanks|goodbyes?|farewells?|pleasantries|blessing))$"
)
_BY = re.compile(
    r"(?:,?\s(?:with|by)\s(?:the\s)?[\w-]+|(?:^|\s)(?:said|saying|confirm(?:ed|ing)|stat(?:ed|ing)|"
    r"add(?:ed|ing)|indicat(?:ed|ing)|not(?:ed|ing))(?:\sthat)?(?:\s(?:he|she|they|it))?)\s?$"
)


def narration(clause: Clause, start: int, end: int, rest: str) -> str | None:
    """Returns a clause without the courtesy, or the copy, at its characters `start` to `end`.

    Null where the whole clause goes: nothing that follows the courtesy is news.

    Raises:
        Refusal: no rewrite is safe.
    """
    text = clause.text
    head, body, tail = text[:start], text[start:end], text[end:]
    predicate = body.removeprefix(clause.subject).strip() if start == 0 else body.strip()
    whole = clause.opens_with(head) and (begins_with_verb(predicate) or clause.role != "main")
    if not whole and not (start == 0 and not tail.strip()):
        by = _BY.search(head)
        return without_phrase(clause, by.start() if by else start, end)
    if not tail.strip():
        return None
    plain = _MANNER.sub("", head + body)
    if plain != head + body and not re.match(r",|\s(?:and|or|but)\s", tail):
        return plain + tail
    if said(tail, rest):
        return None
    raise Refusal("what follows the courtesy would be lost")


def repetition(clause: Clause, start: int, end: int, rest: str) -> str | None:
    """Returns a clause without the repetition at its characters `start` to `end`, or null.

    Raises:
        Refusal: no rewrite is safe.
    """
    if not clause.text[end:].strip() and clause.opens_with(clause.text[:start]):
        return None
    return without_phrase(clause, start, end)
