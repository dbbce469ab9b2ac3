from itertools import product
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from arf.audit_stats.coefficients import (
    ALL_ALIKE,
    CONSTANT,
    NO_PAIR,
    NO_SPREAD,
    NOT_TWO,
    TOO_RARE,
    Coefficient,
    cohen,
    gwet,
    krippendorff,
    rating_difference,
    spearman,
    weighted_kappa,
)

ALL = (cohen, krippendorff, gwet)
ANSWER = st.sampled_from([True, False, None])
# values of the packages krippendorff 0.9 and irrCAC 0.4.4, the latter with categories [0, 1]: it
# counts the gap as a category otherwise
GAPS = [
    [1, 1, 1], [0, 0, 0], [1, 0, 1], [0, 0, None], [1, 1, None], [0, None, 0],
    [0, 0, 1], [1, None, None], [0, 0, 0], [1, 1, 1], [0, 1, 0], [None, 1, 1],
]  # fmt: skip


def table(both: int, only_a: int, only_b: int, neither: int) -> list[list[bool]]:
    cells = product((True, False), repeat=2)
    counts = (both, only_a, only_b, neither)
    return [list(cell) for cell, count in zip(cells, counts, strict=True) for _ in range(count)]


@pytest.mark.parametrize(
    ("cells", "kappa", "ac1"),
    [
        # Feinstein and Cicchetti, Journal of Clinical Epidemiology 43:543 (1990), the first
        # paradox: two tables of one observed agreement, 0.85; AC1 by Gwet's formula by hand
        ((40, 9, 6, 45), 0.70, 0.70),
        ((80, 10, 5, 5), 0.32, 0.81),
        # article Cohen's kappa in Wikipedia: 50 grant proposals
        ((20, 5, 10, 15), 0.4, 0.406),
    ],
)
def test_published_tables_of_two(cells: tuple[int, ...], kappa: float, ac1: float) -> None:
    assert cohen(table(*cells)).value == pytest.approx(kappa, abs=5e-3)
    assert gwet(table(*cells)).value == pytest.approx(ac1, abs=5e-3)


def test_gwets_example_of_125_subjects() -> None:
    """Gwet 2008, table 2 (118, 5, 2, 0 of 125): kappa is below 0, AC1 0.94."""
    rows = table(118, 5, 2, 0)
    assert cohen(rows).value == pytest.approx(-0.0234, abs=5e-5)
    assert gwet(rows).value == pytest.approx(0.9408, abs=5e-5)


def test_krippendorffs_example_of_binary_data() -> None:
    """Computing Krippendorff's Alpha-Reliability (2011), section A: 0.095."""
    a = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0]
    b = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff(list(zip(a, b, strict=True))).value == pytest.approx(0.095, abs=5e-4)


