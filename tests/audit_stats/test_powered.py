import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from arf.audit_stats.powered import (
    ASSUMES,
    Cross,
    estimate,
    post_stratified,
    ppi_mean,
    rogan_gladen,
)
from arf.audit_stats.prevalence import Stratum, prevalence


@st.composite
def cross(draw: st.DrawFn, least: int = 0) -> Cross:
    tp, fp, fn, tn = (draw(st.integers(0, 30)) for _ in range(4))
    assume(tp + fp + fn + tn >= least)
    flagged, others = draw(st.integers(0, 500)), draw(st.integers(0, 500))
    total = tp + fp + fn + tn + flagged + others
    assume(total)
    return Cross(total, tp + fp + flagged, tp, fp, fn, tn)


@pytest.mark.parametrize(
    ("sample", "flagged", "others", "mean", "lo", "hi"),
    [
        # ppi-python 0.2.3: ppi_mean_pointestimate, ppi_mean_ci at alpha 0.05; flagged and others
        # are the predictions of what nobody labelled
        ((20, 6, 5, 29), 800, 1140, 0.4038592, 0.3055903, 0.5021281),
        ((8, 2, 9, 41), 300, 1640, 0.2756668, 0.1772281, 0.3741055),
        ((200, 60, 50, 290), 8000, 11400, 0.4038534, 0.3727780, 0.4349289),
        ((80, 20, 90, 410), 3000, 16400, 0.2756633, 0.2445340, 0.3067927),
        ((400, 30, 20, 550), 4000, 5500, 0.4127187, 0.3968175, 0.4286198),
    ],
)
def test_ppi_agrees_with_ppi_python(
    sample: tuple[int, int, int, int],
    flagged: int,
    others: int,
    mean: float,
    lo: float,
    hi: float,
) -> None:
    n = sum(sample)
    one = Cross(n + flagged + others, sample[0] + sample[1] + flagged, *sample)
    found, error = ppi_mean([one])
    assert found == pytest.approx(mean, abs=5e-7)
    assert error == pytest.approx((hi - lo) / 2 / 1.959964, rel=0.6 / n)


def test_strata_of_one_kind_are_one() -> None:
    one = Cross(20_000, 8260, 200, 60, 50, 290)
    halves = [Cross(10_000, 4130, 100, 30, 25, 145)] * 2
    assert ppi_mean(halves) == pytest.approx(ppi_mean([one]), rel=2e-3)
    assert post_stratified(halves) == pytest.approx(post_stratified([one]), rel=1e-9)


def test_strata_weigh_by_their_population() -> None:
    """A useless annotator changes nothing: the mean is that of the strata."""
    strata = [Cross(900, 450, 5, 5, 5, 5), Cross(100, 50, 1, 9, 1, 9)]
    assert ppi_mean(strata)[0] == pytest.approx(0.9 * 0.5 + 0.1 * 0.1)
    assert post_stratified(strata).rate == pytest.approx(0.46)


def test_a_stratum_looked_at_in_full_is_certain() -> None:
    assert ppi_mean([Cross(40, 20, 15, 5, 5, 15)]) == (0.5, 0)
    assert post_stratified([Cross(40, 20, 15, 5, 5, 15)]) == (0.5, 0.5, 0.5)


def test_an_annotator_that_is_never_wrong_halves_the_width() -> None:
    found = estimate({"all": Cross(2000, 400, 12, 0, 0, 48)})
    assert (found["method"], found["rate"], found["disagreements"]) == ("post_stratified", 0.2, 0)
    plain = prevalence({"all": Stratum(2000, 60, 12)})
    assert found["hi"] - found["lo"] < 0.5 * (plain["hi"] - plain["lo"])


def test_post_stratified_by_hand() -> None:
    """Square-and-add of two weighted Jeffreys intervals, quantiles of a beta distribution."""
    from scipy.stats import beta

    found = post_stratified([Cross(10**12, 3 * 10**11, 15, 3, 4, 38)])
    (lo_1, hi_1), (lo_0, hi_0) = (
        beta.ppf((0.025, 0.975), k + 0.5, n - k + 0.5) for k, n in ((15, 18), (4, 42))
    )
    mean = 0.3 * 15 / 18 + 0.7 * 4 / 42
    below = ((0.3 * (15 / 18 - lo_1)) ** 2 + (0.7 * (4 / 42 - lo_0)) ** 2) ** 0.5
    above = ((0.3 * (hi_1 - 15 / 18)) ** 2 + (0.7 * (hi_0 - 4 / 42)) ** 2) ** 0.5
    assert found == pytest.approx((mean, mean - below, mean + above))


def test_post_stratified_is_ppi_where_the_sample_is_large() -> None:
    one = Cross(10**7, 3 * 10**6, 2500, 500, 400, 6600)
    mean, error = ppi_mean([one])
    found = post_stratified([one])
    assert found.rate == pytest.approx(mean, abs=1e-4)
    assert found.width == pytest.approx(2 * 1.96 * error, rel=0.01)


def test_a_group_that_nobody_looked_at_is_unknown() -> None:
    one = Cross(2000, 40, 0, 0, 6, 54)
    assert post_stratified([one]) is None
    assert estimate({"all": one})["method"] == "wilson"


def test_an_annotator_that_flags_nothing_tells_nothing() -> None:
    one = Cross(2000, 0, 0, 0, 12, 48)
    found = estimate({"all": one})
    assert found["method"] == "wilson"
    assert found == prevalence({"all": Stratum(2000, 60, 12)}) | {"disagreements": 12}


