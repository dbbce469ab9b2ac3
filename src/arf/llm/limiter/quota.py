"""What an endpoint's answers tell of its limits before it turns a request away."""

import math
import re
from collections.abc import Mapping

LONGEST = 60.0  # seconds of a hold: some endpoints count to the full quota, which may be a day
_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
_NUMBER = r"\d+(?:\.\d+)?"
_PART = re.compile(rf"({_NUMBER})(ms|[dhms])")
_DURATION = re.compile(rf"(?:{_NUMBER}(?:ms|[dhms]))+")
_SECONDS = re.compile(_NUMBER)


def seconds(value: str | None) -> float | None:
    """Returns the seconds of `1s`, `6m0s`, `20ms` or `1.5`; null where it is none of these."""
    text = (value or "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    if _DURATION.fullmatch(text):
        return sum(float(number) * _UNITS[unit] for number, unit in _PART.findall(text))
    return None


_REQUESTS = (  # what tells how many are left, and until when
    ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    ("ratelimit-remaining", "ratelimit-reset"),
)
_TOKENS = ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens")


def until_reset(
    headers: Mapping[str, str], quotas: tuple[tuple[str, str], ...] = (*_REQUESTS, _TOKENS)
) -> float | None:
    """Returns the seconds until a quota that is used up is there again; null where none is."""
    waits = [
        seconds(headers.get(reset)) for left, reset in quotas if _count(headers.get(left)) == 0
    ]
    known = [wait for wait in waits if wait is not None]
    return min(max(known), LONGEST) if known else None


class Quota:
    """Holds requests back that the last answer's rate-limit headers leave no room for."""

    def __init__(self) -> None:
        self._until = 0.0
        self._tokens = math.inf  # left until `_tokens_until`
        self._tokens_until = 0.0
        self._told_at = -math.inf

    def wait(self, now: float, tokens: float) -> float:
        """Returns the seconds until a request of so many tokens has room."""
        until = self._until
        if tokens > self._tokens:
            until = max(until, self._tokens_until)
        return max(0.0, until - now)

    def told(self, headers: Mapping[str, str], now: float, sent_at: float) -> None:
        """Reads an answer's headers; those of an earlier request than the last one read are old."""
        if sent_at < self._told_at:
            return
        if not any(left in headers for left, _ in (*_REQUESTS, _TOKENS)):
            return
        self._told_at = sent_at
        self._until = now + (until_reset(headers, _REQUESTS) or 0.0)
        left, reset = _count(headers.get(_TOKENS[0])), seconds(headers.get(_TOKENS[1]))
        self._tokens = math.inf if left is None or reset is None else left
        self._tokens_until = now + min(reset or 0.0, LONGEST)


def _count(value: str | None) -> float | None:
    text = (value or "").strip()
    return float(text) if _SECONDS.fullmatch(text) else None
