"""A writer's answers to the test cases of all channels, in one go: it loads its model once."""

from collections.abc import Sequence
from functools import partial

from pydantic import Field

from arf.channels import read_cases, write_by_channel
from arf.layout import outputs
from arf.models.generate import Greedy
from arf.params import Section
from arf.write import Writer


class PredictParams(Section):
    """The section `predict`: how students and bases answer.

    Attributes:
        max_new_tokens: an answer is cut after so many tokens.
        batch_size: how many answers are generated at once.
        repetition_penalty: of greedy decoding, see `arf.models.generate.Greedy`; sampled answers
            are drawn without it.
    """

    max_new_tokens: int = Field(gt=0)
    batch_size: int = Field(gt=0)
    repetition_penalty: float = Field(ge=1, le=2)

    @property
    def greedy(self) -> Greedy:
        """How the likeliest tokens are chosen."""
        return Greedy(self.repetition_penalty)


class Sampled(Section):
    """One source of the section `sampled`: a student that answers once more, by sampling.

    Greedy decoding hides the habits of a minority of the training data; sampling at temperature 1
    shows them at the rate at which the student has learnt them.

    Attributes:
        student: whose adapter answers.
        base: that student's base.
        temperature: 1 is the model's own distribution.
        seed: of the draws.
    """

    student: str
    base: str
    temperature: float = Field(default=1.0, gt=0, le=2)
    seed: int = Field(default=0, ge=0)


def predict(writer: Writer, source: str, channels: Sequence[str]) -> None:
    """Lets a writer answer the test cases of the channels, and keeps its outputs as a source's."""
    written = writer.write(case for case in read_cases(channels) if case.split == "test")
    write_by_channel(written, channels, partial(outputs, source))
