"""Taking words out of a sentence, and what says nothing without them."""

import re
from collections.abc import Iterable

from arf.revise.rules.saying import FRAMES, SOMEBODY, core, is_hollow, slight
from arf.revise.rules.sound import Refusal, is_broken
from arf.text import Clause, Span

_THIS = frozenset(("this", "it", "that"))
_AND_BEFORE = re.compile(
    r",?\s(?:and|but)\s(?:(?:an?|the|his|her|their|some|great|clear|growing|\w+ly|very|so)\s)*$"
)
_NAMED = re.compile(r"(?:[A-Z][\w'\u2019-]*\s){1,3}")
_AND_LAST = re.compile(r",?\s(?:and|or|but|then)(?:\s(?:to|also|then))?$")
_AND_INSIDE = re.compile(r",?\s*(?:and|but)\s")
_WIDER = re.compile(
    r"(?:\s(?:despite|in spite of|because of|out of|with|in|to))?"
    r"(?:\s(?:very|so|quite|rather|too|most|really|an?|the|his|her|their|great|clear|obvious|sheer|"
    r"pure|utter|deep|growing|mounting|real|evident|visible|open|considerable|genuine|total|"
    r"mild))+\s?$"
)
_SET_OFF = re.compile(
    r",\s(?:an?|the|with|without|much|something|just|to|which|making|leaving|causing|giving|"
    r"(?:after|before|for|upon) (?:which|whom|he|she|they))\s"
)
_SLIGHT = 3  # words of content of a clause that cannot do without a feeling or a courtesy


def _widened(
    clause: Clause, start: int, end: int, rest: str, carriers: re.Pattern[str]
) -> tuple[int, int]:
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
    around = f"{before} {after}"
    if is_hollow(around, carriers):
        return left, right
    set_off = _SET_OFF.match(text, left) and not text.endswith("ly", start, end)
    if set_off and slight(core(around, carriers), rest, _SLIGHT - 1):
        return left, right
    wider = None if after[:1].isalnum() else _WIDER.search(text, left, start)
    return (wider.start() if wider else start), end


def without_phrase(
    clause: Clause, start: int, end: int, rest: str, carriers: re.Pattern[str] = FRAMES
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
    start, end = _widened(clause, start, end, rest, carriers)
    before, after = clause.text[:start].rstrip(" ,"), clause.text[end:].lstrip()
    before = before if after else _AND_LAST.sub("", before)
    opened = clause.text.startswith(",", start) or clause.text[:start].rstrip().endswith(",")
    if opened and before and after.startswith(","):
        after = after.lstrip(" ,")
    elif opened and before and (listed := _AND_INSIDE.match(f" {after}")):
        after = f", {after[listed.end() - 1 :]}"
    left = before + after if after.startswith(",") else f"{before} {after}".strip()
    if left in ("", clause.subject):
        return None
    if is_broken(clause, start, end, before, after):
        bare = left.replace(clause.subject, "", 1)
        person = clause.subject.lower() not in _THIS and SOMEBODY.fullmatch(clause.subject)
        told_of = person or (clause.role == "main" and is_hollow(bare, carriers))
        # A courtesy is one whoever it is told of; a feeling may be part of somebody's statement.
        free = carriers is not FRAMES or (told_of and " that " not in left)
        if free and slight(core(bare, carriers), rest, _SLIGHT):
            return None
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
