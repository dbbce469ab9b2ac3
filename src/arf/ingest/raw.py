"""Raw rows as people hand them over: read with tolerance, judged without it."""

import json
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from arf.files import describe
from arf.records import Case, Split, Turn

MAX_DEPTH = 100  # the reader of our own records stops at 200 levels
CASE_FIELDS = {"id", "channel", "text", "turns", "fields", "received_at", "reference"}
TURN_FIELDS = frozenset(Turn.model_fields)


@dataclass(frozen=True)
class Row:
    """A line of a raw file, parsed (`value`) or broken (`reason`)."""

    line: int
    value: dict[str, Any]
    reason: str | None
    raw: str


class BrokenRowError(ValueError):
    """A raw row that cannot become a record; the message says why."""


def normal(value: Any, depth: int = 0) -> Any:
    """Returns a JSON value with every string in Unicode normal form C.

    Raises:
        RecursionError: it is nested deeper than `MAX_DEPTH`.
    """
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [normal(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {normal(key): normal(item, depth + 1) for key, item in value.items()}
    return value


def read_rows(path: Path) -> Iterator[Row]:
    """Streams a raw JSON Lines file: a broken line has a reason, a blank one vanishes."""
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            raw = line.decode("utf-8", errors="replace").rstrip("\r\n")
            value: Any = {}
            reason = None
            try:
                value = normal(json.loads(line.removeprefix(b"\xef\xbb\xbf").decode("utf-8")))
                json.dumps(value, ensure_ascii=False).encode("utf-8")
            except UnicodeDecodeError as error:
                reason = f"invalid UTF-8 at byte {error.start} of the line"
            except UnicodeEncodeError:
                reason = "half a character: an emoji or other sign was cut in two"
            except json.JSONDecodeError as error:
                reason = f"no JSON: {error.msg} at character {error.pos}"
            except RecursionError:
                reason = "no JSON that can be read: nested too deeply"
            except ValueError as error:
                reason = f"no JSON that can be read: {error}"
            if reason is None and not isinstance(value, dict):
                reason = "not a JSON object"
            yield Row(number, value if reason is None else {}, reason, raw)


def row_id(row: Row) -> str:
    """Returns a row's id.

    Raises:
        BrokenRowError: the row is broken, or its id is missing or of the wrong type.
    """
    if row.reason is not None:
        raise BrokenRowError(row.reason)
    value = row.value.get("id")
    if value is None or (isinstance(value, str) and not value.strip()):
        raise BrokenRowError("missing id")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BrokenRowError("id must be text or a whole number")
    return str(value)


def check_channel(row: Row, channel: str) -> None:
    """Refuses a row that says that it belongs to another channel than its file.

    Raises:
        BrokenRowError: it does.
    """
    if row.value.get("channel", channel) != channel:
        raise BrokenRowError(f"wrong channel {row.value['channel']!r} in the file of {channel!r}")


def _split_turns(turns: Any) -> tuple[Any, list[dict[str, Any]]]:
    """Parts what a turn may say from its other fields; what is no turn is left to the record."""
    if not isinstance(turns, list):
        return turns, []
    said: list[Any] = []
    other: list[dict[str, Any]] = []
    for turn in turns:
        fields = turn if isinstance(turn, dict) else {}
        other.append({k: v for k, v in fields.items() if k not in TURN_FIELDS})
        said.append({k: v for k, v in fields.items() if k in TURN_FIELDS} if fields else turn)
    return said, other if any(other) else []


def to_case(row: Row, channel: str, split: Split, max_words: int) -> Case:
    """Turns a raw row into a case; unknown fields go to `extra`.

    Those of turns go to `extra["turns"]`, one mapping a turn.

    Raises:
        BrokenRowError: the row has no text, too much of it, or fields of the wrong type.
    """
    check_channel(row, channel)
    known = {name: row.value[name] for name in CASE_FIELDS & row.value.keys()}
    known |= {"id": row_id(row), "channel": channel, "split": split}
    known["fields"] = known.get("fields") or {}
    extra = {name: value for name, value in row.value.items() if name not in CASE_FIELDS}
    if "turns" in known:
        known["turns"], other = _split_turns(known["turns"])
        extra |= {"turns": other} if other else {}
    received = known.get("received_at")
    if isinstance(received, int | float) and not isinstance(received, bool):
        known["received_at"] = str(received)
    try:
        case = Case(**known, extra=extra)
    except ValidationError as error:
        raise BrokenRowError(describe(error)) from error
    said = case.text or " ".join(turn.text for turn in case.turns or ())
    if not said.strip():
        raise BrokenRowError("empty text")
    words = len(said.split())
    if words > max_words:
        raise BrokenRowError(f"absurd length: {words} words, over data.max_words {max_words}")
    return case


def text_of(row: Row) -> str:
    """Returns the text of a recorded output.

    Raises:
        BrokenRowError: it has none.
    """
    text = row.value.get("text", row.value.get("summary"))
    if not isinstance(text, str) or not text.strip():
        raise BrokenRowError("empty text: a recorded output needs text (or summary)")
    return text