def test_more_annotators_and_gaps() -> None:
    assert krippendorff(GAPS).value == pytest.approx(0.6)
    assert gwet(GAPS).value == pytest.approx(0.63748, abs=5e-6)
    assert cohen(GAPS) == Coefficient(None, why=NOT_TWO)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_kappa_agrees_with_scikit_learn(rows: list[tuple[bool, bool]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    found = cohen(rows, resamples=20)
    if len({answer for row in rows for answer in row}) < 2:
        assert found == Coefficient(None, why=ALL_ALIKE)
    else:
        assert found.value == pytest.approx(cohen_kappa_score(*zip(*rows, strict=True)))


@settings(deadline=None)
@given(st.lists(st.lists(ANSWER, min_size=2, max_size=2), max_size=20))
def test_everything_is_a_number_or_says_why_not(rows: list[list[bool | None]]) -> None:
    for coefficient in ALL:
        value, lo, hi, why = coefficient(rows, resamples=50)
        assert (lo is None) == (hi is None) == (why is not None)
        assert value is None or -1 <= value <= 1
        assert lo is None or -1 <= lo <= hi <= 1


@settings(deadline=None)
@given(st.lists(st.lists(ANSWER, min_size=3, max_size=3), min_size=1, max_size=20))
def test_neither_order_nor_the_words_for_yes_and_no_matter(rows: list[list[bool | None]]) -> None:
    turned = [[None if x is None else not x for x in reversed(row)] for row in reversed(rows)]
    for coefficient in (krippendorff, gwet):
        found = coefficient(rows, resamples=20).value
        assert coefficient(turned, resamples=20).value == (found and pytest.approx(found))


def test_all_alike() -> None:
    rows = [[False, False]] * 9
    assert cohen(rows) == krippendorff(rows) == Coefficient(None, why=ALL_ALIKE)
    assert gwet(rows) == Coefficient(1.0, why=NO_SPREAD)


def test_agreeing_always_shows_no_uncertainty() -> None:
    rows = table(5, 0, 0, 5)
    assert [c(rows) for c in ALL] == [Coefficient(1.0, why=NO_SPREAD)] * 3


def test_a_code_given_once_has_no_interval_of_kappa() -> None:
    rows = table(1, 0, 0, 59)
    assert cohen(rows) == krippendorff(rows) == Coefficient(1.0, why=TOO_RARE)


@pytest.mark.parametrize("rows", [[], [[True, None]], [[None, None]] * 3])
def test_no_two_answers(rows: list[list[bool | None]]) -> None:
    assert [c(rows) for c in ALL] == [Coefficient(None, why=NO_PAIR)] * 3


def test_intervals_of_many_items_agree_with_large_sample_errors() -> None:
    """Of kappa with statsmodels, of AC1 with irrCAC 0.4.4."""
    from statsmodels.stats.inter_rater import cohens_kappa

    cells = (320, 72, 48, 360)
    reference = cohens_kappa([cells[:2], cells[2:]])
    kappa, ac1 = cohen(table(*cells)), gwet(table(*cells))
    expected = (reference.kappa_low, reference.kappa_upp)
    assert (kappa.lo, kappa.hi) == pytest.approx(expected, abs=5e-3)
    assert (ac1.lo, ac1.hi) == pytest.approx((0.6512, 0.7503), abs=5e-3)


def test_intervals_cover() -> None:
    """Of AC1 where both are right in 90 % of items, a third of which have the code."""
    import numpy as np

    rng = np.random.default_rng(0)
    agreed, given_ = 0.9**2 + 0.1**2, 0.9 / 3 + 0.1 * 2 / 3
    chance = 2 * given_ * (1 - given_)
    truth = (agreed - chance) / (1 - chance)
    held = 0
    for _ in range(200):
        code = rng.random(80) < 1 / 3
        rows = np.column_stack([code ^ (rng.random(80) < 0.1) for _ in range(2)])
        found = gwet(rows.tolist(), resamples=400)
        held += found.lo <= truth <= found.hi
    assert 178 <= held <= 199


def test_intervals_repeat_with_their_seed() -> None:
    rows = table(30, 5, 4, 21)
    assert [c(rows, seed=3) for c in ALL] == [c(rows, seed=3) for c in ALL]
    assert cohen(rows, seed=3) != cohen(rows, seed=4)


def test_a_thousand_items_are_quick() -> None:
    rows = table(300, 90, 80, 530)
    cohen(rows, resamples=2)
    start = perf_counter()
    for coefficient in ALL:
        coefficient(rows)
    assert perf_counter() - start < 0.5


RATINGS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=30)


@given(RATINGS)
def test_weighted_kappa_agrees_with_scikit_learn(pairs: list[tuple[int, int]]) -> None:
    from sklearn.metrics import cohen_kappa_score

    a, b = zip(*pairs, strict=True)
    found = weighted_kappa(a, b, resamples=20)
    if len({*a, *b}) < 2:
        assert found == Coefficient(None, why=ALL_ALIKE)
    else:
        expected = cohen_kappa_score(a, b, labels=range(1, 6), weights="quadratic")
        assert found.value == pytest.approx(expected, abs=1e-9)


@given(RATINGS)
def test_ratings_that_do_not_vary_have_no_correlation(pairs: list[tuple[int, int]]) -> None:
    a, b = zip(*pairs, strict=True)
    if 1 in (len(set(a)), len(set(b))):
        assert spearman(a, b) == Coefficient(None, why=CONSTANT)
    else:
        assert -1 <= spearman(a, b).value <= 1


def test_ratings() -> None:
    a, b = [5, 4, 4, 2, 1, 3], [4, 4, 3, 2, 1, 1]
    assert spearman(a, a).value == pytest.approx(1)
    assert spearman([1], [2]) == spearman([], []) == Coefficient(None, why=NO_PAIR)
    found = rating_difference(a, b)
    assert found.value == pytest.approx(4 / 6)
    assert found.lo <= found.value <= found.hi
    assert rating_difference([], []) == Coefficient(None, why=NO_PAIR)
    assert weighted_kappa([], []) == Coefficient(None, why=NO_PAIR)
    weighted = weighted_kappa(a, b)
    assert weighted.lo < weighted.value < weighted.hi <= 1
