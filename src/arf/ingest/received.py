"""When a case was received: the field of the raw rows that says so."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from arf.errors import ArfError
from arf.ingest.raw import BrokenRowError, Row
from arf.params import did_you_mean
from arf.timestamps import day_of

_KNOWN = 200  # names of fields that are kept for a guess


def _fields(value: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yields the fields of nested mappings by dotted name, outer ones first."""
    for name, inner in value.items():
        yield f"{above}{name}", inner
    for name, inner in value.items():
        if isinstance(inner, dict):
            yield from _fields(inner, f"{above}{name}.")


class ReceivedAt:
    """Fills `received_at` of raw rows that have none from another of their fields.

    Args:
        field: a dotted name, such as `fields.date_received`; null to leave rows as they are.
    """

    def __init__(self, field: str | None) -> None:
        self._field = field
        self._met = False
        self._rows = 0
        self._known: dict[str, None] = {}

    def fill(self, row: Row) -> Row:
        """Returns the row with a date, where the field has one and the row had none.

        The date stays as it is written. A row without the field, or with nothing in it, stays as
        it is.

        Raises:
            BrokenRowError: what the field holds is no date.
        """
        if self._field is None or row.reason is not None:
            return row
        self._rows += 1
        found, value = self._value(row.value)
        self._met |= found
        if not self._met and len(self._known) < _KNOWN:
            self._known.update(dict.fromkeys(name for name, _ in _fields(row.value)))
        if row.value.get("received_at") is not None or value is None or value == "":
            return row
        number = isinstance(value, int | float) and not isinstance(value, bool)
        stamp = str(value) if number else value
        if not isinstance(stamp, str) or day_of(stamp) is None:
            raise BrokenRowError(
                f"{self._field} is no date: {str(value)[:80]!r}; write it as 2031-03-09, with or "
                "without a time, or set data.received_at to null"
            )
        return replace(row, value={**row.value, "received_at": stamp})

    def check(self) -> None:
        """Refuses a field that no row had.

        Raises:
            ArfError: there were rows, and none had the field.
        """
        if self._field is not None and self._rows and not self._met:
            guess = did_you_mean(self._field, list(self._known))
            raise ArfError(
                f"params.yaml: data.received_at: no row of any channel has {self._field}{guess}"
            )

    def _value(self, row: Mapping[str, Any]) -> tuple[bool, Any]:
        """Returns whether a row has the field, and what is in it."""
        value: Any = row
        for part in (self._field or "").split("."):
            if not isinstance(value, dict) or part not in value:
                return False, None
            value = value[part]
        return True, value
