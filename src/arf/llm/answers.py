"""What an endpoint answered, and whether that counts as an answer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from arf.llm import Failure
from arf.llm.structured import Unreadable, read


@dataclass(frozen=True, slots=True)
class Answer:
    """The part of a chat completion that matters.

    Attributes:
        text: the message's content, if any.
        finish: why the endpoint stopped.
        refusal: the model's words where it declined.
        model: the model as the endpoint names it.
        usage: tokens as the endpoint counted them.
    """

    text: str | None
    finish: str | None
    refusal: str | None
    model: str | None
    usage: Mapping[str, Any]

    def dump(self) -> dict[str, Any]:
        """Returns what the cache keeps, without empty fields."""
        found = {
            "text": self.text,
            "finish": self.finish,
            "refusal": self.refusal,
            "model": self.model,
            "usage": dict(self.usage),
        }
        return {name: value for name, value in found.items() if value}


FINISHED = {None, "stop", "eos", "eos_token", "end_turn", "stop_sequence", "stop_token"}
CUT = {"length", "max_tokens", "model_length"}
_THOUGHTS = re.compile(r"\s*<think(?:ing)?>.*?(?:</think(?:ing)?>\s*|$)", re.DOTALL)


def clean(text: str) -> str:
    """Returns a text from outside without halves of surrogate pairs, which are no characters."""
    return text.encode("utf-8", "replace").decode()


def without_thoughts(text: str) -> str:
    """Takes out what a reasoning model thinks before it answers; all of it, where that is cut."""
    thoughts = _THOUGHTS.match(text)
    return text[thoughts.end() :] if thoughts else text


class Malformed(Exception):
    """A body with status 200 that is no chat completion."""


def load(kept: Mapping[str, Any]) -> Answer:
    """Returns the answer that `Answer.dump` gave."""
    return Answer(
        kept.get("text"), kept.get("finish"), kept.get("refusal"), kept.get("model"),
        kept.get("usage", {}),
    )  # fmt: skip


def parse(completion: Any) -> Answer:
    """Reads a chat completion.

    Raises:
        Malformed: it is none.
    """
    try:
        choice = completion["choices"][0]
        message = choice["message"]
        text, refusal = message.get("content"), message.get("refusal")
    except (KeyError, IndexError, TypeError, AttributeError) as error:
        raise Malformed("the body is no chat completion") from error
    if isinstance(text, list):  # of parts, as some endpoints write it
        text = _joined(text)
    if text is not None and not isinstance(text, str):
        raise Malformed("the message's content is no text")
    usage = completion.get("usage")
    return Answer(
        None if text is None else without_thoughts(clean(text)),
        clean(str(choice.get("finish_reason") or "")) or None,
        clean(str(refusal)) if refusal else None,
        clean(str(completion.get("model") or "")) or None,
        usage if isinstance(usage, dict) else {},
    )


def _joined(parts: list[Any]) -> str:
    if not all(isinstance(part, dict) for part in parts):
        raise Malformed("the message's content is no text")
    texts = [part.get("text") for part in parts]
    return "".join(text for text in texts if isinstance(text, str))


def verdict(answer: Answer, shape: type[BaseModel] | None) -> tuple[Any, Failure | None]:
    """Judges an answer.

    Returns:
        The value of the shape that was asked for (null for plain text), and why the answer
        cannot be used, null where it can.
    """
    failure = _unfinished(answer)
    if failure is not None or shape is None:
        return None, failure
    try:
        return read(answer.text or "", shape), None
    except Unreadable as error:
        return None, Failure("invalid", str(error))


def _unfinished(answer: Answer) -> Failure | None:
    """Says why an answer is none, whatever was asked for."""
    if answer.finish == "content_filter":
        return Failure("content_filter", "the endpoint's content filter held it back")
    if answer.refusal:
        return Failure("refusal", f"the model declined: {_short(answer.refusal)}")
    finish = answer.finish.casefold() if answer.finish else None
    if finish in CUT:
        return Failure("length", "the answer was cut; raise sampling.max_tokens")
    if not answer.text or not answer.text.strip():
        return Failure("empty", "the answer has no text")
    if finish not in FINISHED:
        return Failure("unfinished", f"the endpoint ended it by {_short(str(answer.finish))}")
    return None


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 120 else words[:119] + "…"
