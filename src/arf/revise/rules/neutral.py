"""The fixer `neutral_wording`: feelings go, and what they were about is told instead."""

import re

from arf.revise.rules.saying import FRAMES, PARTY, content, said, slight, told
from arf.revise.rules.sound import Refusal
from arf.revise.rules.surgery import without_phrase
from arf.revise.rules.telling import CARRIED, FEARED, LINK, infinitive, is_glad, told_instead
from arf.text import Clause, begins_with_verb

_SEEN = re.compile(
    r"^.*\b(?:shows?|showed|suggest(?:s|ed)?|indicate[sd]?|implie[sd])\s(?:that\s)?"
    r"(?P<who>they|he|she|the customer)\s$",
    re.IGNORECASE,
)
_ABSOLUTE = re.compile(
    r",?\s(?:and|with)\s(?:him|her|them|both|everyone|(?:the|both|all|his|her|their)\s[\w-]+)$"
)
_SET_OFF = re.compile(r"^(?:,|(?:to|with|in|much)\b)|ly$")
_CUT_SHORT = re.compile(r"\b(?:much|more|very|so|too|quite|rather|less)$")
_OFFSET = re.compile(
    r"^\s(?:from the (?:very )?(?:start|outset|beginning)|throughout|overall|at first|initially|"
    r"too|as well|both|all along)(?=\s|$)"
)
_COMPLEMENT = re.compile(
    r"^(?:,?\s(?:particularly |especially |mainly )|,\s(?=that|how|because|since|as)|\s)"
    r"(?P<word>that|how|because|since|as|about|over|by|at|with|for|of|to|in|on|towards?)"
    r"(?P<rest>,? .+)$"
)
_GOES_ON = re.compile(
    r"^\s(?:(?:(?:and|but)\s|still\s|(?:and|but)\sstill\s)\w+ing|(?:(?:and|but)\s)?(?:still\s)?"
    r"(?:without|unable|not))\b"
)
_GERUND = re.compile(r"^(?= \w+ing\b)")
_NO_NOUN = re.compile(r"^ (?:what|how|why|whether|who|when|where|\w+ing)\b")
_STATE = re.compile(r"^, (?:\w+ ){1,2}(?:was|were|is|are|had|has|have)\b")
_CONCESSION = re.compile(r"(?:al)?though|while|despite", re.IGNORECASE)
_LONG = 4  # words of content
# The verb before a word of feeling alone: *was [upset]*.
_LINKED = re.compile(
    r"\b(?:(?:had|has|have) been|was|were|is|are|felt|feels?|seem(?:s|ed)?|appear(?:s|ed)?|"
    r"sound(?:s|ed)?|remain(?:s|ed)?|became|grew)\s(?:(?:very|so|quite|rather|deeply|too|most|more|"
    r"\w+ly)\s)*$"
)
# *Sick [with worry]* is no illness.
_BESIDE = re.compile(
    r"\b(?:sick|ill|mad|wild|shaking|trembling|overcome|filled|bursting|beaming|glowing|red|white|"
    r"pale|beside (?:him|her|them)sel(?:f|ves)|weak|numb)\s$"
)
_TONE = re.compile(r"\b(?:tone|mood|voice|wording|words|language|atmosphere)$")
_MANNERS = re.compile(
    r",?\s(?:and|but|yet)\s(?:(?:still|very|always|remained|stayed)\s)*(?:polite|friendly|calm|kind|"
    r"courteous|civil|cooperative|co-operative|understanding|chatty|cheerful|respectful|pleasant)"
    r"(?:\s(?:throughout|overall|about it|in tone))?"
)
_ENDING = re.compile(r"(?:ended|left|closed|finished|concluded) the \w+\b")
_CLEFT = re.compile(r"What\b[^,]*?\b(?:was|is)\sthat\s")
# *[With growing anger] she demanded …*: words before the subject.
_LEADING = re.compile(r"(?:With|In|To|Out of|Much to)\s(?:\w+\s){0,3}$")
_SUBJECT = re.compile(r",?\s(?:he|she|they|the\s\w+|[A-Z]\w+)\s")
_AND_END = re.compile(r",?\s(?:and|but|or|yet)\s?$")
_ALSO = re.compile(r"^,?\s(?:and|but|yet|or)(?=\s)(?!.*\b(?:that|because|about)\b)")
_STATED = re.compile(r"(?<!felt)(?: (?:him|her|them|the \w+|[A-Z]\w+))? that\s")
_ABOUT = re.compile(
    r"(?<=\w)(?<!\ball)(?<!\bmet)(?=\s(?:about|over(?! the moon)|because)\s|"
    r"\s(?:at|by|with)\s(?:the(?! (?:end|time|start|beginning|outset|top)\b)|his|her|their|being|"
    r"having|how|what)\s(?!(?:own|side|part|way|tether|wits|eyes|head|heart)\b))"
)
# Where what a feeling is about begins, inside a span that holds both.
_PARTS = (_STATED, FEARED, _ABOUT)
_PERSON = re.compile(rf"(?!(?:an?|the|this|his|her|their)\s)\w|{PARTY.pattern}", re.IGNORECASE)
_TO_WHOM = re.compile(r" (?:him|her|them|the \w+|[A-Z]\w+) that ")
_KEEPS = re.compile(r"^(?:had been|has been|have been|was|were|is|are|remain(?:s|ed)|left)\b")


