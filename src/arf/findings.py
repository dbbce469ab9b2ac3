"""One error as a person labels it, held against the text and the taxonomy."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from arf.files import describe
from arf.params import did_you_mean
from arf.records import UNLISTED, Finding
from arf.taxonomy import Taxonomy


class LabelError(ValueError):
    """A label that cannot stand; the message says why."""


def to_finding(given: Mapping[str, Any], text: str, channel: str, taxonomy: Taxonomy) -> Finding:
    """Turns what a person gave into a finding.

    Args:
        given: `{code, span, start, note}`, all but the code optional. Without a `start` the span is
            the first that reads so, whatever its line breaks are written as. An empty note is none.
        text: the output's.
        channel: the channel.
        taxonomy: the codes that there are, `unlisted` beside them.

    Raises:
        LabelError: the code is unknown or is none of this channel, the span is not in the text or
            not where it is said to start, or a field is malformed.
    """
    code = given.get("code")
    known = [name for name, entry in taxonomy.codes.items() if entry.applies_to(channel)]
    if not isinstance(code, str) or code not in (*known, UNLISTED):
        other = " on this channel" if isinstance(code, str) and code in taxonomy.codes else ""
        guess = did_you_mean(code, known) if isinstance(code, str) and not other else ""
        raise LabelError(
            f"unknown code {code!r}{other}{guess}; prompts/taxonomy.yaml lists the codes"
        )
    span, start, note = given.get("span"), given.get("start"), given.get("note")
    if span is None and start is not None:
        raise LabelError(f"{code}: a start without a span")
    if span is not None:
        span, start = _placed(span, start, text)
    try:
        return Finding(code=code, span=span, start=start, note=note or None)
    except ValidationError as error:
        raise LabelError(f"{code}: {describe(error)}") from error


def _placed(span: Any, start: Any, text: str) -> tuple[str, int]:
    """Returns the span as it stands in the text, and where."""
    if not isinstance(span, str) or not span.strip():
        raise LabelError(f"the span {span!r} is no text; leave it out where nothing can be marked")
    if start is None:
        for form in (span, unicodedata.normalize("NFC", span)):
            if (found := text.find(form)) >= 0:
                return form, found
        lines = re.split(r"\r\n?|\n", unicodedata.normalize("NFC", span).strip())
        if loose := re.search(r"(?:\r\n?|\n)".join(map(re.escape, lines)), text):
            return loose[0], loose.start()
        raise LabelError(f"the span {span!r} is not in the output")
    if isinstance(start, bool) or not isinstance(start, int) or start < 0:
        raise LabelError(f"the start {start!r} is no place in the output")
    if not text.startswith(span, start):
        raise LabelError(f"the span {span!r} is not at {start} of the output")
    return span, start
