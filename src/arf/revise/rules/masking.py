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
