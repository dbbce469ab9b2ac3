"""Identifiers of the customer that the output repeats."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field

from arf.annotate.rules.reading import Hit, Patterns, Reading, any_pattern
from arf.params import Section


def _has_value(pattern: str) -> str:
    try:
        groups = re.compile(pattern).groupindex
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    if "value" not in groups:
        raise ValueError(f"{pattern!r} needs a group (?P<value>...) for the identifier")
    return pattern


class Kind(Section):
    """One kind of identifier.

    Attributes:
        pattern: regular expression in which the group `value` is the identifier.
        customers: whether it is always the customer's; else only where the customer gave it.
        case: whether capitals matter.
    """

    pattern: Annotated[str, Field(min_length=1), AfterValidator(_has_value)]
    customers: bool = False
    case: bool = False


class IdentifierSettings(Section):
    """Settings of the detector `identifiers`.

    Attributes:
        kinds: what to look for, by name; the name is the finding's note, which a mask repeats.
        staff: regular expressions of the speakers that are not the customer.
    """

    kinds: dict[str, Kind] = Field(min_length=1)
    staff: Patterns


class IdentifierDetector:
    """Finds identifiers that the customer gave; one that only the staff gave may be a venue's."""

    def __init__(self, settings: IdentifierSettings) -> None:
        self._kinds = {
            name: (re.compile(kind.pattern, 0 if kind.case else re.IGNORECASE), kind.customers)
            for name, kind in settings.kinds.items()
        }
        self._staff = any_pattern(settings.staff)

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields each identifier, with its kind as the note."""
        hits: list[Hit] = []
        for name, (pattern, customers) in self._kinds.items():
            for match in pattern.finditer(reading.text):
                start, end = match.span("value")
                if any(hit.start < end and start < hit.end for hit in hits):
                    continue
                if customers or self._given(match["value"], reading):
                    hits.append(Hit(start, end, name))
        yield from sorted(hits)

    def _given(self, value: str, reading: Reading) -> bool:
        said = reading.said_by(self._staff, False)
        return _bare(value) in _bare(said)


def _bare(text: str) -> str:
    """Returns the letters and digits of a text alone, in lower case."""
    return re.sub(r"[\W_]+", "", text.casefold())
