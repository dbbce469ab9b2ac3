"""Whether an error becomes more or less frequent from period to period."""

from collections.abc import Sequence


def trend(periods: Sequence[tuple[int, int]]) -> float | None:
    """Returns the two-sided p of the Cochran-Armitage test for a linear trend in proportions.

    Cochran, Biometrics 10:417 (1954), and Armitage, Biometrics 11:375 (1955), in Mantel's form,
    whose variance is that of permutations (Journal of the American Statistical Association
    58:690, 1963). Periods count as equally far apart. Those without outputs keep their place.

    Args:
        periods: in order of time, outputs with the error and outputs in all.

    Returns:
        p, null where fewer than two periods have outputs, or all outputs are alike.
    """
    import numpy as np
    from statsmodels.stats.contingency_tables import Table

    n, k = sum(n for _, n in periods), sum(k for k, _ in periods)
    if sum(n > 0 for _, n in periods) < 2 or not 0 < k < n:
        return None
    table = np.array([(k, n - k) for k, n in periods], dtype=float)
    return float(Table(table, shift_zeros=False).test_ordinal_association().pvalue)
