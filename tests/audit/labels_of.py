"""Labels by hand, for tests of the audit."""

from arf.files import sha256_text
from arf.records import Annotation, Finding

HASHES = {"inferred_sentiment": "1", "wrong_outcome": "2"}


def label(item: str, who: str, *codes: str, **fields: object) -> Annotation:
    """A label of the output whose text is its id."""
    return Annotation(
        **{"channel": "botchat", "source": "r0", "text_sha256": sha256_text(item)}
        | {"taxonomy": HASHES, "errors": tuple(Finding(code=code) for code in codes)}
        | fields,
        id=item,
        annotator=who,
    )
