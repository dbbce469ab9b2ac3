"""The overall rating that follows from the errors found, by the taxonomy's severities."""

from collections import Counter
from collections.abc import Iterable

from arf.records import Finding
from arf.taxonomy import Taxonomy


def rate(errors: Iterable[Finding], taxonomy: Taxonomy) -> int:
    """Returns 5 for no error down to 1, as the taxonomy's rating guide has it.

    One minor error makes 4, more of them or a moderate one 3, a major one 2, a critical one 1.
    Each error counts, also where two have the same code. A person may weigh a trivial major error
    less; rules cannot.
    """
    counts = Counter(taxonomy.codes[error.code].severity for error in errors)
    if counts["critical"]:
        return 1
    if counts["major"]:
        return 2
    if counts["moderate"] or counts["minor"] > 1:
        return 3
    return 4 if counts["minor"] else 5
