"""Calendar days in an English text."""

import re
from collections.abc import Iterator
from functools import lru_cache

from arf.text.spans import Mention

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_NUMBER_OF = {name[:3]: number for number, name in enumerate(MONTHS, start=1)}
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    r"sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b(?:(?<=\b[a-z]{3})(?<!may)\.)?"
)
_DAY = r"(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
_DATE = re.compile(
    rf"(?<![\w.,])(?=[\djfmasondt])(?:(?:the\s)?(?P<day>{_DAY})\s(?:of\s)?(?P<month>{_MONTH})"
    rf"|(?P<month2>{_MONTH})\s(?:the\s)?(?P<day2>{_DAY})(?!\w|[.,:]\d)"
    rf"|\d{{4}}-(?P<month3>\d\d)-(?P<day3>\d\d))",
    re.IGNORECASE,
)
_ISO = re.compile(r"\d{4}-\d\d-\d\d")


def _find(text: str) -> Iterator[Mention]:
    for match in _DATE.finditer(text):
        day = match["day"] or match["day2"] or match["day3"]
        month = match["month"] or match["month2"]
        number = _NUMBER_OF[month[:3].lower()] if month else int(match["month3"])
        yield Mention(f"{number:02d}-{int(day.rstrip('stndrhSTNDRH')):02d}", *match.span())


@lru_cache(maxsize=4096)
def _dates(text: str) -> tuple[Mention, ...]:
    lower = text.lower()
    if any(month in lower for month in _NUMBER_OF) or _ISO.search(text):
        return tuple(_find(text))
    return ()


def dates(text: str) -> list[Mention]:
    """Finds the days of a text that are given with their month, in order of position.

    *3 March*, *March 3rd*, *the 3rd of March* and *2031-03-03* are all `03-03`.
    """
    return list(_dates(text))
