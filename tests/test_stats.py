import random
import warnings
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arf.stats import (
    UNKNOWN,
    holm,
    kappa,
    mcnemar_exact,
    mean_interval,
    paired_difference,
    paired_rates,
    rate,
    rounded,
    sign_flip,
    wilson,
)

SMALL = st.lists(st.integers(-5, 5), min_size=2, max_size=9)


def conditions(both: int, only_a: int, only_b: int, neither: int) -> tuple[list[bool], list[bool]]:
    cells = ((True, True), (True, False), (False, True), (False, False))
    counts = (both, only_a, only_b, neither)
    pairs = [cell for cell, count in zip(cells, counts, strict=True) for _ in range(count)]
    return [a for a, _ in pairs], [b for _, b in pairs]


@pytest.mark.parametrize(
    ("k", "n", "lo", "hi"),
    [
        # Newcombe, Statistics in Medicine 17:857 (1998), table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson(k: int, n: int, lo: float, hi: float) -> None:
    assert wilson(k, n) == pytest.approx((lo, hi), abs=5e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share(counts: tuple[int, int]) -> None:
    lo, hi = wilson(*counts)
    assert 0 <= lo <= counts[0] / counts[1] <= hi <= 1


def test_a_share_of_nothing_is_unknown() -> None:
    assert wilson(0, 0) == UNKNOWN
    assert rate(0, 0) == {"rate": None, "lo": None, "hi": None}
    assert rate(10, 10) == {"rate": 1, "lo": 0.722467, "hi": 1}


@pytest.mark.parametrize(
    ("values", "expected"), [([], UNKNOWN), ([3], UNKNOWN), ([3, 3], (3, 3)), ([0] * 9, (0, 0))]
)
def test_degenerate_means(values: list[int], expected: tuple[float | None, ...]) -> None:
    assert mean_interval(Counter(values)) == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=2, max_size=40))
def test_mean_interval_is_finite_and_inside_the_data(values: list[int]) -> None:
    lo, hi = mean_interval(Counter(values), resamples=200)
    assert min(values) <= lo <= hi <= max(values)


def test_mean_interval_repeats_with_its_seed() -> None:
    values = Counter([*range(40), 100])
    assert mean_interval(values, seed=1) == mean_interval(values, seed=1)
    assert mean_interval(values, seed=1) != mean_interval(values, seed=2)


def test_mean_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    chance = random.Random(0)
    covered = 0
    for _ in range(200):
        values = Counter(chance.randint(1, 5) for _ in range(40))
        lo, hi = mean_interval(values, resamples=400)
        covered += lo <= 3 <= hi
    assert 180 <= covered <= 199


@pytest.mark.parametrize(
    ("values", "tolerance"),  # the tolerance is a few steps of the resampled mean
    [([1, 1, 2, 3, 5, 5, 5, 4, 4, 2] * 6, 0.02), ([0] * 60 + [1, 1, 7], 0.07)],
)
def test_mean_interval_agrees_with_scipys_of_the_plain_values(
    values: list[int], tolerance: float
) -> None:
    import numpy as np
    from scipy.stats import bootstrap

    plain = bootstrap((values,), np.mean, n_resamples=20_000, batch=1000, rng=1)
    found = mean_interval(Counter(values), resamples=20_000)
    assert found == pytest.approx(tuple(plain.confidence_interval), abs=tolerance)


def test_mean_interval_of_a_million_values_is_quick_and_exact_about_their_order() -> None:
    counts = {5: 600_000, 3: 300_000, 1: 100_000}
    lo, hi = mean_interval(counts)
    assert (lo + hi) / 2 == pytest.approx(4, abs=1e-4)
    assert hi - lo == pytest.approx(2 * 1.96 * 1.8**0.5 / 1000, rel=0.05)
    assert mean_interval(dict(sorted(counts.items()))) == (lo, hi)


def test_sign_flip_on_darwins_maize() -> None:
    """Fisher, The Design of Experiments (1935), section 21: 1726 of 32768 sign patterns."""
    differences = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    assert sign_flip(differences) == pytest.approx(1726 / 32768)


@settings(max_examples=30, deadline=None)
@given(SMALL)
def test_sign_flip_agrees_with_scipys_exact_permutation_test(differences: list[int]) -> None:
    import numpy as np
    from scipy.stats import permutation_test

    expected = permutation_test(
        (np.array(differences),), np.sum, permutation_type="samples", n_resamples=10_000
    )
    assert sign_flip(differences) == pytest.approx(min(1.0, expected.pvalue))


def test_sign_flip_of_many_pairs_is_quick_and_tiny() -> None:
    assert 0 <= sign_flip([1, 2, 3, 0] * 1000) < 1e-300


def test_paired_difference() -> None:
    found = paired_difference([5, 4, 5, 5, 3], [3, 4, 4, 5, 1])
    assert (found.n, found.diff) == (5, 1.0)
    assert found.lo <= 1.0 <= found.hi
    assert found.p == pytest.approx(2 / 8)
    assert paired_difference([], []) is None
    one = paired_difference([2], [1])
    assert (one.lo, one.hi, one.p) == (None, None, 1.0)


@pytest.mark.parametrize(
    ("cells", "diff", "lo", "hi"),
    [
        # Newcombe, Statistics in Medicine 17:2635 (1998), table II, method 10
        ((36, 12, 2, 0), 0.2000, 0.0569, 0.3404),
        # Fagerland, Lydersen and Laake, Statistical Analysis of Contingency Tables (2017), chapter
        # 8, after Cavo et al. (2012), as in the tests of their R package contingencytables
        ((59, 6, 16, 80), -0.0621, -0.1186, -0.0046),
    ],
)
def test_paired_rates(cells: tuple[int, ...], diff: float, lo: float, hi: float) -> None:
    found = paired_rates(*conditions(*cells))
    assert (found.diff, found.lo, found.hi) == pytest.approx((diff, lo, hi), abs=5e-5)
    assert found.p == mcnemar_exact(cells[1], cells[2])


def test_rates_that_never_differ_are_not_known_exactly() -> None:
    found = paired_rates(*conditions(0, 0, 0, 20))
    assert (found.diff, found.p) == (0, 1)
    assert found.lo < -0.1 < 0.1 < found.hi
    assert paired_rates([], []) is None


@given(st.tuples(*[st.integers(0, 30)] * 4).filter(any))
def test_paired_rates_hold_the_difference(cells: tuple[int, int, int, int]) -> None:
    found = paired_rates(*conditions(*cells))
    assert -1 <= found.lo <= found.diff <= found.hi <= 1
    mirrored = paired_rates(*reversed(conditions(*cells)))
    assert (mirrored.lo, mirrored.hi) == pytest.approx((-found.hi, -found.lo))


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (6, 16), (1, 7), (12, 2), (0, 5)])
def test_mcnemar_agrees_with_statsmodels(only_a: int, only_b: int) -> None:
    from statsmodels.stats.contingency_tables import mcnemar

    expected = mcnemar([[9, only_a], [only_b, 9]], exact=True).pvalue
    assert mcnemar_exact(only_a, only_b) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("p_values", "expected"),
    [
        ([], []),
        ([0.04], [0.04]),
        # worked example of the article Holm-Bonferroni method in Wikipedia
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),
    ],
)
def test_holm(p_values: list[float], expected: list[float]) -> None:
    assert holm(p_values) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # worked example of the article Cohen's kappa in Wikipedia: 50 grant proposals
        ((20, 5, 10, 15), 0.4),
        ((7, 0, 0, 3), 1.0),
        ((0, 0, 0, 9), None),
        ((0, 0, 0, 0), None),
        ((0, 5, 0, 5), 0.0),
    ],
)
def test_kappa(cells: tuple[int, ...], expected: float | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert kappa(*conditions(*cells)) == (expected and pytest.approx(expected))


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), (1 / 3, 0.333333), (1.23456789e-12, 1.23457e-12)]
)
def test_rounded(value: float | None, expected: float | None) -> None:
    assert rounded(value) == expected
