"""Makers of questions and askers, shared by the tests of the engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from arf.llm import Question, Reply
from arf.llm.account import account
from arf.llm.endpoint import Endpoint, LlmParams
from arf.llm.open import open_asker


class Shape(BaseModel):
    """A small shape to ask for."""

    note: str
    rating: int = Field(ge=1, le=5)


def question(number: int, fault: str = "", shape: type[BaseModel] | None = None) -> Question:
    """A question that no other number asks, with the server's marker of a fault."""
    text = f"Case {number}: the parcel is late. {f'[[{fault}]]' if fault else ''}".strip()
    return Question(f"botchat/{number}", [{"role": "user", "content": text}], shape, number)


def endpoint(url: str, **changes: Any) -> Endpoint:
    """An endpoint of the test server, patient enough for a busy machine and no more."""
    limits = {"timeout": 20, "patience": 60} | changes.pop("limits", {})
    sampling = {"max_tokens": 50} | changes.pop("sampling", {})
    values = {"provider": "openai", "base_url": url, "model": "mock"}
    return Endpoint(**values | changes, limits=limits, sampling=sampling)


@contextmanager
def asking(
    url: str, folder: Path, params: LlmParams | None = None, **changes: Any
) -> Iterator[Any]:
    """An asker of the test server whose account is written below `folder`."""
    with account("teach", params or LlmParams(), folder) as spending:
        yield open_asker(endpoint(url, **changes), "teacher", spending)


def replies(url: str, folder: Path, questions: list[Question], **changes: Any) -> list[Reply]:
    """Asks everything and returns the replies."""
    changes.setdefault("limits", {}).setdefault("max_failed", 1)
    with asking(url, folder, **changes) as asker:
        return list(asker.ask(questions))