def neutral(clause: Clause, start: int, end: int, rest: str) -> str | None:
    """Returns a clause without the feeling at its characters `start` to `end`.

    Null where the whole clause goes. `rest` is the text around the clause: what the feeling was
    about is told only where the rest does not tell it.

    Raises:
        Refusal: no rewrite is safe.
    """
    if _CUT_SHORT.search(clause.text[start:end]):
        more = re.match(r"\s\w+", clause.text[end:])
        end += len(more[0]) if more else 0
    if clause.text.startswith("with ", start) and (beside := _BESIDE.search(clause.text, 0, start)):
        start = beside.start()
    listed = _AND_END.search(clause.text, start, end)
    end = listed.start() if listed else end
    cleft = _CLEFT.match(clause.text)
    if cleft and cleft.end() >= end:
        return clause.text[cleft.end() :]
    head, body, tail = clause.text[:start], clause.text[start:end], clause.text[end:]
    carried = CARRIED.search(head) or _LINKED.search(head)
    if carried and clause.opens_with(head[: carried.start()]):
        head, body = head[: carried.start()], clause.text[carried.start() : end]
        start = carried.start()
    # The verb of *that there were no ghosts* is not the feeling's.
    verb = LINK.search(body.partition(" that ")[0])
    subject = f"{clause.subject} " if clause.subject and start == 0 else ""
    lead = body[: verb.start()] if verb else subject
    predicate = body[len(lead) :].strip()
    seen = _SEEN.match(lead)
    lead = f"{seen['who']} " if seen else lead
    adverb = predicate.endswith("ly") and not begins_with_verb(predicate)
    nobody = clause.subject.lower() in ("there", "it", "this")
    if adverb or nobody or not clause.opens_with(head):
        return _phrase(clause, start, end, rest)
    if clause.role == "fragment":
        return _fragment(predicate, tail, rest)
    if begins_with_verb(predicate) or not clause.subject:
        return _predicate(clause, head + lead, predicate, tail, rest)
    return _phrase(clause, start, end, rest)


