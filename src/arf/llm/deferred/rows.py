"""The lines of request and result files, as OpenAI's Batch API and `vllm run-batch` have them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, Field

from arf.errors import ArfError
from arf.llm.answers import Answer, Malformed, parse
from arf.llm.endpoint import Endpoint
from arf.llm.faults import Fault, refusal
from arf.progress import say

URL: Final = "/v1/chat/completions"


class Row(NamedTuple):
    """A request in a file: what it is called there, and its line."""

    id: str
    line: bytes


class Named(BaseModel):
    """The part of a request line by which its result is found."""

    custom_id: str = Field(pattern=r"^[0-9a-f]{64}-[0-9]+$")


class Response(BaseModel):
    """An HTTP response."""

    status_code: int
    body: Any = None


class Result(BaseModel):
    """A result line, of an answered request or of one that failed."""

    custom_id: str
    response: Response | None = None
    error: Any = None


def read_results(path: Path) -> Iterator[Result]:
    """Streams the results of a file, and says at its end how many lines are none.

    Raises:
        ArfError: the file was cut.
    """
    unreadable = 0
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                result = Result.model_validate(json.loads(line))
            except (ValueError, RecursionError) as error:
                if not line.endswith(b"\n"):
                    raise ArfError(
                        f"{path}:{number}: the file was cut; run dvc repro again, which fetches it "
                        "anew"
                    ) from error
                unreadable += 1
            else:
                yield result
    if unreadable:
        say(f"{path}: {unreadable} lines are no results; their rows are asked again")


def name(key: str, index: int) -> str:
    """Returns what the request for the answer of this index to a body is called."""
    return f"{key}-{index}"


def key_and_index(row_id: str) -> tuple[str, int]:
    """Returns what `name` was given."""
    key, _, index = row_id.rpartition("-")
    return key, int(index)


def row(row_id: str, body: dict[str, Any]) -> Row:
    """Returns a request as a line."""
    told = {"custom_id": row_id, "method": "POST", "url": URL, "body": body}
    return Row(row_id, json.dumps(told).encode() + b"\n")


def answer_of(result: Result, endpoint: Endpoint, role: str) -> Answer:
    """Returns the answer of a result.

    Raises:
        Fault: another try may do better.
        Refused: this request will never do.
        NoSchema: the endpoint takes no `response_format`.
        ArfError: no request to this endpoint can do.
    """
    response = result.response
    if response is None:
        error = result.error if isinstance(result.error, dict) else {}
        expired = error.get("code") == "batch_expired"
        words = str(error.get("message") or result.error or "a result without response")
        raise Fault(words, "down", own=True, kind="timeout" if expired else "server")
    if response.status_code != 200:
        told = response.body or result.error
        raise refusal(endpoint, role, response.status_code, {}, told)
    try:
        return parse(response.body)
    except Malformed as error:
        raise Fault(str(error), "down", own=True) from error
