"""What the mock endpoint says: deterministic answers, error bodies, and the faults of one row.

A message with `[[first:KIND]]` meets that fault the first time that the server sees its text,
`[[first:KIND*3]]` three times, `[[always:KIND]]` each time.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

MARKER = re.compile(r"\[\[(first|always):([a-z0-9-]+)(?:\*(\d+))?\]\]")
CREATED = 1_700_000_000
WORDS = ("parcel", "late", "order", "refund", "agent", "customer", "asked", "told", "sent", "again")
CHATTER = "Sure, here is what you asked for:\n\n"
STATUSES = {"429": 429, "429-after": 429, "500": 500, "502": 502, "503": 503, "504": 504}
WIRE = {"hang", "hang-mid", "reset", "reset-mid", "truncated", "notjson", "slow", "slow1"}
SPOKEN = {"no-choices", "null", "empty", "refusal", "length", "filter", "badjson", "wrongschema",
          "fenced", "trailing", "chatter"}  # fmt: skip
KINDS = {*STATUSES, *WIRE, *SPOKEN, "filter400", "context"}


class Faults:
    """Remembers how often each marked text has been seen."""

    def __init__(self) -> None:
        self._seen: Counter[tuple[str, int]] = Counter()

    def due(self, body: dict[str, Any]) -> str | None:
        """Returns the kind of fault that this request meets now, and counts that it was seen."""
        for message in body["messages"]:
            content = text_of(message)
            if "[[" not in content or message["role"] == "assistant":
                continue
            for marker in MARKER.finditer(content):
                often, kind, times = marker.groups()
                if kind not in KINDS:
                    raise ValueError(f"no such fault: {kind}")
                # By its line: a question that is asked again may have been given more lines.
                start = content.rfind("\n", 0, marker.start()) + 1
                line = content[start:].partition("\n")[0]
                key = (line, marker.start() - start)
                self._seen[key] += 1
                if often == "always" or self._seen[key] <= int(times or 1):
                    return kind
        return None


def text_of(message: dict[str, Any]) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(part.get("text", "") for part in content)


def words(body: dict[str, Any]) -> int:
    return sum(len(text_of(message).split()) for message in body["messages"])


def plain(body: dict[str, Any]) -> str:
    """Returns the default answer: the smallest object of the schema, else words from a hash."""
    form = body.get("response_format")
    if form is not None and form["type"] != "text":
        echo = _echo(body)
        if form["type"] == "json_object":
            return json.dumps({"text": echo})
        schema = form["json_schema"]["schema"]
        return json.dumps(_smallest(schema, schema, "", echo))
    digest = hashlib.blake2b(digest_size=16)
    for message in body["messages"]:
        digest.update(f"{message['role']}\0{text_of(message)}\0".encode())
    drawn = digest.digest()
    return " ".join(WORDS[byte % len(WORDS)] for byte in drawn) + f" {drawn.hex()}."


def _echo(body: dict[str, Any]) -> str:
    """Returns the start of the last question, without markers, which would act again."""
    asked = [text_of(message) for message in body["messages"] if message["role"] == "user"]
    return " ".join(MARKER.sub("", asked[-1] if asked else "").split())[:80] or "nothing"


def _smallest(schema: dict[str, Any], root: dict[str, Any], name: str, echo: str) -> Any:
    """Returns a small value that fits a JSON schema."""
    schema = _resolved(schema, root)
    if "enum" in schema or "const" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    kind = schema.get("type", "object")
    if kind == "object":
        fields = schema.get("properties", {})
        return {
            field: _smallest(fields[field], root, field, echo)
            for field in schema.get("required", fields)
        }
    if kind == "array":
        return [
            _smallest(schema["items"], root, name, echo) for _ in range(schema.get("minItems", 0))
        ]
    if kind in ("integer", "number"):
        least, most = schema.get("minimum", 0), schema.get("maximum", 5)
        return max(least, min(5, most)) if name == "rating" else least
    return {"string": echo[: schema.get("maxLength")], "boolean": True, "null": None}[kind]


def _resolved(schema: dict[str, Any], root: dict[str, Any]) -> dict[str, Any]:
    """Follows references, and takes the first of several schemas or types."""
    while True:
        union = next((name for name in ("anyOf", "oneOf", "allOf") if name in schema), None)
        if "$ref" in schema:
            found = root
            for step in schema["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            schema = found
        elif union is not None:
            schema = schema[union][0]
        elif isinstance(schema.get("type"), list):
            schema = schema | {"type": schema["type"][0]}
        else:
            return schema


def complete(
    body: dict[str, Any], answer: Callable[[dict[str, Any]], str] | None, kind: str | None
) -> bytes:
    """Returns the body of a chat completion, with a fault of what is said."""
    text: str | None = (answer or plain)(body)
    finish, refusal = "stop", None
    assert text is not None
    if kind == "no-choices":
        return json.dumps(_completion(body) | {"choices": []}).encode()
    if kind in ("length", "filter"):
        text, finish = text[: len(text) // 2], "length" if kind == "length" else "content_filter"
    elif kind in ("null", "empty"):
        text = None if kind == "null" else ""
    elif kind == "refusal":
        text, refusal = None, "I'm sorry, but I cannot help with that."
    elif kind == "badjson":
        text = "I would rather not put that into an object."
    elif kind == "wrongschema":
        text = '{"unexpected": [1, 2]}'
    elif kind == "fenced":
        text = f"{CHATTER}```json\n{text}\n```"
    elif kind == "trailing":
        text = re.sub(r"\}$", ",}", text.replace("'", "\\'").replace('"', "'"))
    elif kind == "chatter":
        text = CHATTER + text
    prompt, said = words(body), len((text or refusal or "").split())
    return (
        b'{"id":"chatcmpl-mock","object":"chat.completion","created":%d,"model":%b,"choices":['
        b'{"index":0,"message":{"role":"assistant","content":%b,"refusal":%b},"logprobs":null,'
        b'"finish_reason":"%b"}],"usage":{"prompt_tokens":%d,"completion_tokens":%d,'
        b'"total_tokens":%d}}'
    ) % (
        CREATED, _json(body["model"]), _json(text), _json(refusal), finish.encode(), prompt, said,
        prompt + said,
    )  # fmt: skip


def _completion(body: dict[str, Any]) -> dict[str, Any]:
    usage = {"prompt_tokens": words(body), "completion_tokens": 0, "total_tokens": words(body)}
    return {"id": "chatcmpl-mock", "object": "chat.completion", "created": CREATED,
            "model": body["model"], "usage": usage}  # fmt: skip


def _json(value: str | None) -> bytes:
    return json.dumps(value).encode()


def error(message: str, code: str | None = None, kind: str = "invalid_request_error") -> bytes:
    """Returns an error body as OpenAI writes it."""
    return json.dumps(
        {"error": {"message": message, "type": kind, "param": None, "code": code}}
    ).encode()


def too_long(body: dict[str, Any], context: int) -> bytes:
    return error(
        f"This model's maximum context length is {context} tokens. However, your messages resulted "
        f"in {words(body)} tokens.", "context_length_exceeded",
    )  # fmt: skip


def failed(status: int) -> bytes:
    """Returns the error body of a status that is no fault of the request."""
    if status == 429:
        return error("Rate limit reached for requests", "rate_limit_exceeded", "requests")
    return error("The server had an error while processing your request", None, "server_error")


def refused(kind: str, body: dict[str, Any]) -> tuple[int, bytes] | None:
    """Returns status and body of a fault that is an HTTP error; null for any other kind."""
    if kind in STATUSES:
        return STATUSES[kind], failed(STATUSES[kind])
    if kind == "filter400":
        words_of_azure = "The response was filtered due to the prompt triggering the policy"
        return 400, error(words_of_azure, "content_filter")
    if kind == "context":
        return 400, too_long(body, max(1, words(body) - 1))
    return None
