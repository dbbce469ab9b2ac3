"""How each kind of personal data is written, and which part of what is written so is it."""

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException
from stdnum import iban, luhn
from stdnum.us import ssn

from arf.llm.privacy.called import (
    birth_after,
    codes_after,
    is_amount,
    is_numbered_thing,
    is_of_a_person,
    is_of_a_thing,
    words_before,
)

_REGIONS = ("GB", "DE", "FR", "IE", "NL", "AU")  # where a number that begins with 0 may belong

Accept = Callable[[re.Match[str]], Iterator[tuple[int, int]]]


class Form(NamedTuple):
    """How one kind is written, and which part of a match is it."""

    kind: str
    pattern: re.Pattern[str]
    accept: Accept


_DATE = re.compile(
    r"(?:\d{1,2}([./-])\d{1,2}\1\d{4}|\d{4}([./-])\d{1,2}\2\d{1,2})(?!\d)"
    r"|(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)"
)
_YEARS = re.compile(r"(?:19|20)\d\d(?:[ -](?:19|20)\d\d)+$")


def _digits(text: str) -> str:
    return "".join(filter(str.isdecimal, text))


def _shorter(text: str) -> Iterator[str]:
    """Yields a text, and then what is left when its last group goes, and the next."""
    while text:
        yield text
        text = re.sub(r"(?:^|[^0-9A-Za-z]+)[0-9A-Za-z]+$", "", text)


