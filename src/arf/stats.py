"""Intervals and paired tests, each from a library or a published method.

All intervals cover 95 %. What cannot be known is null, never NaN: a mean of nothing, or the spread
of a single value.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isnan, sqrt
from statistics import NormalDist
from typing import NamedTuple

SEED = 0
RESAMPLES = 2000
_NORMAL = NormalDist()
_LEVELS = (0.025, 0.975)


class Interval(NamedTuple):
    """A 95 % confidence interval, null where it cannot be known."""

    lo: float | None
    hi: float | None


UNKNOWN = Interval(None, None)


class Difference(NamedTuple):
    """A paired difference a − b over `n` pairs; `lo` and `hi` are null where n < 2."""

    n: int
    diff: float
    lo: float | None
    hi: float | None
    p: float


def rounded(value: float | None) -> float | None:
    """Returns a value with six significant digits, so that files and their diffs stay readable."""
    return None if value is None else float(f"{value:.6g}")


def wilson(k: int, n: int) -> Interval:
    """Returns the Wilson score interval (Wilson 1927) of `k` in `n`, null where n is 0."""
    return Interval(*_score(k, n)) if n else UNKNOWN


def rate(count: int, n: int) -> dict[str, float | None]:
    """Returns a share as `rate`, with its Wilson interval `lo` to `hi`, all null where n is 0."""
    lo, hi = wilson(count, n)
    found = count / n if n else None
    return {"rate": rounded(found), "lo": rounded(lo), "hi": rounded(hi)}


def _score(k: int, n: int) -> tuple[float, float]:
    from scipy.stats import binomtest

    found = binomtest(k, n).proportion_ci(method="wilson")
    return max(0.0, float(found.low)), min(1.0, float(found.high))


def mean_interval(
    counts: Mapping[int, int], seed: int = SEED, resamples: int = RESAMPLES
) -> Interval:
    """Returns the bias-corrected, accelerated bootstrap interval of a mean (Efron 1987).

    To draw as many values again, with replacement, is to draw how often each occurs from a
    multinomial distribution: time and memory grow with the distinct values alone.

    Of fewer than two values it is null. Where all values are equal, each resample is too, and the
    interval is that value.

    Args:
        counts: how often each value occurs.
        seed: of the resampling.
        resamples: how many to draw.
    """
    import numpy as np

    values, weights = np.array(sorted(counts.items()), dtype=np.int64).reshape(-1, 2).T
    n = int(weights.sum())
    if n < 2:
        return UNKNOWN
    if len(values) == 1:
        return Interval(float(values[0]), float(values[0]))
    total = values @ weights
    totals = np.random.default_rng(seed).multinomial(n, weights / n, resamples) @ values
    below = float((totals < total).sum() + (totals <= total).sum()) / (2 * resamples)
    bias = _NORMAL.inv_cdf(min(max(below, 1 / (2 * resamples)), 1 - 1 / (2 * resamples)))
    deviations = values - total / n
    acceleration = float(weights @ deviations**3 / (6 * (weights @ deviations**2) ** 1.5))
    moved = [bias + _NORMAL.inv_cdf(level) for level in _LEVELS]
    levels = [_NORMAL.cdf(bias + z / (1 - acceleration * z)) for z in moved]
    lo, hi = np.quantile(totals, levels) / n
    return Interval(float(lo), float(hi))


def sign_flip(differences: Sequence[int]) -> float:
    """Returns the exact two-sided p of Fisher's randomisation test for paired differences.

    If nothing differs, the sign of each difference was a coin's toss (Fisher, The Design of
    Experiments, 1935, section 21). The sum's distribution over all signs is a convolution of one
    binomial per magnitude, so that no sampling is needed.
    """
    import numpy as np
    from scipy.stats import binom

    magnitudes, counts = np.unique(np.abs(np.asarray(differences, dtype=int)), return_counts=True)
    sums = np.ones(1)
    for magnitude, count in zip(magnitudes, counts, strict=True):
        if magnitude:
            flipped = np.zeros(2 * magnitude * count + 1)
            flipped[:: 2 * magnitude] = binom.pmf(np.arange(count + 1), count, 0.5)
            sums = np.convolve(sums, flipped)
    distances = np.abs(np.arange(len(sums)) - len(sums) // 2)
    return min(1.0, float(sums[distances >= abs(sum(differences))].sum()))


def paired_difference(
    a: Sequence[int], b: Sequence[int], seed: int = SEED, resamples: int = RESAMPLES
) -> Difference | None:
    """Compares the means of two whole-numbered measures of the same cases.

    The interval is the bootstrap's over pairs (`mean_interval`), p is `sign_flip`'s. Null where
    there is no pair.
    """
    if not a:
        return None
    differences = [x - y for x, y in zip(a, b, strict=True)]
    lo, hi = mean_interval(Counter(differences), seed, resamples)
    mean = sum(differences) / len(differences)
    return Difference(len(differences), mean, lo, hi, sign_flip(differences))


def mcnemar_exact(only_a: int, only_b: int) -> float:
    """Returns the exact two-sided p of McNemar's test from the two counts of discordant pairs."""
    from scipy.stats import binomtest

    return float(binomtest(only_a, only_a + only_b).pvalue) if only_a + only_b else 1.0


def paired_rates(a: Sequence[bool], b: Sequence[bool]) -> Difference | None:
    """Compares how often something is true of the same cases in two conditions.

    The interval is Newcombe's square-and-add (Statistics in Medicine 17:2635, 1998, method 10),
    which a bootstrap's is not: honest where few or no pairs differ. p is `mcnemar_exact`'s. Null
    where there is no pair.
    """
    if not a:
        return None
    n = len(a)
    both = sum(x and y for x, y in zip(a, b, strict=True))
    only_a, only_b = sum(a) - both, sum(b) - both
    neither = n - both - only_a - only_b
    rate_a, rate_b = sum(a) / n, sum(b) / n
    (lo_a, hi_a), (lo_b, hi_b) = _score(sum(a), n), _score(sum(b), n)
    margins = sum(a) * (n - sum(a)) * sum(b) * (n - sum(b))
    shared: float = both * neither - only_a * only_b
    if shared > 0:
        shared = max(shared - n / 2, 0)
    correlation = shared / sqrt(margins) if margins else 0.0

    def distance(left: float, right: float) -> float:
        return sqrt(max(0.0, left**2 - 2 * correlation * left * right + right**2))

    diff = rate_a - rate_b
    return Difference(
        n,
        diff,
        diff - distance(rate_a - lo_a, hi_b - rate_b),
        diff + distance(hi_a - rate_a, rate_b - lo_b),
        mcnemar_exact(only_a, only_b),
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """Returns p values adjusted for their number by Holm's step-down method (1979)."""
    from statsmodels.stats.multitest import multipletests

    if not p_values:
        return []
    return [float(p) for p in multipletests(p_values, method="holm")[1]]


def kappa(a: Sequence[bool], b: Sequence[bool]) -> float | None:
    """Returns Cohen's kappa of two raters, null where chance alone would agree always."""
    from sklearn.metrics import cohen_kappa_score

    if len({*a, *b}) < 2:
        return None
    value = float(cohen_kappa_score(a, b))
    return None if isnan(value) else value
