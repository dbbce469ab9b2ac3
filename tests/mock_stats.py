"""What the mock endpoint counts."""

import hashlib
import json
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

ON_THE_WAY = 0.05  # seconds in which a request may have left before it could know of a 429


@dataclass
class Stats:
    """Counts of one server. Chat completions alone are requests; batches count by themselves.

    Attributes:
        total: requests seen, whatever became of them.
        answered: requests that got a whole HTTP response, of any status.
        by_status: those by status.
        in_flight: requests being answered now.
        max_in_flight: its maximum.
        per_body: requests by digest of the body.
        sends: when each request came, in seconds of the monotonic clock.
        in_window: requests that came inside a Retry-After that had been sent out more than 50 ms
            before.
        bodies: each request's body, where the server records.
        headers: each request's headers, where the server records.
        files: files uploaded.
        batches: batches created.
        rows: batch rows run.
        per_row: batch rows run by digest of the row's body.
    """

    total: int = 0
    answered: int = 0
    by_status: Counter[int] = field(default_factory=Counter)
    in_flight: int = 0
    max_in_flight: int = 0
    per_body: Counter[str] = field(default_factory=Counter)
    sends: list[float] = field(default_factory=list)
    in_window: int = 0
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    files: int = 0
    batches: int = 0
    rows: int = 0
    per_row: Counter[str] = field(default_factory=Counter)
    _told: deque[tuple[float, float]] = field(default_factory=deque)
    _closed_until: float = 0.0

    def begin(self, raw: bytes) -> None:
        """Counts a request that has come."""
        now = time.monotonic()
        self.total += 1
        self.sends.append(now)
        self.per_body[digest(raw)] += 1
        self.in_flight += 1
        self.max_in_flight = max(self.max_in_flight, self.in_flight)
        while self._told and self._told[0][0] <= now - ON_THE_WAY:
            self._closed_until = max(self._closed_until, self._told.popleft()[1])
        self.in_window += now < self._closed_until

    def respond(self, status: int, headers: Mapping[str, str]) -> None:
        """Counts a whole response."""
        self.answered += 1
        self.by_status[status] += 1
        after = headers.get("Retry-After")
        if status == 429 and after is not None:
            now = time.monotonic()
            self._told.append((now, now + float(after)))

    def run(self, row: dict[str, Any]) -> None:
        """Counts a batch row that is run."""
        self.rows += 1
        self.per_row[digest(json.dumps(row, sort_keys=True).encode())] += 1

    @property
    def repeats(self) -> int:
        """Requests whose very body had been sent before."""
        return self.total - len(self.per_body)

    @property
    def row_repeats(self) -> int:
        """Batch rows whose very body had been run before."""
        return self.rows - len(self.per_row)

    def dump(self, full: bool) -> dict[str, Any]:
        """Returns the counts for JSON; with `full` also what grows with the requests."""
        names = ["total", "answered", "by_status", "in_flight", "max_in_flight", "repeats",
                 "in_window", "files", "batches", "rows", "row_repeats"]  # fmt: skip
        if full:
            names += ["per_body", "sends", "bodies", "headers", "per_row"]
        return {name: getattr(self, name) for name in names}


def digest(raw: bytes) -> str:
    """Returns the name under which a body is counted."""
    return hashlib.blake2b(raw, digest_size=8).hexdigest()
