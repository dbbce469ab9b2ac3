"""What was planted in one made-up output: a row of the truth that only evaluation reads."""

from collections.abc import Collection

from pydantic import BaseModel, Field


class Place(BaseModel):
    """Words of the teacher's text, `span`, that start at its character `start`."""

    span: str = Field(min_length=1)
    start: int = Field(ge=0)

    @property
    def end(self) -> int:
        """The first character after them."""
        return self.start + len(self.span)


class Planted(Place):
    """An error, and the form in which it was planted."""

    code: str
    form: str | None = None


class Bait(Place):
    """A trap: what looks like an error and is none."""

    kind: str


class Fact(BaseModel):
    """What the text states beside its errors, as it writes it."""

    value: str


class Truth(BaseModel):
    """All that is known of one output."""

    errors: tuple[Planted, ...]
    facts: tuple[Fact, ...] = ()
    traps: tuple[Bait, ...] = ()

    def clean(self, text: str, codes: Collection[str]) -> str:
        """Returns the teacher's text without the errors of those codes."""
        for error in sorted(self.errors, key=lambda error: -error.start):
            if error.code in codes:
                text = text[: error.start] + text[error.end :]
        return text
