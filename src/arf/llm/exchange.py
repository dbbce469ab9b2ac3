"""One question on its way to an answer that counts, whoever carries the requests.

All answers to a body lie under one key, by index. An answer that cannot be used is kept, and the
next one is asked for under the next index (the design's contract 7).
"""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from arf.llm import Failure, Messages, Question, Reply
from arf.llm.answers import Answer, load, verdict
from arf.llm.cache import Stored
from arf.llm.endpoint import Endpoint
from arf.llm.structured import instruct, response_format, tell

FINAL = frozenset(("content_filter", "refusal"))  # asking again in the same run burns tries
NO_FORM = Failure("rejected", "the endpoint refuses the form of its answer")


def body_of(
    endpoint: Endpoint, messages: Messages, shape: type[BaseModel] | None, schema: bool
) -> dict[str, Any]:
    """Returns the request body of a question.

    Args:
        endpoint: whom to ask.
        messages: what is asked.
        shape: what the answer has to be.
        schema: whether the shape is asked for by `response_format`, else in the messages.
    """
    body: dict[str, Any] = {"model": endpoint.model, "messages": messages}
    if shape is not None:
        if schema:
            body["response_format"] = response_format(shape)
        else:
            body["messages"] = instruct(messages, shape)
    return body | endpoint.sampling.body()


def key_of(endpoint: Endpoint, body: dict[str, Any]) -> str:
    """Returns the hash of everything that shapes an answer, and of nothing else."""
    weights = getattr(endpoint, "weights_sha256", None)  # of a student served under its name
    parts = [endpoint.base_url, body, *([weights] if weights else [])]
    shaping = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(shaping.encode("utf-8", "surrogatepass")).hexdigest()


class Exchange:
    """A question, its body as sent, and the answers so far.

    Args:
        question: the question, with messages as they may leave.
        body: its request body.
        key: the body's key.
        stored: earlier answers to it.
        reasks: how often an answer that cannot be used is asked for anew.

    Attributes:
        index: of the next answer.
        asked: whether a fresh answer came, and not only earlier ones.
        reply: what became of the question; null as long as it is to be asked.
    """

    __slots__ = ("_asks_left", "_last", "asked", "body", "index", "key", "question", "reply")

    def __init__(
        self, question: Question, body: dict[str, Any], key: str, stored: Sequence[Stored],
        reasks: int,
    ) -> None:  # fmt: skip
        self.question = question
        self.body = body
        self.key = key
        self.index = 0
        self.reply: Reply | None = None
        self.asked = False
        self._last: tuple[Answer, Failure] | None = None
        self._asks_left = reasks + 1
        self.see(stored)

    @property
    def asks_by_schema(self) -> bool:
        """Whether the body has a `response_format`."""
        return "response_format" in self.body

    def see(self, stored: Sequence[Stored]) -> None:
        """Takes answers from the cache, which an earlier run or another process paid for."""
        for earlier in stored:
            if earlier.index < self.index:
                continue
            answer = load(earlier.answer)
            value, failure = verdict(answer, self.question.shape)
            self.index = earlier.index + 1
            if failure is None:
                self.reply = Reply(self.question, answer.text, value)
                return
            self._last = answer, failure

    def fail(self, failure: Failure) -> None:
        """Ends without an answer."""
        self.reply = Reply(self.question, failure=failure)

    def take(self, answer: Answer) -> tuple[Stored, Reply | None]:
        """Takes a fresh answer.

        Returns:
            What to keep of it, and the reply that it makes: to be set once it is kept. No reply
            where the question is to be asked again, with `next_body`.
        """
        value, failure = verdict(answer, self.question.shape)
        reason = f"{failure.kind}: {failure.reason}" if failure else None
        stored = Stored(self.index, answer.dump(), failure is None, reason)
        self.asked = True
        self.index += 1
        self._asks_left -= 1
        if failure is None:
            return stored, Reply(self.question, answer.text, value)
        if self._asks_left == 0 or failure.kind in FINAL:
            return stored, Reply(self.question, failure=failure)
        self._last = answer, failure
        return stored, None

    def next_body(self) -> dict[str, Any]:
        """Returns what to send: the body, with what was wrong with the last answer told."""
        if self._last is not None:
            answer, failure = self._last
            shape = self.question.shape
            if failure.kind == "invalid" and answer.text and shape is not None:
                # Some endpoints take a response_format and ignore it, so the words say it too.
                asked = instruct(self.question.messages, shape)
                return self.body | {"messages": tell(asked, answer.text, failure.reason)}
        return self.body
