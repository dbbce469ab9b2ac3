"""Finds personal data in a text by its form: light, without a model, and unsure of names."""

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

import phonenumbers
from phonenumbers import NumberParseException
from stdnum import iban, luhn
from stdnum.us import ssn

from arf.llm.called import (
    birth_after,
    codes_after,
    is_amount,
    is_numbered_thing,
    is_of_a_person,
    is_of_a_thing,
    words_before,
)

KINDS = {
    "URL": "web addresses that hold an e-mail address, a key or a token",
    "EMAIL": "e-mail addresses",
    "IP": "IP addresses",
    "IBAN": "IBANs",
    "CARD": "payment card numbers",
    "SSN": "social security and national insurance numbers",
    "PHONE": "phone numbers",
    "BIRTHDATE": "dates of birth, where called so",
    "NUMBER": "numbers called an account's, customer's or the like, and others of 8 digits or more",
    "PIN": "PINs, passwords and security codes, where called so",
    "ADDRESS": "street addresses with a house number",
}
"""What is found, by the word that stands for it, in words for people."""

_REGIONS = ("GB", "DE", "FR", "IE", "NL", "AU")  # where a number that begins with 0 may belong


class Span(NamedTuple):
    """One piece of personal data: the characters `start` to `end`, and a kind of `KINDS`."""

    start: int
    end: int
    kind: str


_Accept = Callable[[re.Match[str]], Iterator[tuple[int, int]]]


class _Form(NamedTuple):
    """How one kind is written, and which part of a match is it."""

    kind: str
    pattern: re.Pattern[str]
    accept: _Accept


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


def _form(kind: str, pattern: str, accept: _Accept = _whole, flags: int = 0) -> _Form:
    return _Form(kind, re.compile(pattern, flags), accept)


_URLS = (_form("URL", r"(?:https?://|www\.)[^\s<>\"'\[\]{}]+", _url, re.IGNORECASE),)
_EMAILS = (
    _form("EMAIL", r"(?<![\w.+%'-])(?P<local>[\w.+%'-]++)@[\w-]+(?:\.[\w-]+)+(?<![_-])", _email),
)
_SPELLED = (
    _form(
        "EMAIL",
        r"(?<!\w)\w++(?: (?:dot|underscore|dash|hyphen) \w++)* at \w++(?: dot \w++)+",
        flags=re.IGNORECASE,
    ),
)
_IPS = (
    _form("IP", r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?!\w|\.\d)", _ip),
    _form(
        "IP",
        r"(?<![\w.])(?<![0-9A-Fa-f]:)[0-9A-Fa-f]{1,4}(?::{1,2}[0-9A-Fa-f]{1,4}){1,7}(?:::)?(?![\w:])",
        _ip,
    ),
)
_INSURANCE = (
    _form(
        "SSN",
        r"(?<!\w)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:\d\d ?){3}[A-D](?!\w)",
        _unless_a_thing,
    ),
)
_LONG = (
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
_CALLED = (
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
_NUMBERS = (
    _form("NUMBER", rf"{_EDGE}\d{{8,}}{_END}", _number),
    _form("NUMBER", rf"{_EDGE}\d(?:[ -]\d){{7,}}{_END}", _number),
    _form("NUMBER", rf"{_EDGE}(?:\d{{3,}}(?: \d+)+|\d+(?:-\d+)+){_END}", _grouped),
)
_PINS = (
    _form(
        "PIN",
        r"(?<!\w)(?:PINs?|passwords?|passcodes?|passphrase|CVV|CVC|OTP"
        r"|(?:security|access|verification|one-time|entry|door) codes?)(?!\w)",
        codes_after,
        re.IGNORECASE,
    ),
)
_BIRTHS = (
    _form(
        "BIRTHDATE",
        r"(?<!\w)(?:birth|birthday|birth ?date|D\.?O\.?B\.?|born)(?!\w)",
        birth_after,
        re.I,
    ),
)
_ADDRESSES = (
    _form(
        "ADDRESS",
        rf"(?<![\w.,$€£-])\d{{1,5}}[A-Za-z]?,? (?:[A-Z][\w.'’-]* ){{1,3}}(?:{_STREETS})\b"
        r"(?:,? (?:Flat|Apt\.?|Apartment|Unit|Suite|#) ?[\dA-Z]{1,5}\b)?",
    ),
)
_SIX_DIGITS = re.compile(r"\d\d ?\d\d ?\d\d ?[A-D](?!\w)")
_SEVEN_DIGITS = re.compile(r"\d(?:[ ./()–-]{0,3}\d){6}")
_DOTS = re.compile(r"\.\d{1,3}\.\d{1,3}\.\d")
_COLONS = re.compile(r":[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]{1,4}:|::[0-9A-Fa-f]")
_LETTERS = 16  # characters that a number may have before its first seven digits
_FOUND = "\0"  # stands where something was found
_HOUSE = re.compile(r"\d[A-Za-z]?,? [A-Z]")
_PIN_WORDS = ("pin", "passw", "passc", "passph", "cvv", "cvc", "otp", " code")
_OWNED = ("account", "acct", "customer", "client", "member", "policy", "contract", "loan")
_BIRTH_WORDS = ("birth", "dob", "d.o.b", "born")


def _forms(text: str) -> Iterator[tuple[tuple[_Form, ...], int]]:
    """Yields the forms that a text may have, the surest first, and from which character on.

    Most texts have few of them.
    """
    lower = text.lower()
    if "://" in text or "www." in lower:
        yield _URLS, 0
    if "@" in text:
        yield _EMAILS, 0
    if " dot " in lower:
        yield _SPELLED, 0
    if _DOTS.search(text) or _COLONS.search(text):
        yield _IPS, 0
    if _SIX_DIGITS.search(text):
        yield _INSURANCE, 0
    many = _SEVEN_DIGITS.search(text)
    first = max(0, many.start() - _LETTERS) if many else 0
    if many:
        yield _LONG, first
    if any(word in lower for word in _BIRTH_WORDS):
        yield _BIRTHS, 0
    if any(word in lower for word in _OWNED):
        yield _CALLED, 0
    if many:
        yield _NUMBERS, first
    if any(word in lower for word in _PIN_WORDS):
        yield _PINS, 0
    house = _HOUSE.search(text)
    if house:
        yield _ADDRESSES, max(0, house.start() - _LETTERS)


def find_personal(text: str) -> list[Span]:
    """Returns the personal data of a text in its order; no two overlap."""
    found: list[Span] = []
    left = text.replace(_FOUND, " ")
    for forms, first in _forms(text):
        for form in forms:
            parts: list[str] = []
            at = 0
            for start, end in sorted(_values(form, left, first)):
                if start >= at and _FOUND not in left[start:end]:
                    found.append(Span(start, end, form.kind))
                    parts += left[at:start], _FOUND * (end - start)
                    at = end
            if parts:
                left = "".join((*parts, left[at:]))
    return sorted(found)


def _values(form: _Form, text: str, first: int) -> Iterator[tuple[int, int]]:
    for match in form.pattern.finditer(text, first):
        yield from form.accept(match)
