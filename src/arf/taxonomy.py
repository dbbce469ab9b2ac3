"""The error taxonomy: the one source for audit, editor, judge and report."""

import json
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from arf.errors import ArfError
from arf.files import describe, sha256_text
from arf.params import Section, read_yaml

TAXONOMY = Path("prompts/taxonomy.yaml")
Severity = Literal["minor", "moderate", "major", "critical"]
FactKind = Literal["numbers", "names", "negations"]


class Example(Section):
    """A text with the words in it that are the error, or with none where it is no error."""

    text: str
    span: str | None = None
    why: str | None = None

    @model_validator(mode="after")
    def _span_is_there(self) -> "Example":
        if self.span is not None and self.span not in self.text:
            raise ValueError(f"the span {self.span!r} is not in its text")
        return self


class Examples(Section):
    """Texts that show an error, and texts that look like it and are none."""

    positive: tuple[Example, ...] = Field(min_length=1)
    negative: tuple[Example, ...] = Field(min_length=1)


class Detector(Section):
    """Which rule finds the error, with that rule's own settings."""

    name: str
    settings: dict[str, Any] = Field(default_factory=dict)


class Code(Section):
    """One error type.

    Attributes:
        title: what people call it.
        definition: when to give it.
        exception: when not to.
        severity: how much it weighs in a rating by rules (see `arf.annotate.rating`).
        round: the revision round that fixes it where a round's codes are `auto`, or none.
        channels: where it can occur; all channels if null.
        detector: the rule that finds it; null where no rule can tell.
        fixer: the rule that mends it; null where no rule can.
        prompt: the editor model's prompt, relative to `prompts/`.
        drops: kinds of facts that a fix may take away inside the faulty span.
    """

    title: str
    definition: str
    exception: str
    examples: Examples
    severity: Severity
    round: str | None = None
    channels: tuple[str, ...] | None = None
    detector: Detector | None = None
    fixer: str | None = None
    prompt: str | None = None
    drops: frozenset[FactKind] = frozenset()

    @model_validator(mode="after")
    def _can_be_fixed(self) -> "Code":
        if self.round is not None and self.fixer is None and self.prompt is None:
            raise ValueError("a code with a round needs a fixer or a prompt")
        return self

    def applies_to(self, channel: str) -> bool:
        """Says whether the code can occur on a channel."""
        return self.channels is None or channel in self.channels

    def sha256(self) -> str:
        """Returns the hash of what labels depend on: the words of the definition."""
        words = {
            "title": self.title,
            "definition": self.definition,
            "exception": self.exception,
            "examples": self.examples.model_dump(),
        }
        return sha256_text(json.dumps(words, sort_keys=True))


class Taxonomy(Section):
    """All codes by name, in the order of precedence, and the rating guide."""

    ratings: dict[int, str]
    codes: dict[str, Code] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole_scale(self) -> "Taxonomy":
        if set(self.ratings) != {1, 2, 3, 4, 5}:
            raise ValueError("ratings: describe each of 1, 2, 3, 4 and 5")
        return self

    def hashes(self, codes: frozenset[str], channel: str) -> dict[str, str]:
        """Returns the definition hash of each of those codes that applies to a channel."""
        return {
            name: code.sha256()
            for name, code in self.codes.items()
            if name in codes and code.applies_to(channel)
        }


def load_taxonomy(path: Path = TAXONOMY) -> Taxonomy:
    """Reads and validates the taxonomy.

    Raises:
        ArfError: it is absent or malformed; the message names the code and field.
    """
    try:
        return TypeAdapter(Taxonomy).validate_python(read_yaml(path))
    except ValidationError as error:
        raise ArfError(f"{path}: {describe(error)}") from error
