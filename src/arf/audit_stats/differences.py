"""Two independent samples held against each other."""

from collections import Counter
from math import isfinite
from typing import Any

from arf.stats import rounded


def rate_difference(new: tuple[int, int], old: tuple[int, int]) -> dict[str, float]:
    """Compares how often something is true in two independent samples.

    The interval is Newcombe's square-and-add (Statistics in Medicine 17:873, 1998, method 10); p
    is Fisher's exact, two-sided, which keeps its word for rare errors and small batches where the
    score test does not.

    Args:
        new: how many of how many, at least one.
        old: likewise.

    Returns:
        `diff`, new minus old, `lo`, `hi` of 95 % and `p`.
    """
    from scipy.stats import fisher_exact
    from statsmodels.stats.proportion import confint_proportions_2indep

    (k, n), (k_old, n_old) = new, old
    lo, hi = confint_proportions_2indep(k, n, k_old, n_old, method="newcomb", compare="diff")
    table = [[k, n - k], [k_old, n_old - k_old]]
    return {"diff": k / n - k_old / n_old, "lo": float(lo), "hi": float(hi),
            "p": float(fisher_exact(table).pvalue)}  # fmt: skip


def mean_difference(new: Counter[int], old: Counter[int]) -> dict[str, float | None] | None:
    """Compares the means of two independent samples, given how often each value occurs.

    Interval and p are Welch's (Biometrika 34:28, 1947), null where nothing varies.

    Returns:
        `diff`, new minus old, `lo`, `hi` of 95 % and `p`; null where a sample has under two values.
    """
    import numpy as np
    from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

    if min(new.total(), old.total()) < 2:
        return None
    samples = [
        DescrStatsW(np.array([*counts]), weights=np.array([*counts.values()]))
        for counts in (new, old)
    ]
    diff = float(samples[0].mean - samples[1].mean)
    if all(len(+counts) < 2 for counts in (new, old)):
        return {"diff": rounded(diff), "lo": None, "hi": None, "p": None}
    both = CompareMeans(*samples)
    found: list[Any] = [*both.tconfint_diff(usevar="unequal"), both.ttest_ind(usevar="unequal")[1]]
    lo, hi, p = (rounded(float(value)) if isfinite(value) else None for value in found)
    return {"diff": rounded(diff), "lo": lo, "hi": hi, "p": p}
