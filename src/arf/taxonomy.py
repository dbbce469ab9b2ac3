"""The error taxonomy: the one source for audit, editor, judge and report."""

import json
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, PrivateAttr, TypeAdapter, ValidationError, model_validator

from arf.errors import ArfError
from arf.files import describe, sha256_text
from arf.params import Section, read_yaml
from arf.records import Turn

TAXONOMY = Path("prompts/taxonomy.yaml")
Severity = Literal["minor", "moderate", "major", "critical"]
FactKind = Literal["numbers", "names", "negations"]
_SOURCES = {kind: {"__all__": {"source"}} for kind in ("positive", "negative")}


class Example(Section):
    """A text with the words in it that are the error, or with none where it is no error.

    Attributes:
        text: an output, or a piece of one.
        span: the words of it that are the error.
        why: what makes it an error or none, for people and models.
        source: the same for rules: what the case says, a message or the turns of a dialogue; null
            where that makes no difference. No label depends on it.
    """

    text: str
    span: str | None = None
    why: str | None = None
    source: str | tuple[Turn, ...] | None = None

    @model_validator(mode="after")
    def _span_is_there(self) -> "Example":
        if self.span is not None and self.span not in self.text:
            raise ValueError(f"the span {self.span!r} is not in its text")
        return self


class Examples(Section):
    """Texts that show an error, and texts that look like it and are none."""

    positive: tuple[Example, ...] = Field(min_length=1)
    negative: tuple[Example, ...] = Field(min_length=1)


class People(Section):
    """Who speaks in a case and whom an output tells of, as regular expressions."""

    staff: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _are_patterns(self) -> "People":
        for pattern in (*self.staff, *self.customers):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
        return self


class Detector(Section):
    """Which rule finds the error, with that rule's own words and settings.

    Attributes:
        name: the rule.
        lexicon: a YAML file of words, relative to the taxonomy's folder.
        settings: thresholds and the like; a name that the lexicon has too counts here.
    """

    name: str
    lexicon: str | None = None
    settings: dict[str, Any] = Field(default_factory=dict)
    _words: dict[str, Any] = PrivateAttr(default_factory=dict)

    @property
    def words(self) -> dict[str, Any]:
        """What the lexicon holds."""
        return self._words

    def read_lexicon(self, folder: Path) -> None:
        """Reads the lexicon, if there is one.

        Raises:
            ArfError: it is absent or no mapping.
        """
        if self.lexicon is None:
            return
        words = read_yaml(folder / self.lexicon)
        if not isinstance(words, dict):
            raise ArfError(f"{folder / self.lexicon}: expected a mapping of settings")
        self._words = words


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
            "examples": self.examples.model_dump(exclude=_SOURCES),
        }
        return sha256_text(json.dumps(words, sort_keys=True))


class Taxonomy(Section):
    """All codes by name, in the order of precedence, the rating guide, and who is who."""

    ratings: dict[int, str]
    people: People = People()
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
    """Reads and validates the taxonomy, and reads its lexicons.

    Raises:
        ArfError: it or a lexicon is absent or malformed; the message names the code and field.
    """
    try:
        taxonomy = TypeAdapter(Taxonomy).validate_python(read_yaml(path))
    except ValidationError as error:
        raise ArfError(f"{path}: {describe(error)}") from error
    for name, code in taxonomy.codes.items():
        if code.detector is not None:
            try:
                code.detector.read_lexicon(path.parent)
            except ArfError as error:
                raise ArfError(f"{path}: codes.{name}.detector.lexicon: {error}") from error
    return taxonomy
