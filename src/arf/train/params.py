"""The sections `train` and `students` of `params.yaml`."""

from pydantic import Field

from arf.params import Section


class Lora(Section):
    """Low-rank adapters on all linear layers (https://arxiv.org/abs/2106.09685)."""

    r: int = Field(gt=0)
    alpha: int = Field(gt=0)


class TrainParams(Section):
    """The section `train`, the same for all students.

    Attributes:
        token_budget: tokens of prompts and r0 answers to train on; rows repeat where needed.
        seed: of the order of rows and of the adapter's first weights.
        batch_size: rows a step.
        learning_rate: of AdamW after a warm-up of a tenth of the steps, falling to 0 as a cosine.
        max_length: pairs with more tokens are left out, never cut.
        checkpoint_steps: steps between two checkpoints.
        lora: the adapter's size.
    """

    token_budget: int = Field(gt=0)
    seed: int = Field(ge=0)
    batch_size: int = Field(gt=0)
    learning_rate: float = Field(gt=0)
    max_length: int = Field(gt=0)
    checkpoint_steps: int = Field(gt=0)
    lora: Lora


class Student(Section):
    """One entry of the section `students`: which source's outputs it learns, on which base."""

    data: str = Field(min_length=1)
    base: str = Field(min_length=1)
