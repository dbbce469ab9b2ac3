"""What a case says and who says it, computed once for all outputs of the case."""

import re
from collections import OrderedDict
from typing import Any

from arf.annotate.rules.lazy import lazy
from arf.annotate.rules.patterns import any_pattern
from arf.records import Case
from arf.taxonomy import People

_REMEMBERED = 1024
_WORD = re.compile(r"[^\W_]+")


def bare(text: str) -> str:
    """Returns the letters and digits of a text alone, in lower case."""
    return "".join(_WORD.findall(text.casefold()))


class Voices:
    """Tells the staff and the customer apart, by the taxonomy's words for them."""

    def __init__(self, people: People) -> None:
        self.staff = any_pattern(people.staff)
        self.customers = any_pattern(people.customers)


class Grounds:
    """What a case says; never its `extra`."""

    def __init__(self, case: Case, voices: Voices) -> None:
        self.case = case
        self._voices = voices
        # What detectors found out about the case, by a key of their own.
        self.memo: dict[object, Any] = {}

    @lazy
    def text(self) -> str:
        """All that the case says."""
        return self.case.body()

    @lazy
    def staff(self) -> str:
        """What the staff said; everything where the case is no dialogue."""
        return self._said_by(staff=True)

    @lazy
    def customer(self) -> str:
        """What everybody but the staff said; everything where the case is no dialogue."""
        return self._said_by(staff=False)

    @lazy
    def lower(self) -> str:
        """All that the case says, in lower case."""
        return self.text.casefold()

    @lazy
    def words(self) -> tuple[str, ...]:
        """All words of the case in lower case."""
        return tuple(_WORD.findall(self.lower))

    @lazy
    def vocabulary(self) -> frozenset[str]:
        """The different words of the case in lower case."""
        return frozenset(self.words)

    @lazy
    def capitalised(self) -> frozenset[str]:
        """The words of the case that begin with a capital, in lower case."""
        return frozenset(word.casefold() for word in _WORD.findall(self.text) if word[0].isupper())

    @lazy
    def glued(self) -> str:
        """The letters and digits of the case alone, in lower case."""
        return "".join(self.words)

    @lazy
    def customer_glued(self) -> str:
        """The letters and digits that the customer said alone, in lower case."""
        return bare(self.customer)

    def _said_by(self, staff: bool) -> str:
        if self.case.turns is None:
            return self.text
        return "\n".join(
            turn.text
            for turn in self.case.turns
            if bool(self._voices.staff.fullmatch(turn.speaker)) is staff
        )


class GroundsByCase:
    """The grounds of the cases met last: a round meets a case again after every edit."""

    def __init__(self, people: People) -> None:
        self._voices = Voices(people)
        self._known: OrderedDict[int, Grounds] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def of(self, case: Case) -> Grounds:
        """Returns the grounds of a case."""
        known = self._known.get(id(case))
        if known is not None and known.case is case:
            return known
        grounds = Grounds(case, self._voices)
        self._known[id(case)] = grounds
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)
        return grounds
