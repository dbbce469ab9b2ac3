"""People's labels, checked against the texts and the taxonomy before they count."""

from collections.abc import Callable
from typing import Any

from pydantic import ValidationError

from arf.files import describe, sha256_text
from arf.findings import LabelError, to_finding
from arf.ingest.raw import BrokenRowError, Row, check_channel, row_id
from arf.records import Annotation, Finding
from arf.taxonomy import Taxonomy


def to_annotation(
    row: Row, channel: str, annotator: str, taxonomy: Taxonomy, text_of: Callable[[str], str | None]
) -> Annotation | None:
    """Turns a raw label row into an annotation of the teacher's output.

    Args:
        row: `{id, errors: [{code, span, note}], rating, taxonomy}`; the last is the hash of each
            definition that the label was made by, today's without.
        channel: the channel of its file.
        annotator: who labelled, by the folder's name.
        taxonomy: the codes that there are.
        text_of: gives the teacher's text of an id.

    Returns:
        The annotation, or null where the teacher has no output of that id.

    Raises:
        BrokenRowError: a code is unknown, a span is not in the text, or a field is malformed.
    """
    check_channel(row, channel)
    item = row_id(row)
    text = text_of(item)
    if text is None:
        return None
    errors = row.value.get("errors")
    if not isinstance(errors, list):
        raise BrokenRowError("errors: expected a list (empty where there is no error)")
    today = taxonomy.hashes(frozenset(taxonomy.codes), channel)
    try:
        return Annotation(
            id=item,
            channel=channel,
            source="r0",
            text_sha256=sha256_text(text),
            annotator=annotator,
            taxonomy=row.value.get("taxonomy") or today,
            rating=row.value.get("rating"),
            errors=tuple(_finding(error, text, channel, taxonomy) for error in errors),
        )
    except ValidationError as error:
        raise BrokenRowError(describe(error)) from error


def _finding(error: Any, text: str, channel: str, taxonomy: Taxonomy) -> Finding:
    given = error if isinstance(error, dict) else {"code": error}
    try:
        return to_finding(given, text, channel, taxonomy)
    except LabelError as refused:
        raise BrokenRowError(str(refused)) from refused
