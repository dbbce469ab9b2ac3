"""What a person says of one item, by whatever way it comes, made a label or refused."""

from collections.abc import Mapping
from typing import Any

from pydantic import ConfigDict, Field, ValidationError
from pydantic_core import PydanticSerializationError

from arf.files import describe, sha256_text
from arf.findings import LabelError, to_finding
from arf.labelling.items import Item
from arf.params import Section
from arf.records import Annotation
from arf.taxonomy import Taxonomy


class Draft(Section):
    """What a person gave for one item.

    Attributes:
        rating: 1 to 5, or none.
        errors: as `arf.findings.to_finding` takes them.
        note: a remark on the whole.
        skipped: why the person could not say; the label is then `unscored`.
        seen: whose labels were shown beforehand.
        taxonomy: the hashes of the definitions that the person had before them; today's if null.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    rating: int | None = None
    errors: list[dict[str, Any]] = Field(default_factory=list)
    note: str | None = None
    skipped: str | None = None
    seen: str | None = None
    taxonomy: dict[str, str] | None = None


def read_draft(value: Mapping[str, Any]) -> Draft:
    """Returns what a person gave.

    Raises:
        LabelError: a field is unknown or malformed.
    """
    try:
        return Draft.model_validate(value)
    except ValidationError as error:
        raise LabelError(describe(error)) from error


def to_label(draft: Draft, item: Item, annotator: str, taxonomy: Taxonomy) -> Annotation:
    """Makes a label of what a person gave.

    Raises:
        LabelError: a code is unknown, a span is not in the output, the rating is off its scale, or
            a text holds half a character.
    """
    output = item.output
    errors = tuple(
        to_finding(error, output.text, output.channel, taxonomy) for error in draft.errors
    )
    today = taxonomy.hashes(frozenset(taxonomy.codes), output.channel)
    try:
        label = Annotation(
            id=output.id,
            channel=output.channel,
            source=output.source,
            text_sha256=sha256_text(output.text),
            annotator=annotator,
            taxonomy=today if draft.taxonomy is None else draft.taxonomy,
            status="scored" if draft.skipped is None else "unscored",
            reason=draft.skipped or None,
            rating=draft.rating,
            errors=errors,
            seen=draft.seen,
            note=draft.note or None,
        )
    except ValidationError as error:
        raise LabelError(describe(error)) from error
    try:
        label.model_dump_json()
    except PydanticSerializationError as error:
        raise LabelError("a text holds half a character (a lone surrogate); delete it") from error
    return label


def to_draft(label: Annotation) -> Draft:
    """Returns what a person must have given for a label."""
    return Draft(
        rating=label.rating,
        errors=[error.model_dump() for error in label.errors],
        note=label.note,
        skipped=(label.reason or "") if label.status == "unscored" else None,
        seen=label.seen,
        taxonomy=dict(label.taxonomy),
    )
