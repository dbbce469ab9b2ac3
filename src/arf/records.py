"""The three records that everything is: cases, outputs, annotations.

They lie in JSON Lines files, one per channel, in the order of the cases. Every reader streams.
"""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from arf.errors import ArfError
from arf.files import sha256_text

Split = Literal["train", "heldout", "test"]
Verdict = Literal["kept", "reverted", "unanswered"]
Name = Annotated[str, StringConstraints(min_length=1)]
Subject = tuple[str, str, str, str]  # source, channel, id and hash of the text of an output
UNLISTED = "unlisted"  # the code that people give to words that are wrong where no code fits


class Record(BaseModel):
    """Base of all records: frozen, no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Turn(Record):
    """One contribution to a dialogue."""

    speaker: str
    text: str


class Case(Record):
    """One input of one channel: a dialogue (`turns`) or a message (`text` with form `fields`).

    `extra` holds what else the raw row had, `facts` included. It travels along and reaches no
    prompt, no detector and no grounding check.
    """

    id: Name
    channel: Name
    split: Split
    text: str | None = None
    turns: tuple[Turn, ...] | None = None
    fields: dict[str, Any] = Field(default_factory=dict)
    received_at: str | None = None
    reference: str | None = None
    extra: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_body(self) -> "Case":
        if (self.text is None) == (self.turns is None):
            raise ValueError("a case has either text or turns")
        return self

    def body(self) -> str:
        """Returns all that the case says, as one text: the turns or the text, then the fields."""
        if self.turns is not None:
            lines = [f"{turn.speaker}: {turn.text}" for turn in self.turns]
        else:
            lines = [self.text or ""]
        lines += [f"{name}: {value}" for name, value in self.fields.items() if value is not None]
        return "\n".join(lines)


class Edit(Record):
    """One answer of an editor to one flagged error, and what became of it.

    `before` and `after` are whole texts. `checks` maps each check of the guard to whether it
    passed; `after` is null where the editor gave no answer.
    """

    round: Name
    code: Name
    before: str
    after: str | None
    provider: str
    prompt_sha256: str | None
    checks: dict[str, bool]
    verdict: Verdict
    reason: str | None


class Output(Record):
    """A text that a source wrote for a case, with every edit on the way to it."""

    id: Name
    channel: Name
    source: Name
    parent: str | None = None
    text: str
    provider: str
    model: str | None = None
    prompt_sha256: str | None = None
    edits: tuple[Edit, ...] = ()

    def original(self) -> str:
        """Returns the text before the first edit of any round."""
        return self.edits[0].before if self.edits else self.text


class Finding(Record):
    """One labelled error. `span` is verbatim and starts at character `start` of the output."""

    code: Name
    span: str | None = None
    start: int | None = None
    note: str | None = None

    def place(self, text: str) -> tuple[int, int] | None:
        """Returns where the span starts and ends (exclusive) in the output's text.

        Without a `start` it is looked up. Null where there is no span, or none in the text.
        """
        if not self.span:
            return None
        start = text.find(self.span) if self.start is None else self.start
        found = start >= 0 and text.startswith(self.span, start)
        return (start, start + len(self.span)) if found else None


class Annotation(Record):
    """What one annotator says of one output.

    `taxonomy` maps each code that the annotator could assess to the hash of the definition that
    it used. A code that is not in it was not looked for, which is not the same as absent. Of a
    model, `prompt_sha256` is the hash of what it was asked by. Of a person, `seen` names the
    annotator whose labels were shown beforehand, and `note` is a remark on the whole.
    """

    id: Name
    channel: Name
    source: Name
    text_sha256: str
    annotator: Name
    taxonomy: dict[str, str]
    prompt_sha256: str | None = None
    status: Literal["scored", "unscored"] = "scored"
    reason: str | None = None
    rating: int | None = Field(default=None, ge=1, le=5)
    errors: tuple[Finding, ...] = ()
    seen: str | None = None
    note: str | None = None

    def codes(self) -> frozenset[str]:
        """Returns the codes found at least once."""
        return frozenset(error.code for error in self.errors)

    @property
    def about(self) -> Subject:
        """What it is about: source, channel, id and text, whoever says it."""
        return (self.source, self.channel, self.id, self.text_sha256)

    def of(self, output: Output) -> bool:
        """Says whether this is about exactly that output's text."""
        return self.id == output.id and self.text_sha256 == sha256_text(output.text)


class RecordedText(Record):
    """A teacher's output that already exists."""

    id: Name
    text: Name


class RecordedEdit(Record):
    """One answer of an editor that already exists: the whole text after a fix."""

    round: Name
    code: Name
    text: Name


class RecordedEdits(Record):
    """All recorded edits of one output, cumulative and in order.

    Each is a patch against the one before it, the first against `original`.
    """

    id: Name
    original: str
    edits: tuple[RecordedEdit, ...]


def pair(cases: Iterable[Case], outputs: Iterable[Output]) -> Iterator[tuple[Case, Output]]:
    """Streams each output with its case.

    Args:
        cases: one channel's, in file order.
        outputs: a subset of the same channel's, in the order of the cases.

    Raises:
        ArfError: an output's case is missing or out of order.
    """
    remaining = iter(cases)
    for output in outputs:
        for case in remaining:
            if case.id == output.id:
                yield case, output
                break
        else:
            raise ArfError(
                f"outputs of {output.source}, channel {output.channel}: {output.id} has no case or "
                "is out of order; run dvc repro"
            )
