"""Whether two annotators find an error in the same places."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from arf.detection import Span, overlap
from arf.stats import rounded


class Places(NamedTuple):
    """Where two annotators find one code in one output."""

    text: str
    a: Sequence[Span]
    b: Sequence[Span]


def span_agreement(outputs: Iterable[Places]) -> dict[str, Any]:
    """Compares where two annotators find one code.

    A finding of one is matched with at most one of the other that shares a character with it, so
    that as many as can be are matched. `f1` is twice the matched findings by all findings of both
    (Hripcsak and Rothschild, Journal of the American Medical Informatics Association 12:296,
    2005); `overlap` is the mean of `arf.detection.overlap` over outputs where either finds the
    code.

    Returns:
        `n` outputs where either finds the code, findings `a`, `b` and `matched`, `f1` and
        `overlap`; the last two are null where n is 0.
    """
    n = a = b = matched = 0
    shared = 0.0
    for output in outputs:
        if output.a or output.b:
            n += 1
            a += len(output.a)
            b += len(output.b)
            matched += _matched(output.a, output.b)
            shared += overlap(output.text, output.a, output.b)
    return {
        "n": n,
        "a": a,
        "b": b,
        "matched": matched,
        "f1": rounded(2 * matched / (a + b)) if n else None,
        "overlap": rounded(shared / n) if n else None,
    }


def _matched(a: Sequence[Span], b: Sequence[Span]) -> int:
    from scipy.optimize import linear_sum_assignment

    touching = [[one.touches(other) for other in b] for one in a]
    if not (a and b):
        return 0
    rows, columns = linear_sum_assignment(touching, maximize=True)
    return sum(touching[row][column] for row, column in zip(rows, columns, strict=True))
