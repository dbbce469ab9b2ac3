"""Nouns of feeling: whether they are shown or felt."""

import re

from arf.annotate.rules.persons import NEAR, THEIR, THEM

_SHOWS = re.compile(
    r"(?:\b(?:to|with|in|of|from|out of|amid|despite)\s"
    rf"(?:{THEIR}\s)?(?:\w+\s)?|"
    r"\b(?:with)\s(?:[\w-]+ly\s|barely\s|ill-\w+\s|thinly\s|scarcely\s)?(?:\w+\s)?|"
    r"\b(?:express\w*|show(?:ed|s|ing|n)?|voic(?:ed|ing|es)|convey\w*|display\w*|betray\w*|"
    r"hid|hides|hiding|hidden|conceal\w*|mask(?:ed|ing|s)|suppress\w*|vent\w*|air(?:ed|ing|s)|"
    r"let out|let (?:it )?slip|register(?:ed|ing)|signall?(?:ed|ing)|radiat\w+|exud\w+|"
    r"reveal\w*|reflect\w*|suggest\w*|hint(?:ed|ing) at|spoke of|gave away|giving away|"
    r"gave vent to|communicat\w+|articulat\w+|indicat\w+|reiterat\w+|nurs(?:ed|ing)|"
    r"harbou?r\w*|suffer\w*|endur\w+|experienc\w+|no mistaking|no secret of|no sign of|"
    r"overcome (?:with|by)|filled with|caus(?:ed|ing|es)|meant|brought|bringing|gave|giving|"
    r"add(?:ed|ing|s) to|deepen(?:ed|ing)|heighten(?:ed|ing)|rais(?:ed|ing)|spark(?:ed|ing)|"
    r"trigger(?:ed|ing)|fuell?(?:ed|ing)|provok(?:ed|ing)|prompt(?:ed|ing)|felt|feeling|"
    r"there was|there were|came as|(?:did not|didn't|failed to) hide|hardly hid|"
    r"(?:was|were|is)(?=\s(?:an?|no|some|much|little|great|only|full|more|less|not|such|cause)\s)|"
    r"turned to|full of|source of|sense of|cause (?:of|for)|feeling of|hint of|note of|"
    r"touch of|trace of|degree of|lack of|deal of|air of|mixture of|wave of|matter of)\s"
    r"(?:[\w-]+\s){0,3}|"
    rf"\b{THEIR}\s(?:\w+\s)?)$",
    re.IGNORECASE,
)
_POSSESSED = re.compile(rf"\b{THEIR}\s(?:\w+\s)?$", re.IGNORECASE)
_OBVIOUS = re.compile(
    r"\s(?:was|were|is|had|became|grew|seemed|showed|could be|"
    r"turned)\b(?:\s\w+){0,2}?\s?(?:obvious|evident|plain|"
    r"clear|palpable|visible|hard to miss|unmistakable|apparent|great|considerable|growing|grew|"
    r"grown|noticeable|felt|heard|seen|understandable|tangible|audible|mounting|rising)|"
    r"\s(?:grew|showed|mounted|deepened|built up|boiled over|spilled over|came through|"
    r"shone through|got the better of|rose|faded|eased|subsided|crept in|set in|ran deep)\b",
    re.IGNORECASE,
)
_EVIDENT = re.compile(
    r"(?:\s(?:and|or)\s\w+)?\s(?:(?:was|were|is|are|had been)(?:\s\w+){0,2}?\s"
    r"(?:obvious|evident|plain|palpable|noticeable|unmistakable|apparent|audible|tangible|"
    r"discernible|detectable|perceptible|clear|visible|manifest|written all over|hard to miss|"
    r"there to see|to be heard|to be felt|in the air)"
    r"\b(?:(?<=all over)|\sin|\sfrom|\sto|\sbetween|\sthroughout|\son|$)|"
    r"(?:came through|shone through|spoke from|rang through|crept in|crept into|got the better of|"
    r"boiled over|set in|gave way|took over|could be (?:felt|heard|sensed|read))\b)",
    re.IGNORECASE,
)
_TO_PERSON = re.compile(
    rf"\s(?:to|for|on)\s(?:{THEM}|(?:his|her|their)\s(?:part|side))(?=$|[,.;]|\s\w)",
    re.IGNORECASE,
)
_A_NOUN = re.compile(
    r"\b(?:an?|some|no|little|much|another|great|of)\s(?:[\w-]+\s){0,2}$", re.IGNORECASE
)
_SHOWN_TO = re.compile(
    r"\s(?:at|about|over|with|on|for|towards?|because|that|to|when|while|as|in his|in her|"
    r"in their|and|throughout|of (?:the|his|her|their))\b|[,.;]|$"
)


def is_shown(text: str, start: int, end: int) -> bool:
    """Says whether a noun is shown or felt: *to their relief*, *their relief was obvious*."""
    near = text[max(0, start - NEAR) : start]
    if _EVIDENT.match(text, end):
        return True
    if _A_NOUN.search(near) and _TO_PERSON.match(text, end):
        return True
    if _POSSESSED.search(near) and _OBVIOUS.match(text, end):
        return True
    shows = _SHOWS.search(near)
    return (
        shows is not None
        and not _POSSESSED.fullmatch(shows[0])
        and bool(_SHOWN_TO.match(text, end))
    )
