"""Whether an error becomes more or less frequent from period to period."""

from collections.abc import Sequence

from arf.stats import SEED

_PERMUTATIONS = 9_999


def trend(periods: Sequence[tuple[int, int]], seed: int = SEED) -> float | None:
    """Returns the two-sided p of the Cochran-Armitage test for a linear trend in proportions.

    Cochran, Biometrics 10:417 (1954), and Armitage, Biometrics 11:375 (1955). Periods count as
    equally far apart. Those without outputs keep their place. The errors are dealt out again over
    the outputs of all periods 9,999 times, since the normal approximation takes one rare error in a
    thin last period for a sure rise; p counts the deal that was observed (Phipson and Smyth,
    Statistical Applications in Genetics and Molecular Biology 9:39, 2010), and is 0.0001 at least.

    Args:
        periods: in order of time, outputs with the error and outputs in all.
        seed: of the dealing.

    Returns:
        p, null where fewer than two periods have outputs, or all outputs are alike.
    """
    import numpy as np

    places = np.array([place for place, (_, n) in enumerate(periods) if n])
    found, sizes = np.array([row for row in periods if row[1]], dtype=np.int64).reshape(-1, 2).T
    k, n = int(found.sum()), int(sizes.sum())
    if len(places) < 2 or not 0 < k < n:
        return None
    dealt = np.random.default_rng(seed).multivariate_hypergeometric(
        sizes, k, _PERMUTATIONS, method="marginals"
    )
    middle = k * int(places @ sizes)  # whole numbers: equal distances compare as equal
    far = np.abs(n * (dealt @ places) - middle) >= abs(n * int(places @ found) - middle)
    return (1 + int(far.sum())) / (1 + _PERMUTATIONS)
