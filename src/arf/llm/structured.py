"""Answers of a given shape: asked for by JSON schema, read tolerantly, validated strictly."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from arf.files import describe
from arf.llm import Messages

# What OpenAI's strict mode does not know; pydantic checks it afterwards.
_UNKNOWN = ("title", "default", "minLength", "maxLength", "description")


MOST_OBJECTS = 100  # of an answer that are looked at
_DECODER = json.JSONDecoder()
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_COMMENT = re.compile(r"^\s*//.*$", re.MULTILINE)
_MARK = re.compile(r"\\[nrtbf]")


class Unreadable(Exception):
    """An answer that does not have the shape; the message says why, for the model to read."""


def _strict(schema: Any) -> Any:
    """Returns a JSON schema in which every object has all of its fields and no other."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    if "properties" not in schema:
        return {key: _strict(part) for key, part in schema.items() if key not in _UNKNOWN}
    fields = {name: _strict(part) for name, part in schema["properties"].items()}
    rest = {key: _strict(part) for key, part in schema.items() if key not in _UNKNOWN}
    return rest | {
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


@lru_cache(maxsize=64)
def schema_of(shape: type[BaseModel]) -> dict[str, Any]:
    """Returns the JSON schema of a shape, as OpenAI's strict mode wants it."""
    schema: dict[str, Any] = _strict(shape.model_json_schema())
    return schema


def response_format(shape: type[BaseModel]) -> dict[str, Any]:
    """Returns the field `response_format` of a request body."""
    schema = {"name": shape.__name__, "schema": schema_of(shape), "strict": True}
    return {"type": "json_schema", "json_schema": schema}


def instruct(messages: Messages, shape: type[BaseModel]) -> Messages:
    """Adds the schema to the last message, for models that take none beside the messages."""
    *before, last = messages
    schema = json.dumps(schema_of(shape), ensure_ascii=False, separators=(",", ":"))
    content = (
        f"{last['content']}\n\nAnswer with one JSON object and nothing else, of this schema:\n"
        f"{schema}"
    )
    return [*before, {**last, "content": content}]


def tell(messages: Messages, answer: str, reason: str) -> Messages:
    """Returns the messages for asking again, with what was wrong with the answer."""
    return [
        *messages,
        {"role": "assistant", "content": answer},
        {
            "role": "user",
            "content": f"That answer cannot be used: {reason}. Answer again, with one whole JSON "
            "object of the schema and nothing else.",
        },
    ]


def read(text: str, shape: type[BaseModel]) -> BaseModel:
    """Reads an answer: JSON, also in fences, after chatter, with trailing commas or single quotes.

    Where an answer holds several whole objects, the last one of the shape counts: models correct
    themselves. Broken JSON is mended only where no word is lost by it: a quotation mark that is
    not escaped ends a text in its middle, and what follows would be gone.

    Raises:
        Unreadable: there is no whole object of the shape.
    """
    start, end = text.find("{"), text.rfind("}") + 1
    if start < 0 or end <= start:
        raise Unreadable("there is no whole JSON object in it")
    body = text[start:end]
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        first = error
    if body.count("{") > body.count("}"):
        raise Unreadable("the JSON object in it is not whole")
    for value, is_mended in _objects(body, text[start:]):
        try:
            found = shape.model_validate(value)
        except ValidationError as error:
            if first.errors()[0]["type"] == "json_invalid":
                first = error
        else:
            if not is_mended or _letters(value) <= _letters(found.model_dump(mode="json")):
                return found
    raise Unreadable(describe(first))


def _objects(body: str, rest: str) -> Iterator[tuple[Any, bool]]:
    """Yields whole objects and then, only if it is asked for, what a mending makes of the text."""
    for value in _whole(body):
        yield value, False
    for value in _mended(rest):
        yield value, True


def _whole(body: str) -> Iterator[Any]:
    """Yields the objects that stand side by side in a text, the last one first."""
    starts = [found.start() for found in re.finditer(r"\{", body)]
    for start in reversed(starts[-MOST_OBJECTS:]):
        with suppress(ValueError, RecursionError):
            value, end = _DECODER.raw_decode(body, start)
            if all(part.count("{") == part.count("}") for part in (body[:start], body[end:])):
                yield value


def _mended(rest: str) -> Iterator[Any]:
    """Yields what a text from its first brace on means, where that is all that it says."""
    from json_repair import repair_json

    with suppress(ValueError, RecursionError):
        told = _COMMENT.sub("", rest)
        mended: Any = repair_json(told, return_objects=True)
        if isinstance(mended, dict) and _letters(mended) == _letters_of(told):
            yield mended


def _letters(value: Any) -> Counter[str]:
    return _letters_of(json.dumps(value))


def _letters_of(text: str) -> Counter[str]:
    """Counts the letters and digits of JSON, whatever way it writes them."""
    plain = _ESCAPE.sub(lambda code: chr(int(code[1], 16)), text)
    letters = "".join(filter(str.isalnum, _MARK.sub("", plain))).casefold()
    return Counter(letters.replace("none", "null"))
