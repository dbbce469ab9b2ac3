"""How English ascribes a feeling: what links it to a person, joins it to another, goes with it."""

import re
from collections.abc import Iterable, Iterator

from arf.annotate.rules.reading import Placed

_ADVERB = (
    r"(?:\w+ly|very|quite|rather|so|also|still|more|most|somewhat|even|a little|a bit|too|"
    r"not|now|then|less|at all|at first|all the more|just|ever more|more and more|less than|"
    r"far from|"
    r"anything but|beside (?:himself|herself|themselves) with)"
)
_LINK = re.compile(
    rf"\b(?:was|were|is|are|be|been|being|'s|'re|felt|feels?|feeling|seem(?:s|ed|ing)?|"
    rf"appear(?:s|ed|ing)?|remain(?:s|ed|ing)?|became|becomes?|becoming|grew|grown|growing|"
    rf"sounded|sounds?|sounding|looked|looks|looking|stayed|stays|got|getting|went away|came away|"
    rf"came across as|ended up|"
    rf"(?:express(?:ed|es|ing)|voic(?:ed|es|ing)|show(?:ed|s|ing)|display(?:ed|s|ing))"
    rf"(?:\s(?:his|her|their|great|deep|strong|some|clear|open))*|"
    rf"(?:left|leaves|leaving)(?:\s(?:him|her|them|the\s(?:customer|user|client|caller)|"
    rf"everyone|both))?|(?:made|makes|making|found|finds)\s(?:him|her|them|it|the\s\w+))"
    rf"\s(?:{_ADVERB}\s)*$",
    re.IGNORECASE,
)
_OBJECT = re.compile(
    rf"\b(?:him|her|them|everyone|both|customer|user|client|caller)\s(?:feel(?:ing)?\s)?"
    rf"(?:{_ADVERB}\s)*$"
)
_SEEMING = frozenset(
    [
        "feel",
        "feels",
        "felt",
        "feeling",
        "seem",
        "seems",
        "seemed",
        "seeming",
        "appear",
        "appears",
        "appeared",
        "appearing",
        "sound",
        "sounds",
        "sounded",
        "sounding",
        "looked",
        "came",
    ]
)
_SEEMS = re.compile(
    rf"\b(?:(?:feels?|felt|feeling)|(?:seem|appear|sound)(?:s|ed|ing)?(?:\sto\sbe)?|looked|"
    r"came\sacross\sas)"
    rf"\s(?:{_ADVERB}\s)*(?P<word>taken advantage of|let down|taken seriously|left alone|"
    r"(?!(?:that|the|this|these|those|it|they|he|she|we|a|an|there|like|as|his|her|their|its|some|"
    r"any|all|no|nothing|both|to|in|on|at|for|with|from|into|up|forward|back|over|out|through|"
    r"after|about|of|by|before|during|between|among|under|free|able|unable|entitled|obliged|"
    r"forced|possible|correct|right|wrong|due|available|unaware|aware|responsible|cut|each|one|"
    r"what|which|when|where|only|even)\b)"
    r"[a-z][a-z-]{3,})\b",
)
JOINS = re.compile(rf"(?:,?\s(?:and|but|yet|or|though|if)|,)\s(?:{_ADVERB}\s)*", re.IGNORECASE)
_AFTER = re.compile(r"\s(?:throughout|overall|as well|too|from the (?:start|outset|beginning))\b")
_BEFORE = re.compile(rf"(?:{_ADVERB}\s)+$", re.IGNORECASE)
_CONJUNCTION = re.compile(
    rf",?\s(?:and|but|yet|though|although|if)\s(?:{_ADVERB}\s)*$", re.IGNORECASE
)
_COMPLEMENT = re.compile(r"\s(?:that|about|over|at|by|for|because|with|of)\b")
_WITH = re.compile(
    r"(?:,\s)?(?:\bwith\s(?:the\s)?[\w-]+\s|\b(?:in|with)\s(?:\w+\s)?|"
    r"(?:\bmuch\s)?\bto\s(?:his|her|their)\s"
    r"(?:\w+\s)?)$",
    re.IGNORECASE,
)
_SHOWS = re.compile(
    r"(?:\b(?:to|with|in|of|from|out of)\s(?:(?:his|her|their|the customer's)\s)?(?:\w+\s)?|"
    r"\b(?:express\w*|show(?:ed|s|ing|n)?|voic(?:ed|ing|es)|convey\w*|display\w*|betray\w*|hid|"
    r"hiding|vent\w*|"
    r"caus(?:ed|ing|es)|meant|brought|gave|giving|felt|feeling|there was|there were|came as|"
    r"was|were|"
    r"full of|source of|sense of|cause (?:of|for)|feeling of)\s(?:[\w-]+\s){0,3}|"
    r"\b(?:his|her|their|the customer's|the caller's|the user's)\s(?:\w+\s)?)$",
    re.IGNORECASE,
)
_POSSESSED = re.compile(r"\b(?:his|her|their|\w+['\u2019]s?)\s(?:\w+\s)?$", re.IGNORECASE)
_OBVIOUS = re.compile(
    r"\s(?:was|were|is|had|became|grew|seemed|showed|could be|"
    r"turned)\b(?:\s\w+){0,2}?\s?(?:obvious|evident|plain|"
    r"clear|palpable|visible|hard to miss|unmistakable|apparent|great|considerable|growing|grew|"
    r"grown|noticeable|felt|heard|seen|understandable)|\s(?:grew|showed)\b",
    re.IGNORECASE,
)
_SHOWN_TO = re.compile(
    r"\s(?:at|about|over|with|on|for|towards?|because|that|to|when|while)\b|[,.;]|$"
)
_OBJECT_AFTER = re.compile(
    r"\s(?:him|her(?!\s\w+\s(?:was|were|is))|them|everyone|everybody|both|the\s(?:customer|"
    r"user|client|caller|guest|"
    r"person|family|writer|couple)\b(?!['\u2019]))",
    re.IGNORECASE,
)
_FOUND = re.compile(
    r"\b(?:found|finds|finding|find)\s(?:(?:this|that|it|them|it all|all this|all of it|"
    r"(?:the|his|her|their|such|these)\s(?:[\w-]+\s){1,2}?[\w-]+|(?:the|his|her|their|this|"
    r"that|such)\s[\w-]+)\s)?"
    rf"(?:{_ADVERB}\s)*$",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r"(?:(?i:they|he|she|who|which|everyone|everybody|both)|(?:Dr|Mrs?|Ms)?\.?\s?"
    r"(?!(?:It|This|That|There|These|Those|Nothing|Everything|Something)\b)[A-Z][\w'\u2019-]*"
    r"(?:\s[A-Z][\w'\u2019-]*){0,2})?"
)
_MANNER = re.compile(r"[\w-]+ly")
_NEAR = 120


