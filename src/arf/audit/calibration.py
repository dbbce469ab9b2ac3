"""How far an annotator that is no person can be trusted, held against people's labels."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from arf.audit.agreement import compare_ratings
from arf.audit.params import Least
from arf.consensus import by_people, middle_rating
from arf.detection import Detected, Scores
from arf.files import sha256_text
from arf.records import Annotation, Output
from arf.stats import mean_interval, rounded


def calibrate(
    outputs: Iterable[Output],
    labels: Mapping[str, Annotation],
    people: Mapping[str, Sequence[Annotation]],
    codes: Sequence[str],
    least: Least,
) -> dict[str, Any]:
    """Measures one annotator against people on the outputs that both labelled.

    Where people disagree on a code, the output is left out of that code, unless `gold` decides.

    Args:
        outputs: those that people labelled.
        labels: the annotator's, by id of the output.
        people: theirs, by id.
        codes: in the order that is wanted.
        least: what an annotator must reach.

    Returns:
        `n`; `against`, whose labels; `codes` with the figures of `arf.detection.Tally` and what is
        `below` the thresholds, in words, null if nothing is, and whether it is `surely` so;
        `rating` as `arf.audit.agreement.compare_ratings` has it, the annotator's against people's,
        and as `reliability` people's mean rating by the annotator's.
    """
    scores, against = Scores(), set[str]()
    rated: list[tuple[int, float]] = []
    for output in outputs:
        label, theirs = labels.get(output.id), people.get(output.id)
        if label is None or not theirs or label.text_sha256 != sha256_text(output.text):
            continue
        scores.add(Detected(output, by_people(theirs, output.text), label))
        against.update(one.annotator for one in theirs)
        middle = middle_rating(theirs)
        if label.rating is not None and middle is not None:
            rated.append((label.rating, middle))
    tallies = {code: scores.found[code].figures() for code in codes if code in scores.found}
    return {
        "n": scores.n,
        "against": ", ".join(sorted(against)) or None,
        "codes": {
            code: {**found, "below": _told(missed), "surely": any(one.surely for one in missed)}
            for code, found in tallies.items()
            for missed in (_below(found, least),)
        },
        "rating": _rating(rated),
    }


class _Missed(NamedTuple):
    """A threshold that is missed; surely, where the whole interval lies below it."""

    told: str
    surely: bool


def _below(found: Mapping[str, Any], least: Least) -> list[_Missed]:
    measures = (
        ("sensitivity", found["recall"], least.sensitivity),
        ("specificity", found["specificity"], least.specificity),
    )
    return [
        _Missed(
            f"{name} {rate['rate']:.2f} ({rate['lo']:.2f} to {rate['hi']:.2f}) under {bound:g}",
            rate["hi"] < bound,
        )
        for name, rate, bound in measures
        if rate["rate"] is not None and rate["rate"] < bound
    ]


def _told(missed: Sequence[_Missed]) -> str | None:
    return "; ".join(one.told for one in missed) or None


def _rating(rated: Sequence[tuple[int, float]]) -> dict[str, Any] | None:
    if not rated:
        return None
    # Twice a median is whole; kappa and rank correlation do not depend on the unit.
    doubled = [(2 * own, round(2 * theirs)) for own, theirs in rated]
    found = compare_ratings([own for own, _ in doubled], [theirs for _, theirs in doubled])
    return {
        **found,
        "difference": {
            name: rounded(value / 2) if isinstance(value, float) else value
            for name, value in found["difference"].items()
        },
        "reliability": {
            str(given // 2): _mean([b for a, b in doubled if a == given])
            for given in sorted({own for own, _ in doubled})
        },
    }


def _mean(doubled: Sequence[int]) -> dict[str, Any]:
    """Returns the mean of ratings that are given twice as large."""
    bounds = mean_interval(Counter(doubled))
    lo, hi = (None if bound is None else rounded(bound / 2) for bound in bounds)
    mean = rounded(sum(doubled) / len(doubled) / 2)
    return {"n": len(doubled), "mean": mean, "lo": lo, "hi": hi}
