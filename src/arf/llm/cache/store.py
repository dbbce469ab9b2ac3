"""The table of answers: its columns, and how a row is made and checked."""

import json
import zlib
from typing import Any, NamedTuple

VERSION = 1
COLUMNS = (
    "key, idx, body, accepted, reason, crc, base_url, model, role, stage, run, "
    "prompt_tokens, completion_tokens, money, created"
)
INSERT = f"INSERT OR IGNORE INTO answers ({COLUMNS}) VALUES ({', '.join('?' * 15)})"
_SHAPE = """(
    id INTEGER PRIMARY KEY, key TEXT, idx INTEGER, body TEXT, accepted INTEGER, reason TEXT,
    crc INTEGER, base_url TEXT, model TEXT, role TEXT, stage TEXT, run TEXT,
    prompt_tokens INTEGER, completion_tokens INTEGER, money REAL, created REAL"""
SCHEMA = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS answers {_SHAPE}, UNIQUE (key, idx));
CREATE TABLE IF NOT EXISTS damaged {_SHAPE});
CREATE INDEX IF NOT EXISTS spending ON answers (run, role, money);
PRAGMA user_version = {VERSION};
COMMIT;
"""
_TOOK = slice(11, 14)  # prompt_tokens, completion_tokens, money
_LARGEST = 2**63 - 1  # that SQLite can keep

Row = tuple[Any, ...]


class Stored(NamedTuple):
    """An answer as it is kept: the how-manieth to its body, and why it was not accepted.

    `took` is what the one that was read took: tokens of prompt and answer, and money.
    """

    index: int  # type: ignore[assignment]  # hides tuple.index
    answer: dict[str, Any]
    accepted: bool
    reason: str | None
    took: tuple[int, int, float | None] = (0, 0, None)


class Meta(NamedTuple):
    """Where an answer came from and what it cost; `created` is in seconds of Unix time."""

    base_url: str
    model: str
    role: str
    stage: str
    run: str
    prompt_tokens: int
    completion_tokens: int
    money: float | None
    created: float


def row_of(key: str, stored: Stored, meta: Meta) -> Row:
    """Returns the values of `COLUMNS`, whatever an endpoint may have answered."""
    body = json.dumps(stored.answer, separators=(",", ":"), sort_keys=True)
    head = (key, stored.index, body, int(stored.accepted), _storable(stored.reason))
    return (*head, _crc(*head), *map(_storable, meta))


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()  # halves of a surrogate pair
    return min(value, _LARGEST) if isinstance(value, int) else value


def reindexed(row: Row, index: int) -> Row:
    """Returns the row under another index."""
    head = (row[0], index, *row[2:5])
    return (*head, _crc(*head), *row[6:])


def stored_of(row: Row) -> Stored | None:
    """Returns the answer of a row, null where the row is damaged."""
    key, index, body, accepted, reason, crc = row[:6]
    if crc != _crc(key, index, body, accepted, reason):
        return None
    try:
        answer = json.loads(body)
    except (ValueError, TypeError):
        return None
    if not isinstance(answer, dict):
        return None
    return Stored(index, answer, bool(accepted), reason, row[_TOOK])


def _crc(key: str, index: int, body: str, accepted: int, reason: str | None) -> int:
    return zlib.crc32(f"{key}\0{index}\0{body}\0{accepted}\0{reason}".encode())


def lenient(raw: bytes) -> str:
    """Decodes text of the database; where it is damaged, the checksum will tell."""
    return raw.decode("utf-8", "replace")