@pytest.mark.parametrize(
    ("one", "method"),
    [
        (Cross(2000, 800, 18, 6, 4, 32), "ppi"),
        (Cross(2000, 800, 18, 5, 4, 33), "post_stratified"),  # nine disagreements
        (Cross(2000, 500, 5, 10, 4, 41), "post_stratified"),  # nine outputs with the error
    ],
)
def test_ppi_needs_ten_of_everything(one: Cross, method: str) -> None:
    assert estimate({"all": one})["method"] == method


@given(st.dictionaries(st.sampled_from("abc"), cross(), min_size=1))
def test_estimates_are_never_wider_than_the_sample_alone(strata: dict[str, Cross]) -> None:
    found = estimate(strata)
    alone = prevalence(
        {name: Stratum(x.population, x.sampled, x.positive) for name, x in strata.items()}
    )
    assert found["method"] in ASSUMES
    if alone["n"]:
        assert 0 <= found["lo"] <= found["rate"] <= found["hi"] <= 1
        assert found["hi"] - found["lo"] <= alone["hi"] - alone["lo"]
    else:
        assert found["rate"] is found["lo"] is found["hi"] is None


@given(cross(least=1))
def test_a_census_by_people_is_what_counts(one: Cross) -> None:
    n = one.sampled
    found = estimate({"all": Cross(n, one.tp + one.fp, one.tp, one.fp, one.fn, one.tn)})
    assert found["lo"] == found["hi"] == pytest.approx(one.positive / n, rel=1e-5)


@pytest.mark.parametrize(
    ("sensitivity", "specificity", "used"), [(0.95, 0.98, "post_stratified"), (0.75, 0.8, "ppi")]
)
def test_estimates_cover(sensitivity: float, specificity: float, used: str) -> None:
    population, with_it, n = 2000, 700, 60
    tp, fp = round(with_it * sensitivity), round((population - with_it) * (1 - specificity))
    cells = [tp, fp, with_it - tp, population - with_it - fp]
    draws = np.random.default_rng(0).multivariate_hypergeometric(cells, n, 1000)
    held, methods = 0, []
    for draw in draws.tolist():
        found = estimate({"all": Cross(population, tp + fp, *draw)})
        held += found["lo"] <= with_it / population <= found["hi"]
        methods.append(found["method"])
    assert max(set(methods), key=methods.count) == used
    assert 930 <= held <= 995


@pytest.mark.parametrize(
    ("counts", "rate", "lo", "hi"),
    [
        # by the formulas of prevSeSp of the R package asht 1.0; the first are the antibody tests
        # of Santa Clara County (Bendavid et al., 2021)
        ((50, 3330, 130, 157, 3308, 3324), 0.012392, 0.006878, 0.018835),
        ((60, 200, 45, 50, 90, 100), 0.250000, 0.146892, 0.354340),
        ((300, 2000, 20, 30, 28, 30), 0.138889, 0, 0.254750),
    ],
)
def test_rogan_gladen(counts: tuple[int, ...], rate: float, lo: float, hi: float) -> None:
    found = rogan_gladen(*counts)
    assert (found["rate"], found["lo"], found["hi"]) == pytest.approx((rate, lo, hi), abs=2e-6)


def test_rogan_gladen_of_a_test_known_to_be_perfect_is_agresti_and_coulls() -> None:
    from statsmodels.stats.proportion import proportion_confint

    found = rogan_gladen(23, 150, 10**9, 10**9, 10**9, 10**9)
    expected = proportion_confint(23, 150, method="agresti_coull")
    assert (found["lo"], found["hi"]) == pytest.approx(expected, abs=1e-6)


def test_rogan_gladens_estimate_published() -> None:
    """The brucellosis example of epi.prev in the R package epiR: 23 of 150 cows, 5.1 of 100."""
    assert rogan_gladen(23, 150, 96, 100, 89, 100)["rate"] == pytest.approx(0.051, abs=5e-4)


@pytest.mark.parametrize(
    "counts",
    [
        (0, 0, 5, 5, 5, 5),
        (5, 9, 0, 0, 5, 5),
        (5, 9, 5, 5, 0, 0),
        (5, 9, 5, 10, 5, 10),  # a toss of a coin
        (5, 9, 1, 1, 100, 1000),
    ],
)
def test_rogan_gladen_needs_an_annotator_better_than_chance(counts: tuple[int, ...]) -> None:
    assert rogan_gladen(*counts) == {"rate": None, "lo": None, "hi": None}


@given(st.lists(st.integers(0, 200), min_size=6, max_size=6))
def test_rogan_gladen_stays_within_bounds(c: list[int]) -> None:
    found = rogan_gladen(c[0], c[0] + c[1], c[2], c[2] + c[3], c[4], c[4] + c[5])
    if found["rate"] is not None:
        assert 0 <= found["lo"] <= found["hi"] <= 1


def test_rogan_gladen_covers() -> None:
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(1000):
        flagged = rng.binomial(300, 0.3 * 0.85 + 0.7 * 0.1)
        found = rogan_gladen(
            int(flagged), 300, int(rng.binomial(60, 0.85)), 60, int(rng.binomial(60, 0.9)), 60
        )
        held += found["lo"] <= 0.3 <= found["hi"]
    assert 930 <= held <= 975
