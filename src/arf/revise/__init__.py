"""The verb *revise*: flagged outputs become corrected ones."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from arf.records import Case, Finding, Output


@dataclass(frozen=True)
class Request:
    """An output to be rid of one code, with the places where an annotator found it."""

    case: Case
    output: Output
    round: str
    code: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Answer:
    """An editor's whole new text, or null and the reason."""

    text: str | None
    reason: str | None = None
    prompt_sha256: str | None = None


class Editor(Protocol):
    """Whoever corrects outputs; `revise` yields one answer for each request, in order."""

    name: str

    def revise(self, requests: Iterable[Request]) -> Iterator[Answer]:
        """Answers each request."""
        ...
