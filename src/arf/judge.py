"""What a judge's annotations of one source amount to."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from arf.params import Section
from arf.records import Annotation
from arf.stats import RESAMPLES, SEED, mean_interval, rate, rounded


class JudgedSource(Section):
    """Settings of one judged source: none yet."""


class JudgeParams(Section):
    """The section `judge` of `params.yaml`.

    Attributes:
        sources: whose test outputs are judged and compared.
    """

    sources: dict[str, JudgedSource]


def _mean(counts: Counter[int], seed: int, resamples: int) -> dict[str, float | None] | None:
    if not counts:
        return None
    lo, hi = mean_interval(counts, seed, resamples)
    mean = sum(value * count for value, count in counts.items()) / counts.total()
    return {"mean": rounded(mean), "lo": rounded(lo), "hi": rounded(hi)}


def summarize(
    annotations: Iterable[Annotation],
    codes: Sequence[str],
    seed: int = SEED,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """Counts and averages one source's annotations.

    Args:
        annotations: of one source, over any number of channels.
        codes: all codes of the taxonomy; each is a key of the result.
        seed: of the bootstrap.
        resamples: of the bootstrap.

    Returns:
        `{n, unscored, rating, errors_per_case, error_rate}`. `n` counts the scored outputs, which
        alone enter the means and rates; `unscored` counts the others. `errors_per_case` is the
        mean number of labelled errors. A code's rate is the share of the outputs assessed for it
        that have it at least once, with its Wilson interval: null where none was assessed. A mean
        of nothing is null, and so are the bounds of a mean of one value.
    """
    ratings: Counter[int] = Counter()
    errors: Counter[int] = Counter()
    found: Counter[str] = Counter()
    assessed: Counter[str] = Counter()
    unscored = 0
    for annotation in annotations:
        if annotation.status == "unscored":
            unscored += 1
            continue
        errors[len(annotation.errors)] += 1
        if annotation.rating is not None:
            ratings[annotation.rating] += 1
        found.update(annotation.codes() & annotation.taxonomy.keys())
        assessed.update(annotation.taxonomy.keys())
    return {
        "n": errors.total(),
        "unscored": unscored,
        "rating": _mean(ratings, seed, resamples),
        "errors_per_case": _mean(errors, seed, resamples),
        "error_rate": {
            code: rate(found[code], assessed[code]) if assessed[code] else None for code in codes
        },
    }


def headline(annotations: Iterable[Annotation]) -> dict[str, float | int | None]:
    """Returns what a table of sources shows: cases, unscored ones, rating, errors per case."""
    block = summarize(annotations, ())
    for name in ("rating", "errors_per_case"):
        block[name] = block[name] and block[name]["mean"]
    return {name: block[name] for name in ("n", "unscored", "rating", "errors_per_case")}
