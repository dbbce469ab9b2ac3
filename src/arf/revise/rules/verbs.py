"""Forms of English verbs that a rewrite needs: *calling* and *to call* become *called*."""

import re

_PAST = {
    "arise": "arose", "be": "was", "become": "became", "begin": "began", "bring": "brought",
    "buy": "bought", "catch": "caught", "choose": "chose", "come": "came", "cut": "cut",
    "deal": "dealt", "do": "did", "draw": "drew", "drive": "drove", "eat": "ate", "fall": "fell",
    "feel": "felt", "find": "found", "fly": "flew", "forget": "forgot", "get": "got",
    "give": "gave", "go": "went", "grow": "grew", "have": "had", "hear": "heard", "hold": "held",
    "keep": "kept", "know": "knew", "lead": "led", "leave": "left", "lend": "lent", "let": "let",
    "lose": "lost", "make": "made", "mean": "meant", "meet": "met", "pay": "paid", "put": "put",
    "read": "read", "run": "ran", "say": "said", "see": "saw", "seek": "sought", "sell": "sold",
    "send": "sent", "set": "set", "speak": "spoke", "spend": "spent", "stand": "stood",
    "swear": "swore", "take": "took", "teach": "taught", "tell": "told", "think": "thought",
    "understand": "understood", "wear": "wore", "win": "won", "withdraw": "withdrew",
    "write": "wrote",
}  # fmt: skip
_VOWELS = "aeiou"


def _from_participle() -> dict[str, str]:
    forms = {}
    for base, past in _PAST.items():
        stem = base
        if base.endswith("e") and base not in ("be", "see"):
            stem = base[:-1]
        forms[f"{stem}ing"] = past
        if re.fullmatch(r"[^aeiou]*[aeiou][bdgmnpt]", base):
            forms[f"{stem}{stem[-1]}ing"] = past
    forms["beginning"] = "began"
    forms["forgetting"] = "forgot"
    return forms


_PARTICIPLES = _from_participle()


def past_of(base: str) -> str:
    """Returns the past tense of a verb's plain form."""
    if base in _PAST:
        return _PAST[base]
    if base.endswith("e"):
        return f"{base}d"
    if base.endswith("y") and base[-2:-1] not in _VOWELS:
        return f"{base[:-1]}ied"
    return f"{base}ed"


def gerund_of(base: str) -> str:
    """Returns the form in -ing of a verb's plain form."""
    return f"{base[:-1]}ing" if base.endswith("e") and base != "be" else f"{base}ing"


def past_of_participle(participle: str) -> str:
    """Returns the past tense of a verb's form in -ing."""
    if participle in _PARTICIPLES:
        return _PARTICIPLES[participle]
    stem = participle[: -len("ing")]
    if stem.endswith("y") and stem[-2:-1] not in _VOWELS:
        return f"{stem[:-1]}ied"
    return f"{stem}ed"


def finite(clause: str) -> str | None:
    """Returns a clause that begins with a form in -ing with the past tense for it.

    Null where the clause does not begin so: *thereby calling it a waste* becomes *thereby called
    it a waste*, *being late* has no safe form.
    """
    match = re.match(
        r"(?P<lead>(?:(?:\w+ly|not|also|then|only|thereby|thus)\s)*)(?P<verb>\w+ing)\b", clause
    )
    if match is None or match["verb"] == "being" or "not" in match["lead"].split():
        return None
    return match["lead"] + past_of_participle(match["verb"]) + clause[match.end() :]
