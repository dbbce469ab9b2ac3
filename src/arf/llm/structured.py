"""Answers of a given shape: asked for by JSON schema, read tolerantly, validated strictly."""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from pydantic import BaseModel, ValidationError

from arf.files import describe
from arf.llm import Messages

# What OpenAI's strict mode does not know; pydantic checks it afterwards.
_UNKNOWN = ("title", "default", "minLength", "maxLength", "description")


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

    Where an answer holds several objects, the last one of the shape counts: models correct
    themselves. An object that was cut is none, although it could be completed.

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
    for value in reversed(list(_objects(body))):
        try:
            return shape.model_validate(value)
        except ValidationError as error:
            if first.errors()[0]["type"] == "json_invalid":
                first = error
    raise Unreadable(describe(first))


def _objects(body: str) -> Iterator[dict[str, Any]]:
    from json_repair import repair_json

    try:
        repaired: Any = repair_json(body, return_objects=True)
    except (ValueError, RecursionError):
        return
    for value in repaired if isinstance(repaired, list) else [repaired]:
        if isinstance(value, dict):
            yield value
