"""The section `audit` of `params.yaml`."""

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from arf.annotate.providers import AnnotatorRole, RulesRole
from arf.params import Section

Period = Literal["week", "month", "quarter", "year"]
_WIDE = 10_000


class Least(Section):
    """What an annotator must reach against people, or be warned of."""

    sensitivity: float = Field(ge=0, le=1)
    specificity: float = Field(ge=0, le=1)


class AuditParams(Section):
    """The `audit` section.

    Attributes:
        per_channel: how many outputs a channel people are asked to label.
        seed: of the draw, of the order of items, and of robustness' resampling.
        strata: a field of the cases over whose values the draw is spread, such as
            `fields.product`; null for a simple random sample.
        wide: how many outputs a channel the annotator labels; null for `per_channel`, and 10,000
            where the annotator is the rules.
        labels: the folder of people's labels.
        people: whose labels count; all if null.
        annotators: annotators that label beside `roles.annotator`, by name.
        period: the length of the periods over which errors are followed, by `received_at`.
        least: what an annotator that is no person must reach.
    """

    per_channel: int = Field(gt=0)
    seed: int
    strata: str | None = None
    wide: int | None = Field(default=None, gt=0)
    labels: Path
    people: tuple[str, ...] | None = None
    annotators: dict[str, AnnotatorRole] = Field(default_factory=dict)
    period: Period = "quarter"
    least: Least

    @field_validator("strata")
    @classmethod
    def _names_a_field(cls, field: str | None) -> str | None:
        if field is not None and not field.startswith("fields.") and field != "received_at":
            raise ValueError("name a field of the cases: fields.NAME or received_at")
        return field

    def width(self, role: AnnotatorRole) -> int:
        """Returns how many outputs a channel an annotator labels."""
        free = _WIDE if isinstance(role.root, RulesRole) else self.per_channel
        return max(self.per_channel, self.wide or free)

    def roles(self, own: AnnotatorRole) -> dict[str, AnnotatorRole]:
        """Returns all annotators by the role that they are asked as; first `roles.annotator`."""
        others = {f"audit.annotators.{name}": role for name, role in self.annotators.items()}
        return {"annotator": own, **others}