def _whole(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    yield match.span()


def _number(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """An account number or the like, and no date, amount, years or number of an order."""
    is_date = _DATE.match(match[0]) is not None and len(_digits(match[0])) == 8
    if not is_of_a_thing(match) and (
        is_of_a_person(match) or not (is_date or _YEARS.match(match[0]))
    ):
        yield match.span()


def _grouped(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    groups = re.split("[ -]", match[0])
    long = sum(map(len, groups)) >= 8
    if long and (len(groups) > 2 or is_of_a_person(match)) and not _DATE.match(match[0]):
        yield from _number(match)


def _value(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    if len(_digits(match["value"])) >= 4 and not is_amount(match):
        yield match.span("value")


_TOKEN = re.compile(r"[A-Za-z0-9_]{16,}")
_TELLING = re.compile(
    r"@|%40|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|=[^&]*\d{8}|[?&#;/][\w.-]*(?:key|token"
    r"|secret|sig|auth|sess|sid|pass|pwd|mail|phone|user|account|customer)[\w.-]*=[^&]",
    re.IGNORECASE,
)


def _url(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    url = match[0].rstrip(".,;:!?*" if "(" in match[0] else ".,;:!?*)")
    mixed = any(not (token.isalpha() or token.isdecimal()) for token in _TOKEN.findall(url))
    if mixed or _TELLING.search(url):
        yield match.start(), match.start() + len(url)


def _email(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    local = match["local"].lstrip(".'-%")
    if local:
        yield match.start() + len(match["local"]) - len(local), match.end()


def _ip(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    if re.search(r"\b(?:v|version|release|firmware)[\s.:]*$", words_before(match), re.IGNORECASE):
        return
    groups = [group for group in re.split("[:.]", match[0]) if group]
    if ":" in match[0] and len(groups) < 4 and not re.search("[A-Fa-f]", match[0]):
        return
    try:
        ipaddress.ip_address(match[0])
    except ValueError:
        return
    yield match.span()


def _iban(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    for text in _shorter(match[0]):
        if iban.is_valid(text):
            yield match.start(), match.start() + len(text)
            return
    if "iban" in words_before(match).casefold() and match[0].isupper():
        yield match.span()


def _card(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    if luhn.is_valid(_digits(match[0])):
        yield match.span()


def _grouped_card(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    if luhn.is_valid(_digits(match[0])) or not is_of_a_thing(match):
        yield match.span()


def _spaced_ssn(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    if ssn.is_valid(_digits(match[0])):
        yield match.span()


def _unless_a_thing(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    if not is_numbered_thing(match):
        yield match.span()


def _is_valid(text: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except NumberParseException:
        return False


def _international(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """A number after + is one in any case; one after 00 only if some country has it."""
    plus = match[0].startswith("+")
    for text in _shorter(match[0]):
        if len(_digits(text)) > 7 and _is_valid(text if plus else f"+{text[2:]}", None):
            yield match.start(), match.start() + len(text)
            return
    if plus:
        yield match.span()


def _national(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    if _DATE.match(match[0]) or is_of_a_thing(match):
        return
    regions = _REGIONS if match[0][0] == "0" else ("US",)
    for text in _shorter(match[0]):
        if len(_digits(text)) > 8 and any(_is_valid(text, region) for region in regions):
            yield match.start(), match.start() + len(text)
            return


_SEP = r"[ ./()–-]{0,2}"
_EDGE = r"(?<![\w$€£])(?<!\d[.,])(?<!\w-)"
_END = r"(?!\w|[.,]\d)"
_STREETS = (
    "Street|St|Avenue|Ave|Road|Rd|Lane|Ln|Drive|Dr|Boulevard|Blvd|Court|Ct|Close|Way|Terrace"
    "|Square|Sq|Row|Hill|Place|Pl|Crescent|Gardens|Grove|Park|Mews|Walk|Parade|Quay|Highway|Hwy"
    "|Parkway|Pkwy|Trail|Alley|Rise"
)


def _form(kind: str, pattern: str, accept: Accept = _whole, flags: int = 0) -> Form:
    return Form(kind, re.compile(pattern, flags), accept)


URLS = (_form("URL", r"(?:https?://|www\.)[^\s<>\"'\[\]{}]+", _url, re.IGNORECASE),)
EMAILS = (
    _form("EMAIL", r"(?<![\w.+%'-])(?P<local>[\w.+%'-]++)@[\w-]+(?:\.[\w-]+)+(?<![_-])", _email),
)
SPELLED = (
    _form(
        "EMAIL",
        r"(?<!\w)\w++(?: (?:dot|underscore|dash|hyphen) \w++)* at \w++(?: dot \w++)+",
        flags=re.IGNORECASE,
    ),
)
IPS = (
    _form("IP", r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)", _ip),
    _form(
        "IP",
        r"(?<![\w.])(?<![0-9A-Fa-f]:)[0-9A-Fa-f]{1,4}(?::{1,2}[0-9A-Fa-f]{1,4}){1,7}(?:::)?(?![\w:])",
        _ip,
    ),
)
INSURANCE = (
    _form(
        "SSN",
        r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:\d\d ?){3}[A-D](?!\w)",
        _unless_a_thing,
    ),
)
LONG = (
    _form(
        "IBAN",
        r"(?<!\w)[A-Za-z]{2}\d\d(?: ?[A-Za-z\d]{4}){2,7}(?: ?[A-Za-z\d]{1,3})?(?!\w)",
        _iban,
    ),
    _form("CARD", r"(?<![\w-])[2-6]\d{12,18}(?![\w-])", _card),
    _form(
        "CARD",
        r"(?<![\w-])[2-6]\d{3}(?:(?:[ .-]\d{4}){3}|[ .-]\d{6}[ .-]\d{5})(?![\w-])",
        _grouped_card,
    ),
    _form("SSN", r"(?<![\w-])\d{3}-\d\d-\d{4}(?![\w-])", _unless_a_thing),
    _form("SSN", r"(?<!\w)\d{3} \d\d \d{4}(?!\w)", _spaced_ssn),
    _form("PHONE", rf"(?<!\w)(?:\+|00) ?[1-9](?:{_SEP}\d){{7,14}}(?!\d)", _international),
    _form(
        "PHONE",
        rf"{_EDGE}(?:1[ .-])?(?:\(\d{{2,5}}\)[ .-]?\d{{3,4}}[ .-]?\d{{3,4}}(?:[ .-]?\d{{3,4}})?"
        rf"|\d{{3}}[ .-]\d{{3}}[ .-]\d{{4}}|555-\d{{4}}|0\d{{2,4}}(?:[ .-]\d{{3,4}}){{2}}"
        rf"|0\d{{3,4}}[ .-]\d{{6,7}}){_END}",
        _unless_a_thing,
    ),
    _form("PHONE", rf"{_EDGE}(?:0\d(?:{_SEP}\d){{7,11}}|1?[2-9]\d{{9}}){_END}", _national),
)
CALLED = (
    _form(
        "NUMBER",
        r"(?<!\w)(?:(?:customer|client|member(?:ship)?) |(?:(?:customer|client|member(?:ship)?"
        r"|policy|contract|loan|account|acct) (?:numbers?|no|nr|id)\b\.?|account|acct)"
        r"\s?[:#(,-]?(?: (?:is|was|would be|as)\b:?)? ?)"
        r"(?P<value>(?:[A-Z]{1,3}[/-]?)?\d(?:[A-Z\d/-]| (?=\d))*)(?<![ /-])(?!\w|[.,]\d)",
        _value,
        re.IGNORECASE,
    ),
)
NUMBERS = (
    _form("NUMBER", rf"{_EDGE}\d{{8,}}{_END}", _number),
    _form("NUMBER", rf"{_EDGE}\d(?:[ -]\d){{7,}}{_END}", _number),
    _form("NUMBER", rf"{_EDGE}(?:\d{{3,}}(?: \d+)+|\d+(?:-\d+)+){_END}", _grouped),
)
PINS = (
    _form(
        "PIN",
        r"(?<!\w)(?:PINs?|passwords?|passcodes?|passphrase|CVV|CVC|OTP"
        r"|(?:security|access|verification|one-time|entry|door) codes?)(?!\w)",
        codes_after,
        re.IGNORECASE,
    ),
)
BIRTHS = (
    _form(
        "BIRTHDATE",
        r"(?<!\w)(?:birth|birthday|birth ?date|D\.?O\.?B\.?|born)(?!\w)",
        birth_after,
        re.I,
    ),
)
ADDRESSES = (
    _form(
        "ADDRESS",
        rf"(?<![\w.,$€£-])\d{{1,5}}[A-Za-z]?,? (?:[A-Z][\w.'’-]* ){{1,3}}(?:{_STREETS})\b"
        r"(?:,? (?:Flat|Apt\.?|Apartment|Unit|Suite|#) ?[\dA-Z]{1,5}\b)?",
    ),
)
