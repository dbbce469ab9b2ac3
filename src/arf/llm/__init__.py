"""The request engine: questions go in, replies come out in the same order, whoever answers.

    questions ─► privacy ─► cache ─► limiter ─► client ─► endpoint
    replies   ◄─ privacy ◄─ answers ◄─ cache ◄─────────────┘

A model behind an endpoint and one in this process are both an `Asker`. `desk` takes questions in
and hands replies back for all that ask endpoints: `live` by requests of its own at the pace of
`limiter`, `deferred` by batches and files. `cache` keeps answers, `privacy` replaces personal data,
`account` counts what it comes to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pydantic import BaseModel

Messages = list[dict[str, str]]
FailureKind = Literal[
    "length",  # the answer was cut
    "content_filter",  # the endpoint held it back
    "refusal",  # the model declined
    "empty",  # the answer has no text
    "unfinished",  # the endpoint ended it for another reason than that it was whole
    "invalid",  # it does not fit the shape that was asked for
    "context",  # the question is longer than the model's context
    "rejected",  # the endpoint refuses this one request
    "server",  # every try met a fault of the server
    "timeout",  # every try took too long
]


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to ask a model.

    Attributes:
        id: what messages and lists of failures call it, such as `botchat/case-7`.
        messages: the chat, each with `role` and `content`.
        shape: what the answer has to be; any text if null.
        subject: whatever the asking side wants back with the reply.
    """

    id: str
    messages: Messages
    shape: type[BaseModel] | None = None
    subject: Any = None


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a question has no answer."""

    kind: FailureKind
    reason: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What became of a question: `text` (and `value` where a shape was asked for), or why not.

    Attributes:
        question: the question.
        text: the accepted answer.
        value: the same as an instance of the question's shape.
        failure: why there is none.
    """

    question: Question
    text: str | None = None
    value: Any = field(default=None)
    failure: Failure | None = None


class Asker(Protocol):
    """Whoever answers. `ask` yields one reply for each question, in order, and never drops one.

    Attributes:
        provider: `openai` or `local`, as records name it.
        model: the model, as records name it.
    """

    provider: str
    model: str

    def ask(self, questions: Iterable[Question]) -> Iterator[Reply]:
        """Answers each question."""
        ...
