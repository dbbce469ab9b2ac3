"""How English ascribes a feeling: what links it to a person, joins it to another, goes with it."""

import re
from collections.abc import Iterable, Iterator

from arf.annotate.rules.persons import ADVERB, NEAR, ROLE, THEM, precedes_person
from arf.annotate.rules.reading import Placed

_LINKING = (
    rf"\b(?:was|were|is|are|be|been|being|'s|'re|am|felt|feels?|feeling|seem(?:s|ed|ing)?|"
    rf"appear(?:s|ed|ing)?|remain(?:s|ed|ing)?|became|becomes?|becoming|grew|grows?|grown|growing|"
    rf"turned|sounded|sounds?|sounding|looked|looks|looking|stayed|stays|got|gets|getting|"
    rf"(?:went|came|walked|goes|comes|going|coming) away|departed|emerged|"
    rf"(?:came|comes|coming) (?:across|over)(?: as)?|ended up|"
    rf"(?:express(?:ed|es|ing)|voic(?:ed|es|ing)|show(?:ed|s|ing)|display(?:ed|s|ing))"
    rf"(?:\s(?:his|her|their|great|deep|strong|some|clear|open))*|"
    rf"(?:left|leaves|leaving)(?:\s{THEM})?(?: feel(?:ing)?)?|"
    rf"(?:kept|keeps|keeping|made|makes|making|had|has|rendered|rendering|turned|got|set|found|"
    rf"finds|finding|having)\s{THEM}(?: feel(?:ing)?)?|"
    rf"(?:left|ended|ends|ending|closed|finished|concluded)\s(?:the|his|her|their)\s[\w-]+|"
    rf"with\s(?:everyone|everybody|both(?:\s(?:sides|parties))?|{THEM})|"
    rf"(?:found|finds|made|makes|making)\s(?:it|the\s\w+))"
    rf"\s(?:{ADVERB}\s)*"
)
_LINK = re.compile(rf"{_LINKING}$", re.IGNORECASE)
# *was polite and* joins to another word what *was* links.
_LINK_AND_WORD = re.compile(
    rf"{_LINKING}(?:(?!not)[\w-]+\s(?:and|but|yet|or)\s(?:{ADVERB}\s)*)?$", re.IGNORECASE
)
_BESIDE = re.compile(rf",\s(?:{ADVERB}\s)*$", re.IGNORECASE)
_ARTICLE = re.compile(rf"\b(?:an?|the|its|any|some|such|of|for)\s(?:{ADVERB}\s)*$", re.IGNORECASE)
_THING = re.compile(
    rf"\s(?!{ROLE}\b|(?:\w+ly|and|or|but|as|at|by|with|that|about|over|to|in|on|for|of|from|when|"
    r"because|since|after|while|if|than|was|were|is|are|had|has|tone|voice|manner|mood|state|"
    r"reaction|response|reply|message|attitude|words|way|feeling|experience|situation|ordeal|"
    r"process|time|wait|delay|episode|matter|affair|news|answer|outcome|day|week|call|chat|"
    r"conversation|exchange|start|end|note)\b)[a-z]"
)
_BEGUN = re.compile(
    rf"\b(?:(?:began|beg[iu]n\w*|start\w*|came|seem\w*|appear\w*|continu\w*|tend\w*|grew|"
    rf"left|had|about|inclined|ready|liable|prone)\s(?:{THEM}\s)?(?:{ADVERB}\s)*(?:to\s)?|"
    rf"(?:did|does|do|could|would|might|can|will)(?:\snot|n['\u2019]t)?\s(?:but\s|help\s)?|"
    rf"(?:made|makes|making|let|left|had|having|leaving|saw|got|getting)\s{THEM}\s)"
    rf"(?:{ADVERB}\s)*$",
    re.IGNORECASE,
)
_SEEMING = frozenset([
    "feel", "feels", "felt", "feeling", "seem", "seems", "seemed", "seeming", "appear", "appears",
    "appeared", "appearing", "sound", "sounds", "sounded", "sounding", "looked", "came", "grew",
    "found", "considered", "deemed", "thought", "struck",
])  # fmt: skip
_SEEMS = re.compile(
    rf"\b(?:feels?|felt|feeling|(?:(?:seem|appear)(?:s|ed|ing)?|sound(?:s|ed|ing))(?:\sto\sbe)?|"
    r"looked|grew|came\s(?:across|over)(?:\sas)?|str(?:uck|ikes)\s(?:him|her|them)\sas)"
    rf"\s(?:{ADVERB}\s)*(?P<word>taken advantage of|let down|taken seriously|left alone|"
    r"(?!(?:strongly|firmly|that|the|this|these|those|it|they|he|she|we|a|an|there|like|as|his|her|their|its|some|"
    r"any|all|no|nothing|both|to|in|on|at|for|with|from|into|up|forward|back|over|out|through|"
    r"after|about|of|by|before|during|between|among|under|free|able|unable|entitled|obliged|"
    r"forced|possible|correct|right|wrong|due|available|unaware|aware|responsible|cut|each|one|"
    r"what|which|when|where|only|even)\b)"
    r"[a-z][a-z-]{3,})\b",
)
_JUDGED = re.compile(
    r"\b(?:found|considered|deemed|thought)\s(?:it|this|that|them|all this|it all|(?:the|his|her|"
    r"their|such)\s(?:[\w'\u2019-]+\s){0,3}?[\w'\u2019-]+)"
    rf"\s(?:to be\s)?(?:{ADVERB}\s)*(?P<word>(?!(?:\w*available|missing|possible|impossible|"
    r"visible|invisible|present|absent|recent|defective|active|inactive|different|negative|"
    r"positive|sufficient|insufficient|useless|payable|liable|applicable|accessible|inaccessible|"
    r"necessary|public|relevant|compatible|incompatible|eligible|excessive|expensive|leak\w*|"
    r"table|cable|parent|agent|client|patient|account\w*|plastic|music|traffic|topic)\b)"
    r"[a-z]\w+(?:ful|able|ible|ous|some|ive|ent|ant|ic|ical))\b(?!\s[a-z]+s\b)"
)
JOINS = re.compile(rf"(?:,?\s(?:and|but|yet|or|though|if)|,)\s(?:{ADVERB}\s)*", re.IGNORECASE)
_AFTER = re.compile(r"\s(?:throughout|overall|as well|too|from the (?:start|outset|beginning))\b")
_BEFORE = re.compile(rf"\b(?:{ADVERB}\s)+$", re.IGNORECASE)
_CONJUNCTION = re.compile(
    rf",?\s(?:and|but|yet|though|although|if)\s(?:{ADVERB}\s)*$", re.IGNORECASE
)
_COMPLEMENT = re.compile(r"\s(?:that|about|over|at|by|for|because|with|of)\b")
_WITH = re.compile(
    r"(?:,\s)?(?:\bwith\s(?:the\s)?[\w-]+\s|\b(?:in|with)\s(?:\w+\s)?|"
    r"(?:\bmuch\s)?\bto\s(?:his|her|their)\s"
    r"(?:\w+\s)?)$",
    re.IGNORECASE,
)
_ADJUNCT = re.compile(r"(?:(?:very\s)?much\sto|to|with|in)\s", re.IGNORECASE)
_FOUND = re.compile(
    r"\b(?:found|finds|finding|find|consider(?:ed|s|ing)|thought|deem(?:ed|s|ing)|judged|"
    r"(?:regard|view|perceiv|treat|saw|see)(?:ed|d|s|ing)?\s(?:[\w'\u2019-]+\s){1,5}?as|"
    r"(?:regarded|viewed|perceived|saw)\s(?:[\w'\u2019-]+\s){1,5}?as|"
    r"felt\s(?:this|that|it)\s(?:was|to be))\s"
    r"(?:(?:this|that|it|them|it all|all this|all of it|"
    r"(?:the|his|her|their|such|these|being|having|how)\s(?:[\w'\u2019-]+\s){1,5}?[\w'\u2019-]+|"
    r"(?:the|his|her|their|this|that|such)\s[\w-]+)\s)?(?:to be\s)?"
    rf"(?:{ADVERB}\s)*(?:an?\s)?(?:{ADVERB}\s)*$",
    re.IGNORECASE,
)
_MANNER = re.compile(r"[\w-]+ly")


