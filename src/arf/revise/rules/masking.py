"""The fixer `mask`: an identifier gives way to the name of its kind."""

import re

_SHAPES = (
    (re.compile(r"@"), "e-mail address"),
    (re.compile(r"^\d+[A-Z]? [A-Z]"), "address"),
    (re.compile(r"^(?:\D*\d){13,19}\D*$"), "card number"),
    (re.compile(r"^\+?[\d(][\d() .-]{8,}$"), "phone number"),
)
_KIND = re.compile(r"(?:[a-z-]+ ){0,2}(?:number|address|reference|answer|code|password|PIN)")
_NAMES = (
    "account|order|card|booking|reservation|reference|invoice|ticket|case|claim|policy|"
    "member(?:ship)?|tracking|confirmation|phone|telephone|e-?mail|pins?|passwords?|passcodes?|"
    "codes?|numbers?|address|answer|name|pet|called|named|ending in|turtle|dog|cat|goldfish"
)
_NAMED_BEFORE = re.compile(
    rf"\b(?:{_NAMES})(?: (?:number|address|code|id|no\.?))?"
    r"(?: for \w+| used| on file)?(?: (?:was|is|of|as|either|being))?[ :#,(]*$",
    re.IGNORECASE,
)
_NAMED_AFTER = re.compile(
    rf"\s(?:was|is|as) (?:an?|the|his|her|their) (?:\w+ )?(?:{_NAMES})\b", re.IGNORECASE
)
# What follows or precedes these is no identifier of a person.
_THING_BEFORE = re.compile(
    r"\b(?:flight|train|bus|coach|seat|room|gate|platform|error|model|version|form|page|section)"
    r"(?: (?:number|code|message|id))?(?: (?:was|is|of|called|named))?[ :#,(]*$",
    re.IGNORECASE,
)
_THING_AFTER = re.compile(r"\s(?:was|is) the (?:flight|train|bus|coach|seat|room|model|error)\b")
_QUANTITY = re.compile(r"\d[\d.,]* (?!as\b|is\b|was\b|has\b|does\b)[a-z]{2,}s\b")

_STREET = re.compile(
    r"(?: [A-Z][\w'\u2019-]*){0,3} (?:Street|Road|Lane|Avenue|Court|Close|Drive|Way|Square|Place|"
    r"Crescent|Terrace|Gardens|Hill|Row|Walk|Park|Boulevard|Parade|Grove|Mews|Yard|Quay)\b"
)
_GROUPS = re.compile(r"(?:[ -]\d{3,})+\b(?![ -]?\w)")


def extent(text: str, start: int, end: int) -> int:
    """Returns where an identifier ends that a finding has from `start` to `end`.

    It goes on over more groups of digits and to the kind of the street. A bracket that closes what
    it stands in is no part of it.
    """
    value = text[start:end]
    if value.count(")") > value.count("("):
        return start + len(value.rstrip(").,;"))
    more = None
    if re.fullmatch(r"[\d -]+", value):
        more = _GROUPS.match(text, end)
    elif re.match(r"\d+[A-Z]? [A-Z]", value):
        more = _STREET.match(text, end)
    return more.end() if more else end


def names_a_thing(before: str, value: str, after: str) -> bool:
    """Says whether a value is a number of things, or what a thing is called: *flight 289*."""
    counted = _QUANTITY.match(value + after) and not _NAMED_BEFORE.search(before)
    return bool(counted or _THING_BEFORE.search(before) or _THING_AFTER.match(after))


def mask(before: str, value: str, after: str = "", kind: str | None = None) -> str:
    """Returns what stands for an identifier: its kind, or `[masked]` where a word names the kind.

    Args:
        before: the text before the identifier.
        value: the identifier.
        after: the text after it.
        kind: what the annotator notes of it, used where it names a kind.
    """
    if _NAMED_BEFORE.search(before) or _NAMED_AFTER.match(after):
        return "[masked]"
    shape = next((kind for shape, kind in _SHAPES if shape.search(value)), None)
    noted = kind if kind and _KIND.fullmatch(kind) else None
    return f"[{shape or noted or 'identifier'}]"
