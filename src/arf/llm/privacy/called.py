"""What a value is called by the words around it: an order's, an amount, a PIN, a date of birth."""

import re
from collections.abc import Iterator

_REACH = 48  # characters after *PIN* in which its value is looked for
_BIRTH_REACH = 60  # the same after *date of birth*
_OR = 16  # characters from one PIN to *or* another
_BACK = 40  # characters before a value in which it is called something

_MONEY_BEFORE = re.compile(r"(?:[$€£¥₹]|\b(?:USD|EUR|GBP|CHF|CAD|AUD|Rs\.?)) ?$")
_MONEY_AFTER = re.compile(
    r" ?(?:[$€£¥₹%]|(?:USD|EUR|GBP|CHF|dollars?|euros?|pounds?|cents?|percent|points?|miles)\b)"
)
_THING_BEFORE = re.compile(
    r"\b(?:order|purchase|booking|reservation|reference|ref|confirmation|ticket|tracking|parcel"
    r"|package|shipment|delivery|invoice|receipt|case|claim|complaint|flight|train|article|item"
    r"|product|model|part|sku|version|balance|amount|total|price|sum|fee|room|seat|gate)s?"
    r"(?:[\s.,:#-]{1,3}(?:numbers?|no|nr|id|codes?|is|was|are|of|the|its|my|this|called))*"
    r"[\s.,:#(\"'-]{0,4}$",
    re.IGNORECASE,
)
_CALLED = re.compile(r"number|\b(?:no|nr|id|codes?)\b|#", re.IGNORECASE)
_PERSON_BEFORE = re.compile(
    r"\b(?:account|acct|customer|client|member|membership|card|policy|loan|contract|passport"
    r"|licen[cs]e|insurance)s?(?:[\s.,:#-]{1,3}(?:numbers?|no|nr|id|is|was|as))*[\s.,:#(\"'-]{0,4}$",
    re.IGNORECASE,
)


def words_before(match: re.Match[str]) -> str:
    """Returns the text before a value."""
    return match.string[max(0, match.start() - _BACK) : match.start()]


def is_amount(match: re.Match[str]) -> bool:
    """Says whether a number has a currency or a unit beside it."""
    return (
        _MONEY_BEFORE.search(words_before(match)) is not None
        or _MONEY_AFTER.match(match.string, match.end()) is not None
    )


def is_of_a_thing(match: re.Match[str]) -> bool:
    """Says whether a number is an amount, or that of an order or the like."""
    return _THING_BEFORE.search(words_before(match)) is not None or is_amount(match)


def is_numbered_thing(match: re.Match[str]) -> bool:
    """Says the same of what has a form of its own: it has to be called, say, *order number*."""
    thing = _THING_BEFORE.search(words_before(match))
    return (thing is not None and _CALLED.search(thing[0]) is not None) or (
        _MONEY_BEFORE.search(words_before(match)) is not None
    )


def is_of_a_person(match: re.Match[str]) -> bool:
    """Says whether a number is called an account's, a customer's or the like."""
    return _PERSON_BEFORE.search(words_before(match)) is not None


_VALUE = re.compile(
    r"(?<![\w$€£.,/-])(?:\d{2,3}[ -]\d{2,3}|\d{3,6})(?![\w%/]|[.,:]\d|-\d| ?(?:am|pm)\b)"
)
_WORD_OF_IT = re.compile(r"(?:is|was|:)\s+(?P<value>(?=\S*\d)[^\s,;]{4,}(?<![.!?)\"']))")
_YEAR_BEFORE = re.compile(r"\b(?:in|since|(?:on |the )?[A-Z][a-z]+ \d{1,2},?) $")
_THIRD_TURN = re.compile(r"\n[^\n]*\n")


def codes_after(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Yields where the codes stand that follow *PIN*, in this turn of a chat or the next."""
    text, start = match.string, match.end()
    end = min(len(text), start + _REACH)
    turn = _THIRD_TURN.search(text, start, end)
    end = turn.end() if turn else end
    word = _WORD_OF_IT.search(text, start, end) if match[0][:4].casefold() == "pass" else None
    if word:
        yield word.span("value")
        return
    for value in _VALUE.finditer(text, start, end + _REACH):
        if value.start() >= end:
            return
        if not _YEAR_BEFORE.search(words_before(value)) and not is_of_a_thing(value):
            yield value.span()
            end = value.end() + _OR


_BIRTHDATE = re.compile(
    r"(?<![\w/])(?:\d{1,2}([./-])\d{1,2}\1(?:19|20)?\d\d|\d{4}-\d\d-\d\d"
    r"|\d{1,2}(?:st|nd|rd|th)?(?: of)? [A-Z][a-z]{2,8},? (?:19|20)\d\d"
    r"|[A-Z][a-z]{2,8} \d{1,2}(?:st|nd|rd|th)?,? (?:19|20)\d\d)(?![\w/])"
)


def birth_after(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Yields where the date stands that follows *date of birth*."""
    date = _BIRTHDATE.search(match.string, match.end(), match.end() + _BIRTH_REACH)
    if date:
        yield date.span()
