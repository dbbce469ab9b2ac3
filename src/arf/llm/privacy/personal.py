"""Finds personal data in a text by its form: light, without a model, and unsure of names."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from arf.llm.privacy.forms import (
    ADDRESSES,
    BIRTHS,
    CALLED,
    EMAILS,
    INSURANCE,
    IPS,
    LONG,
    NUMBERS,
    PINS,
    SPELLED,
    URLS,
    Form,
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


class Span(NamedTuple):
    """One piece of personal data: the characters `start` to `end`, and a kind of `KINDS`."""

    start: int
    end: int
    kind: str


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


def _forms(text: str) -> Iterator[tuple[tuple[Form, ...], int]]:
    """Yields the forms that a text may have, the surest first, and from which character on.

    Most texts have few of them.
    """
    lower = text.lower()
    if "://" in text or "www." in lower:
        yield URLS, 0
    if "@" in text:
        yield EMAILS, 0
    if " dot " in lower:
        yield SPELLED, 0
    if _DOTS.search(text) or _COLONS.search(text):
        yield IPS, 0
    if _SIX_DIGITS.search(text):
        yield INSURANCE, 0
    many = _SEVEN_DIGITS.search(text)
    first = max(0, many.start() - _LETTERS) if many else 0
    if many:
        yield LONG, first
    if any(word in lower for word in _BIRTH_WORDS):
        yield BIRTHS, 0
    if any(word in lower for word in _OWNED):
        yield CALLED, 0
    if many:
        yield NUMBERS, first
    if any(word in lower for word in _PIN_WORDS):
        yield PINS, 0
    house = _HOUSE.search(text)
    if house:
        yield ADDRESSES, max(0, house.start() - _LETTERS)


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


def _values(form: Form, text: str, first: int) -> Iterator[tuple[int, int]]:
    for match in form.pattern.finditer(text, first):
        yield from form.accept(match)
