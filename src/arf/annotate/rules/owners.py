"""Whose a telephone number, an e-mail address or a street address is."""

import re
from typing import Literal

from arf.annotate.rules.grounds import Grounds, bare
from arf.annotate.rules.patterns import Pattern, Words, any_word
from arf.params import Section
from arf.text import sentences

_NEAR = 60  # characters
_NAME = 4  # letters of a name that an e-mail address may have
Owner = Literal["customer", "company", "nobody"]


class OwnerSettings(Section):
    """By what words owners are told.

    Attributes:
        own: words near a contact in the customer's text that make it theirs.
        company: words there that make it a company's; the nearest decides.
        told_own: the same in the output, which counts where the customer's text does not tell.
        told_company: the same in the output.
        offices: what e-mail addresses of a company begin with.
        toll_free: regular expression of the beginning of numbers that only companies have.
    """

    own: Words
    company: Words
    told_own: Words
    told_company: Words
    offices: Words
    toll_free: Pattern


class _Cues:
    """Words for two owners, the nearest of which decides."""

    def __init__(self, own: Words, company: Words) -> None:
        self._all = any_word((*own, *company))
        self._own = frozenset(own)
        self._company = frozenset(company)

    def nearest(self, text: str, start: int, end: int) -> Owner:
        """Returns whose a value is by the nearest word; words after it count as twice as far."""
        before = self._all.finditer(text, max(0, start - _NEAR), start)
        after = self._all.finditer(text, end, min(len(text), end + _NEAR))
        found = [(start - match.end(), match[0]) for match in before]
        found += [(2 * (match.start() - end), match[0]) for match in after]
        if not found:
            return "nobody"
        word = min(found)[1].casefold()
        return "customer" if word in self._own else "company"


class Owners:
    """Tells the customer's contacts from a company's.

    Args:
        settings: words of either.
    """

    def __init__(self, settings: OwnerSettings) -> None:
        self._said = _Cues(settings.own, settings.company)
        self._told = _Cues(settings.told_own, settings.told_company)
        office = "|".join(settings.offices)
        self._office = re.compile(rf"(?:{office})[\w.-]*@|[\w.-]*[.-](?:{office})@", re.IGNORECASE)
        self._toll_free = re.compile(settings.toll_free)

    def is_own(self, value: str, text: str, start: int, end: int, grounds: Grounds) -> bool:
        """Says whether a contact that the customer gave is their own.

        Args:
            value: the contact.
            text: the sentence of the output that has it, at `start` to `end`.
            start: where it starts there.
            end: where it ends.
            grounds: the case.
        """
        key = (self, value)
        if key not in grounds.memo:
            grounds.memo[key] = self._said_by(value, grounds)
        owner = grounds.memo[key]
        if owner == "nobody" and grounds.case.turns is None:
            owner = self._told.nearest(text, start, end)
        return bool(owner != "company")

    def _said_by(self, value: str, grounds: Grounds) -> Owner:
        """Returns whose the customer says that a value is."""
        if "@" in value:
            if self._office.match(value):
                return "company"
            local = value.partition("@")[0].casefold()
            if any(len(name) >= _NAME and name in local for name in grounds.capitalised):
                return "customer"
        owner: Owner = "company" if self._toll_free.match(value) else "nobody"
        glued = bare(value)
        for sentence in sentences(grounds.customer):
            if glued not in bare(sentence.text):
                continue
            at = sentence.text.find(value)
            start, end = (at, at + len(value)) if at >= 0 else (len(sentence.text),) * 2
            nearest = self._said.nearest(sentence.text, start, end)
            if nearest == "customer":
                return "customer"
            owner = nearest if nearest == "company" else owner
        return owner
