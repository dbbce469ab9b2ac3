"""The fixer `mask`: an identifier gives way to the name of its kind."""

import re

_KINDS = (
    (re.compile(r"@"), "e-mail address"),
    (re.compile(r"^\d+[A-Z]? [A-Z]"), "address"),
    (re.compile(r"^(?:\D*\d){13,19}\D*$"), "card number"),
    (re.compile(r"^\+?[\d(][\d() .-]{8,}$"), "phone number"),
)
_NAMED = re.compile(
    r"\b(?:account|order|card|booking|reservation|reference|invoice|ticket|case|claim|policy|"
    r"member(?:ship)?|tracking|confirmation|phone|telephone|e-?mail|pins?|passwords?|passcodes?|"
    r"codes?|numbers?|address|answer|name|pet|called|named|ending in|turtle|dog|cat|goldfish)"
    r"(?: (?:number|address|code|id|no\.?))?(?: (?:was|is|of|as|either))?[ :#,(]*$",
    re.IGNORECASE,
)


def mask(before: str, value: str) -> str:
    """Returns what stands for an identifier: its kind, or `[masked]` where a word names the kind.

    Args:
        before: the text before the identifier.
        value: the identifier.
    """
    if _NAMED.search(before):
        return "[masked]"
    return next((f"[{kind}]" for shape, kind in _KINDS if shape.search(value)), "[identifier]")
