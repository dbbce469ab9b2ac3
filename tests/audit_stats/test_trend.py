from itertools import product
from math import comb, prod

import numpy as np
import pytest
from statsmodels.stats.contingency_tables import Table

from arf.audit_stats.trend import trend


def exact(periods: list[tuple[int, int]]) -> float:
    """Returns p over all ways to deal the errors out over the outputs."""
    sizes = [n for _, n in periods]
    k, n = sum(k for k, _ in periods), sum(sizes)
    middle = k * sum(place * size for place, size in enumerate(sizes))

    def far(counts: tuple[int, ...]) -> int:
        return abs(n * sum(place * count for place, count in enumerate(counts)) - middle)

    seen = far(tuple(count for count, _ in periods))
    ways = sum(
        prod(comb(size, count) for size, count in zip(sizes, counts, strict=True))
        for counts in product(*(range(min(k, size) + 1) for size in sizes))
        if sum(counts) == k and far(counts) >= seen
    )
    return ways / comb(n, k)


@pytest.mark.parametrize(
    "periods",
    [
        # Liu, Cochran-Armitage Trend Test Using SAS (PharmaSUG 2007, SP05)
        [(0, 10), (1, 10), (0, 10), (3, 10)],
        [(2, 12), (4, 9), (1, 3)],
        [(1, 40), (0, 12), (1, 6), (1, 2)],
    ],
)
def test_exact(periods: list[tuple[int, int]]) -> None:
    assert trend(periods) == pytest.approx(exact(periods), rel=0.1)
    assert trend(periods[::-1]) == pytest.approx(exact(periods), rel=0.1)


def test_the_normal_approximation_of_many_outputs() -> None:
    periods = [(60, 200), (64, 200), (70, 200), (80, 200)]
    table = np.array([(k, n - k) for k, n in periods], dtype=float)
    p = Table(table, shift_zeros=False).test_ordinal_association().pvalue
    assert trend(periods) == pytest.approx(p, rel=0.15)


def test_one_error_in_a_thin_last_period_is_no_sure_rise() -> None:
    # of which the normal approximation says 1.6e-14
    assert trend([(0, 59), (1, 1)]) == pytest.approx(1 / 60, rel=0.2)


def test_p_is_never_zero() -> None:
    # SAS/STAT User's Guide, PROC FREQ, Cochran-Armitage trend test: Pain, p of 1.8e-6
    assert trend([(6, 32), (7, 33), (9, 32), (14, 32), (23, 32)]) == 1e-4


@pytest.mark.parametrize(
    "periods", [[], [(3, 9)], [(3, 9), (0, 0)], [(0, 9), (0, 4)], [(9, 9), (4, 4)], [(0, 0)] * 3]
)
def test_undefined(periods: list[tuple[int, int]]) -> None:
    assert trend(periods) is None


def test_an_empty_period_keeps_its_place() -> None:
    assert trend([(2, 20), (0, 0), (8, 20)]) == pytest.approx(trend([(2, 20), (8, 20)]))
    assert trend([(2, 20), (3, 20), (0, 0), (8, 20)]) != trend([(2, 20), (3, 20), (8, 20)])


def test_no_trend() -> None:
    assert trend([(5, 20)] * 4) == 1
