"""How far annotators agree beyond chance, with 95 % intervals.

Intervals are percentiles of a bootstrap over items (Efron 1979). To draw as many items again, with
replacement, is to draw how often each pattern of answers occurs from a multinomial distribution,
so that time and memory grow with the distinct patterns alone. The formulas are written here since
they must take all resamples at once; they are tested against scikit-learn and published examples.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from arf.stats import RESAMPLES, SEED, mean_interval

if TYPE_CHECKING:
    import numpy as np

Verdicts = Sequence[Sequence[bool | None]]
_DEFINED = 0.9  # of the resamples, for their percentiles to be an interval

NO_PAIR = "no item has answers of two annotators"
NOT_TWO = "Cohen's kappa is defined for two annotators"
ALL_ALIKE = "all answers are the same, so that chance alone would agree always"
CONSTANT = "one of the two gives the same rating always"
NO_SPREAD = "all resamples agree alike, which shows no uncertainty"
TOO_RARE = "in too many resamples all answers are the same"


class Coefficient(NamedTuple):
    """A coefficient and its 95 % interval, null where undefined; `why` says what is null."""

    value: float | None
    lo: float | None = None
    hi: float | None = None
    why: str | None = None


def cohen(verdicts: Verdicts, seed: int = SEED, resamples: int = RESAMPLES) -> Coefficient:
    """Returns Cohen's kappa (Educational and Psychological Measurement 20:37, 1960).

    Args:
        verdicts: a row an item, a column an annotator, null where there is no answer. Items that
            not both answered are left out.
        seed: of the resampling.
        resamples: how many to draw.
    """
    if any(len(row) != 2 for row in verdicts):
        return Coefficient(None, why=NOT_TWO)
    pairs = Counter((a, b) for a, b in verdicts if a is not None and b is not None)
    if not pairs:
        return Coefficient(None, why=NO_PAIR)

    def kappa(counts: "np.ndarray[Any, Any]", a: Any, b: Any) -> "np.ndarray[Any, Any]":
        n = counts.sum(axis=-1)
        agreed = counts @ (a == b) / n
        yes_a, yes_b = counts @ a / n, counts @ b / n
        chance = yes_a * yes_b + (1 - yes_a) * (1 - yes_b)
        return _quotient(agreed - chance, 1 - chance)

    return _bootstrap(kappa, pairs, ALL_ALIKE, seed, resamples)


def krippendorff(verdicts: Verdicts, seed: int = SEED, resamples: int = RESAMPLES) -> Coefficient:
    """Returns Krippendorff's alpha of nominal data (Computing Krippendorff's Alpha, 2011).

    Args:
        verdicts: as in `cohen`, of any number of annotators.
        seed: of the resampling.
        resamples: how many to draw.
    """
    answers = Counter((yes, n) for yes, n in _answers(verdicts) if n >= 2)
    if not answers:
        return Coefficient(None, why=NO_PAIR)

    def alpha(counts: "np.ndarray[Any, Any]", yes: Any, n: Any) -> "np.ndarray[Any, Any]":
        unlike = counts @ (yes * (n - yes) / (n - 1))
        all_yes, all_answers = counts @ yes, counts @ n
        expected = all_yes * (all_answers - all_yes) / (all_answers - 1)
        return _quotient(expected - unlike, expected)

    return _bootstrap(alpha, answers, ALL_ALIKE, seed, resamples)


def gwet(verdicts: Verdicts, seed: int = SEED, resamples: int = RESAMPLES) -> Coefficient:
    """Returns Gwet's AC1, which rare codes do not mislead.

    Gwet, British Journal of Mathematical and Statistical Psychology 61:29 (2008); with missing
    answers as in his Handbook of Inter-Rater Reliability (4th edition, 2014, chapter 5): an item
    with one answer counts for how often a code is given, and not for agreement.

    Args:
        verdicts: as in `cohen`, of any number of annotators.
        seed: of the resampling.
        resamples: how many to draw.
    """
    answers = Counter((yes, n) for yes, n in _answers(verdicts) if n)
    if all(n < 2 for _, n in answers):
        return Coefficient(None, why=NO_PAIR)

    def ac1(counts: "np.ndarray[Any, Any]", yes: Any, n: Any) -> "np.ndarray[Any, Any]":
        import numpy as np

        pairs = np.maximum(n * (n - 1), 1)
        alike = (yes * (yes - 1) + (n - yes) * (n - yes - 1)) / pairs
        agreed = _quotient(counts @ alike, counts @ (n >= 2))
        given = counts @ (yes / n) / counts.sum(axis=-1)
        chance = 2 * given * (1 - given)
        return _quotient(agreed - chance, 1 - chance)

    return _bootstrap(ac1, answers, NO_PAIR, seed, resamples)


def weighted_kappa(
    a: Sequence[int], b: Sequence[int], seed: int = SEED, resamples: int = RESAMPLES
) -> Coefficient:
    """Returns Cohen's kappa of two annotators' ratings, disagreement weighted by its square.

    Cohen, Psychological Bulletin 70:213 (1968), in the form of Fleiss and Cohen (Educational and
    Psychological Measurement 33:613, 1973), which needs means and variances alone.

    Args:
        a: one's ratings.
        b: the other's, of the same items.
        seed: of the resampling.
        resamples: how many to draw.
    """
    pairs = Counter(zip(a, b, strict=True))
    if not pairs:
        return Coefficient(None, why=NO_PAIR)

    def kappa(counts: "np.ndarray[Any, Any]", a: Any, b: Any) -> "np.ndarray[Any, Any]":
        n = counts.sum(axis=-1)
        observed = counts @ (a - b) ** 2 / n
        expected = counts @ a**2 / n + counts @ b**2 / n - 2 * (counts @ a / n) * (counts @ b / n)
        return _quotient(expected - observed, expected)

    return _bootstrap(kappa, pairs, ALL_ALIKE, seed, resamples)


def spearman(a: Sequence[int], b: Sequence[int]) -> Coefficient:
    """Returns Spearman's rank correlation of two annotators' ratings, without an interval."""
    from scipy.stats import spearmanr

    if len(a) < 2:
        return Coefficient(None, why=NO_PAIR)
    if len(set(a)) == 1 or len(set(b)) == 1:
        return Coefficient(None, why=CONSTANT)
    return Coefficient(float(spearmanr(a, b).statistic))


def rating_difference(
    a: Sequence[int], b: Sequence[int], seed: int = SEED, resamples: int = RESAMPLES
) -> Coefficient:
    """Returns by how much one's ratings exceed the other's on average (`arf.stats`)."""
    differences = Counter(x - y for x, y in zip(a, b, strict=True))
    if not differences:
        return Coefficient(None, why=NO_PAIR)
    mean = sum(value * count for value, count in differences.items()) / len(a)
    lo, hi = mean_interval(differences, seed, resamples)
    return Coefficient(mean, lo, hi)


def _answers(verdicts: Verdicts) -> list[tuple[int, int]]:
    """Returns of each item how many said yes, and how many answered."""
    given = ([answer for answer in row if answer is not None] for row in verdicts)
    return [(sum(answers), len(answers)) for answers in given]


def _quotient(numerator: Any, denominator: Any) -> "np.ndarray[Any, Any]":
    """Divides, where the denominator is 0 with NaN, which does not leave this module."""
    import numpy as np

    zero = np.isclose(denominator, 0)
    return np.where(zero, np.nan, numerator / np.where(zero, 1, denominator))


def _bootstrap(
    coefficient: Callable[..., "np.ndarray[Any, Any]"],
    patterns: Counter[Any],
    undefined: str,
    seed: int,
    resamples: int,
) -> Coefficient:
    """Applies a coefficient to how often each pattern occurs, there and in resamples.

    The interval is null where fewer than nine in ten resamples have the coefficient, and where
    they all have the same: that annotators never differed does not show that they never will.
    """
    import numpy as np

    kinds = sorted(patterns)
    columns = np.array(kinds, dtype=float).T
    counts = np.array([patterns[kind] for kind in kinds], dtype=float)
    found = float(coefficient(counts, *columns))
    if np.isnan(found):
        return Coefficient(None, why=undefined)
    n = int(counts.sum())
    draws = np.random.default_rng(seed).multinomial(n, counts / n, resamples).astype(float)
    values = coefficient(draws, *columns)
    defined = values[~np.isnan(values)]
    if len(defined) < _DEFINED * resamples:
        return Coefficient(found, why=TOO_RARE)
    if np.ptp(defined) == 0:
        return Coefficient(found, why=NO_SPREAD)
    lo, hi = np.quantile(defined, (0.025, 0.975))
    return Coefficient(found, float(lo), float(hi))