def _predicate(clause: Clause, lead: str, predicate: str, tail: str, rest: str) -> str | None:
    """Rewrites a clause whose predicate is the feeling: *they were upset that …*.

    `lead` is what comes before the predicate, the subject above all.
    """
    parts = _PARTS if _PERSON.match(clause.subject or "they") else _PARTS[:1]
    stated = next((m for part in parts if (m := part.search(predicate))), None)
    if stated and not tail.strip(" ,"):
        predicate, tail = predicate[: stated.start()], predicate[stated.start() :] + tail
    ending = _ENDING.match(predicate)
    if ending and (tail.startswith(",") or predicate.endswith("ly")):
        return lead + ending[0] + tail
    offset = _OFFSET.match(tail)
    tail = tail[offset.end() :] if offset else tail
    also = _ALSO.match(tail) if predicate and not _MANNERS.fullmatch(tail) else None
    kept = _KEEPS.match(predicate) if _GOES_ON.match(tail) or also else None
    complement = _COMPLEMENT.match(tail) or _COMPLEMENT.match(re.sub(_GERUND, " about", tail))
    if not tail.strip(" ,") or _MANNERS.fullmatch(tail) or (also and _TONE.search(clause.subject)):
        if len(content(FRAMES.sub(" ", predicate))) > _LONG and not said(predicate, rest):
            raise Refusal("the clause holds more than the feeling")
        new = None
    elif kept:
        new = lead + kept[0] + re.sub(r"^,?\s(?:and|but|yet|or)(?=\s)", "", tail)
    elif complement and complement["word"] == "to" and "forward" not in predicate:
        new = lead + infinitive(predicate, complement["rest"])
    elif complement and clause.role in ("main", "participle"):
        new = told_instead(clause, lead, predicate, complement, rest)
    elif predicate.endswith("assured") and _TO_WHOM.match(tail):
        new = f"{lead}told{tail}"
    elif said(tail, rest) or _is_slight(clause, lead + tail, rest):
        new = None
    else:
        raise Refusal("what the feeling is about cannot be told alone")
    return new


def _is_slight(clause: Clause, left: str, rest: str) -> bool:
    """Says whether a clause tells next to nothing without its feeling, and states nothing."""
    return " that " not in left and slight(left.replace(clause.subject, "", 1), rest)


def _fragment(body: str, tail: str, rest: str) -> str | None:
    """Rewrites *Frustrated by the delay*; null where it goes."""
    complement = _COMPLEMENT.match(tail)
    silent = is_glad(body) or _CONCESSION.match(body)
    if not tail.strip() or said(tail, rest) or (silent and told(tail, rest)):
        return None
    noun = complement and complement["word"] not in ("to", "as", "since", "because")
    if noun and complement and not _NO_NOUN.match(complement["rest"]):
        if complement["word"] == "that":
            return "Noting that" + complement["rest"]
        return ("Given" if _STATE.match(rest) else "Citing") + complement["rest"]
    if told(tail, rest):
        return None
    raise Refusal("what the feeling is about cannot be told alone")


def _phrase(clause: Clause, start: int, end: int, rest: str) -> str | None:
    """Takes a word of feeling out of a clause that tells more: *jokingly asked*."""
    text = clause.text
    words = text[start:end].strip()
    if (_LEADING.match(text[:start]) or _LEADING.match(words + " ")) and _SUBJECT.match(text, end):
        return text[end:].lstrip(" ,")
    complement = _COMPLEMENT.match(text[end:])
    if complement and not complement[0].startswith(",") and not words.endswith("ly"):
        about = text[end:]
        if not content(about) and told(about, rest):
            return without_phrase(clause, start, len(text), rest)
        clause_after = complement["word"] in ("that", "how", "because", "since", "as")
        silent = is_glad(words) and told(about, rest)
        if not (silent or said(about, rest) or (slight(about, rest) and not clause_after)):
            raise Refusal("what the feeling is about cannot be told alone")
        end = len(text)
    absolute = None if _SET_OFF.search(words) else _ABSOLUTE.search(text[:start].rstrip())
    if absolute and not text[end:].strip():
        return text[: absolute.start()]
    listed = re.match(r",?\s(?:and|but)\s", text[end:])
    if listed and words.startswith("with "):
        return text[: start + text[start:end].index("with")] + "with " + text[end + listed.end() :]
    return without_phrase(clause, start, end, rest)
