"""What a refused or broken request means: wait, try again, give up this row, or stop."""

import re
import ssl
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from arf.errors import ArfError
from arf.llm import Failure
from arf.llm.answers import clean
from arf.llm.endpoint import Endpoint, parameter
from arf.llm.limiter.quota import until_reset

_CONTEXT = re.compile(
    r"context[ _](?:length|window|size)|maximum (?:input|model) length|too many (?:input )?tokens"
    r"|(?:prompt|input|request) is too (?:long|large)|exceeds? the (?:model'?s )?(?:maximum|limit)",
    re.IGNORECASE,
)
_FORMAT = re.compile(r"response_format|json_schema|guided_|\bstructured\b", re.IGNORECASE)
_FILTER = re.compile(r"content_filter|content_policy|responsible_?ai", re.IGNORECASE)
_LONGEST_WORDS = 200  # characters of an endpoint's own words in a message


class Fault(Exception):
    """A fault that another try may not meet.

    Attributes:
        verdict: what it says of the endpoint: too many requests, not well, or nothing.
        own: whether it may lie in this one request, so that its tries are counted.
        retry_after: seconds that the endpoint asks to wait.
        kind: what the row's failure is called after the last try.
        reached: whether anybody was there.
        alone: whether it has been put down to this one request.
        sent_at: when the try was sent, in seconds of the monotonic clock.
    """

    def __init__(
        self,
        message: str,
        verdict: Literal["throttled", "down", "row"],
        own: bool,
        retry_after: float | None = None,
        kind: Literal["server", "timeout"] = "server",
        reached: bool = True,
    ) -> None:
        super().__init__(message)
        self.verdict = verdict
        self.own = own
        self.retry_after = retry_after
        self.kind = kind
        self.reached = reached
        self.alone = False
        self.sent_at = 0.0


class Refused(Exception):
    """A refusal of this one request that no further try can change."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class NoSchema(Exception):
    """The endpoint takes no `response_format`."""


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Returns how many seconds the endpoint asks to wait, by whichever header it uses."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            return max(0.0, float(value) * unit)
        except ValueError:
            pass
        try:
            # Against the server's own clock, so that a wrong clock here does no harm.
            wanted, now = parsedate_to_datetime(value), parsedate_to_datetime(headers["date"])
            return max(0.0, (wanted - now).total_seconds())
        except (KeyError, ValueError, TypeError):
            pass
    return until_reset(headers)


def refusal(
    endpoint: Endpoint, role: str, status: int, headers: Mapping[str, str], body: Any
) -> Exception:
    """Returns the exception that an HTTP status other than 200 stands for.

    Returns:
        A `Fault` to try again, a `Refused` for this row alone, `NoSchema`, or an `ArfError` that
        ends the run, since every other request would meet the same.
    """
    code, words = map(endpoint.without_key, _told(body))
    told = f"{code} {words}"
    found: Exception | None = _fatal(endpoint, role, status, code, words)
    if found is not None:
        return found
    if status in (429, 529):
        found = Fault(f"{status} too many requests", "throttled", False, retry_after(headers))
    elif status >= 500 or status in (408, 409, 425):
        own = status in (408, 409, 500)
        found = Fault(f"{status} {words}".strip(), "down", own, retry_after(headers))
    elif _FILTER.search(told):
        found = Refused(Failure("content_filter", f"the endpoint's content filter: {words}"))
    elif status == 413 or _CONTEXT.search(told):
        found = Refused(Failure("context", f"longer than the model takes: {words}"))
    elif status in (400, 422) and _FORMAT.search(words):
        found = NoSchema()
    else:
        found = Refused(Failure("rejected", f"the endpoint refuses it ({status}): {words}"))
    return found


def tls_refusal(where: str, error: ssl.SSLError) -> ArfError:
    """Returns what ends the run where no connection can be made secure."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return ArfError(
            f"{where}: its certificate is not trusted ({error.reason}); correct base_url, or name "
            "your authority's file in SSL_CERT_FILE"
        )
    return ArfError(f"{where}: no TLS is spoken there ({error.reason}); write http:// in base_url")


def _fatal(endpoint: Endpoint, role: str, status: int, code: str, words: str) -> ArfError | None:
    """Returns what ends the run, since every other request would meet the same."""
    where = f"{parameter(role)}: {endpoint.base_url}"
    told = None
    if status == 401 or (status == 403 and not _FILTER.search(code)):
        key = f"the key in {endpoint.key}" if endpoint.key else "a request without a key"
        mend = "set a valid one" if endpoint.key else f"name its variable in {parameter(role)}.key"
        said = f"{status}{f', {words}' if words else ''}"
        told = f"{where} refuses {key} ({said}): {mend}"
    elif status == 402 or code == "insufficient_quota":
        told = f"{where}: the account has no credit left ({words}); top it up"
    elif status in (404, 405) and ("model" in code or "model" in words.casefold()):
        told = (
            f"{where} has no model {endpoint.model}: correct {parameter(role)}.model "
            "(arf doctor --endpoints lists what is there)"
        )
    elif status in (404, 405):
        told = (
            f"{where}/chat/completions is not there ({status}): correct "
            f"{parameter(role)}.base_url, which most often ends in /v1"
        )
    elif 300 <= status < 400:
        told = (
            f"{where} answers with a redirection ({status}): name the final address in "
            f"{parameter(role)}.base_url"
        )
    return ArfError(told) if told else None


def _told(body: Any) -> tuple[str, str]:
    """Returns the code and the words of an error body, as OpenAI, vLLM and others write them."""
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        code = str(error.get("code") or error.get("type") or "")
        words = str(error.get("message") or error.get("detail") or "")
    else:
        code, words = "", error if isinstance(error, str) else ""
    words = " ".join(clean(words).split())
    return clean(code), words if len(words) <= _LONGEST_WORDS else words[: _LONGEST_WORDS - 1] + "…"