def is_linked(before: str) -> bool:
    """Says whether what comes before a word makes it somebody's state: *was*, *seemed very*."""
    return _LINK_AND_WORD.search(before[-NEAR:]) is not None


def is_found(before: str) -> bool:
    """Says whether what comes before an adjective is *found it* or the like."""
    return _FOUND.search(before[-NEAR:]) is not None


def may_seem(words: Iterable[str]) -> bool:
    """Says whether a word such as *felt* or *seemed* is among words in lower case."""
    return not _SEEMING.isdisjoint(words)


def seeming(text: str) -> Iterator[tuple[int, int]]:
    """Yields what somebody felt, seemed, or found something: *seemed tense*, *found it awkward*."""
    for pattern in (_SEEMS, _JUDGED):
        for match in pattern.finditer(text):
            yield match.span("word")


def is_beside(text: str, start: int, end: int) -> bool:
    """Says whether a word is set beside a person: *she left, unsure of it*, *the wary customer*."""
    if _BESIDE.search(text, max(0, start - NEAR), start):
        return end == len(text) or bool(_COMPLEMENT.match(text, end) or JOINS.match(text, end))
    return precedes_person(text, end)


def is_begun(before: str) -> bool:
    """Says whether what comes before a verb makes it somebody's: *began to*, *made them*."""
    return _BEGUN.search(before[-NEAR:]) is not None


def is_attribute(text: str, start: int, end: int) -> bool:
    """Says whether a participle only describes a thing: *the disappointing results*."""
    return bool(
        text.endswith(("ed", "ing"), start, end)
        and _ARTICLE.search(text, max(0, start - NEAR), start)
        and _THING.match(text, end)
    )


def goes_on(before: str) -> bool:
    """Says whether a conjunction, perhaps with adverbs, comes right before."""
    return _CONJUNCTION.search(before[-NEAR:]) is not None


def extent(placed: Placed, start: int, end: int) -> tuple[int, int]:
    """Widens a feeling to the clause that it is the predicate of, or to its phrase."""
    text = placed.clause.text
    after = _AFTER.match(text, end)
    end = after.end() if after else end
    before = text[:start]
    near = before[-NEAR:]
    manner = _MANNER.fullmatch(text[start:end])
    if placed.clause.role != "fragment" and not manner and placed.clause.opens_with(before):
        linked = _LINK.search(near)
        objectless = _COMPLEMENT.match(text, end)
        return (0, end) if linked or objectless else (0, len(text))
    link = _LINK.search(near)
    if link:
        head = before[: len(before) - len(near) + link.start()]
        if not head.strip() or placed.clause.opens_with(head):
            return 0, end
    if placed.clause.role == "fragment" and len(before.split()) <= 2:
        return 0, end
    if near.endswith(", ") and _ADJUNCT.match(text, start):
        return start - 2, end
    wide = _WITH.search(near) or (None if manner else _CONJUNCTION.search(near))
    wide = wide or _BEFORE.search(near)
    return (len(before) - len(near) + wide.start() if wide else start), end
