"""How the mock endpoint is told to behave."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any


@dataclass
class Behaviour:
    """How the server behaves; changeable while it runs.

    Attributes:
        latency: seconds until an answer; refusals come at once.
        answer: makes the text of an answer from the request body.
        bucket: `{rate, capacity, retry_after}`: requests a second, at most so many at once, else
            429, without Retry-After where that is null.
        outages: `{start, end, status}`, in seconds since the first request.
        always: `{status, headers, body}` for every request.
        key: the one that is right; others are answered 401.
        models: those that there are; others are answered 404.
        context: words of the longest prompt; more are answered 400.
        schema: whether `response_format` is taken.
        headers: added to each response to a request.
        batch_seconds: how long a batch takes.
        batch_faults: see `mock_batches`; for one batch, or for each with `always`.
    """

    latency: float = 0.0
    answer: Callable[[dict[str, Any]], str] | None = None
    bucket: dict[str, Any] | None = None
    outages: list[dict[str, Any]] = field(default_factory=list)
    always: dict[str, Any] | None = None
    key: str | None = None
    models: list[str] | None = None
    context: int | None = None
    schema: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    batch_seconds: float = 0.0
    batch_faults: dict[str, Any] = field(default_factory=dict)

    def change(self, values: dict[str, Any]) -> None:
        """Sets fields from JSON.

        Raises:
            ValueError: there is no such field.
        """
        unknown = set(values) - {known.name for known in fields(self)} | set(values) & {"answer"}
        if unknown:
            raise ValueError(f"no such behaviour: {', '.join(sorted(unknown))}")
        for name, value in values.items():
            setattr(self, name, value)


class Bucket:
    """A token bucket, new for each `{rate, capacity, retry_after}` that is set."""

    def __init__(self) -> None:
        self._of: dict[str, Any] | None = None
        self._left = self._at = 0.0

    def take(self, bucket: dict[str, Any]) -> bool:
        """Takes one token; returns whether there was one."""
        now = time.monotonic()
        if bucket is not self._of:
            self._of, self._left = bucket, bucket["capacity"]
        else:
            grown = self._left + (now - self._at) * bucket["rate"]
            self._left = min(bucket["capacity"], grown)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True