def is_linked(before: str) -> bool:
    """Says whether what comes before a word makes it somebody's state: *was*, *seemed very*."""
    return _LINK.search(before[-_NEAR:]) is not None


def is_shown(text: str, start: int, end: int) -> bool:
    """Says whether a noun is shown or felt: *to their relief*, *their relief was obvious*."""
    near = text[max(0, start - _NEAR) : start]
    if _POSSESSED.search(near) and _OBVIOUS.match(text, end):
        return True
    shows = _SHOWS.search(near)
    return (
        shows is not None
        and not _POSSESSED.fullmatch(shows[0])
        and bool(_SHOWN_TO.match(text, end))
    )


def is_moved(text: str, end: int) -> bool:
    """Says whether a person is the object of a verb that ends at `end`: *it cheered them*."""
    return _OBJECT_AFTER.match(text, end) is not None


def is_found(before: str) -> bool:
    """Says whether what comes before an adjective is *found it* or the like."""
    return _FOUND.search(before[-_NEAR:]) is not None


def may_seem(words: Iterable[str]) -> bool:
    """Says whether a word such as *felt* or *seemed* is among words in lower case."""
    return not _SEEMING.isdisjoint(words)


def seeming(text: str) -> Iterator[tuple[int, int]]:
    """Yields what somebody felt, seemed or sounded, whatever it is: *seemed tense*."""
    for match in _SEEMS.finditer(text):
        yield match.span("word")


def goes_on(before: str) -> bool:
    """Says whether a conjunction, perhaps with adverbs, comes right before."""
    return _CONJUNCTION.search(before[-_NEAR:]) is not None


def is_person(subject: str) -> bool:
    """Says whether a subject is a pronoun or a name, or none is there."""
    return _PERSON.fullmatch(subject) is not None


def has_object(before: str) -> bool:
    """Says whether a person comes right before: *left them unsettled*."""
    return _OBJECT.search(before[-_NEAR:]) is not None


def extent(placed: Placed, start: int, end: int) -> tuple[int, int]:
    """Widens a feeling to the clause that it is the predicate of, or to its phrase."""
    text = placed.clause.text
    after = _AFTER.match(text, end)
    end = after.end() if after else end
    before = text[:start]
    near = before[-_NEAR:]
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
    wide = _WITH.search(near) or (None if manner else _CONJUNCTION.search(near))
    wide = wide or _BEFORE.search(near)
    return (len(before) - len(near) + wide.start() if wide else start), end
