import math
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.audit_stats.prevalence import (
    Pools,
    Stratum,
    effective_size,
    half_width,
    merged,
    pool,
    prevalence,
    sample_size,
)
from arf.stats import rate


@st.composite
def stratum(draw: st.DrawFn, least: int = 0) -> Stratum:
    population = draw(st.integers(max(least, 1), 500))
    sampled = draw(st.integers(least, population))
    return Stratum(population, sampled, draw(st.integers(0, sampled)))


STRATA = st.dictionaries(st.sampled_from("abcd"), stratum(), min_size=1)


@given(stratum())
def test_one_stratum_of_endless_outputs_is_the_plain_rate(one: Stratum) -> None:
    found = prevalence({"all": one}, finite=False)
    expected = rate(one.positive, one.sampled)
    assert {key: found[key] for key in expected} == expected
    assert (found["n"], found["method"]) == (one.sampled, "wilson")


@pytest.mark.parametrize(
    ("k", "n", "lo", "hi"),
    [
        # Newcombe, Statistics in Medicine 17:857 (1998), table I, method 5 (Clopper-Pearson)
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0000, 0.1684),
        (1, 29, 0.0009, 0.1776),
    ],
)
def test_exact(k: int, n: int, lo: float, hi: float) -> None:
    found = prevalence({"all": Stratum(10_000, n, k)}, "exact", finite=False)
    assert (found["lo"], found["hi"]) == pytest.approx((lo, hi), abs=6e-5)
    assert found["method"] == "exact"


def test_the_estimate_and_its_variance_by_hand() -> None:
    """Two strata, 300 and 100 outputs: 0.75 · 3/12 + 0.25 · 20/40, variance by Cochran's (5.15)."""
    strata = {"a": Stratum(300, 12, 3), "b": Stratum(100, 40, 20)}
    assert prevalence(strata)["rate"] == 0.3125
    variance = 0.75**2 * 0.96 * 0.1875 / 11 + 0.25**2 * 0.6 * 0.25 / 39
    t_51, t_50 = 2.007584, 2.008559
    size = 52 * (0.3125 * 0.6875 / 51) / variance * (t_51 / t_50) ** 2
    assert effective_size(strata.values()) == pytest.approx(size, rel=1e-5)


def test_strata_make_a_sample_no_larger_than_it_is() -> None:
    strata = [Stratum(1000, 30, 1), Stratum(1000, 30, 29)]
    assert effective_size(strata, finite=False) == 60


def test_a_census_is_certain() -> None:
    strata = {"a": Stratum(30, 30, 6), "b": Stratum(10, 10, 0)}
    found = prevalence(strata)
    assert found["lo"] == found["rate"] == found["hi"] == 0.15
    assert prevalence(strata, finite=False)["hi"] > 0.2


def test_the_correction_of_one_stratum_is_of_its_size() -> None:
    assert effective_size([Stratum(2000, 60, 6)]) == pytest.approx(60 / 0.97)
    wide, narrow = (prevalence({"all": Stratum(n, 60, 6)}) for n in (100_000, 80))
    assert narrow["hi"] - narrow["lo"] < 0.6 * (wide["hi"] - wide["lo"])


@pytest.mark.parametrize("k", [0, 20])
def test_an_error_never_or_always_seen_has_an_interval(k: int) -> None:
    """Kish's effective size: 1 / (0.9² / 20 + 0.1² / 20)."""
    strata = [Stratum(9000, 20, k), Stratum(1000, 20, k)]
    assert effective_size(strata, finite=False) == pytest.approx(20 / 0.82)
    found = prevalence({"a": strata[0], "b": strata[1]})
    assert (found["lo"], found["hi"])[k == 0] == pytest.approx(abs(found["rate"] - 0.136), abs=1e-3)


def test_a_stratum_where_nothing_was_seen_is_not_sure_to_have_nothing() -> None:
    """Most outputs are in a stratum of ten looked at, none of which has the error."""
    strata = [Stratum(1900, 10, 0), Stratum(100, 50, 25)]
    assert effective_size(strata) < 15


def test_nothing_sampled() -> None:
    empty = {"rate": None, "lo": None, "hi": None, "n": 0, "method": "wilson"}
    assert prevalence({}) == prevalence({"a": Stratum(5, 0, 0)}) == empty


@given(STRATA, st.sampled_from(["wilson", "exact"]), st.booleans())
def test_intervals_hold_the_estimate(strata: dict[str, Stratum], method: str, finite: bool) -> None:
    found = prevalence(strata, method, finite)
    if found["n"]:
        assert 0 <= found["lo"] <= found["rate"] <= found["hi"] <= 1
        assert all(math.isfinite(found[key]) for key in ("rate", "lo", "hi"))
    else:
        assert found["rate"] is found["lo"] is found["hi"] is None


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [
        ({"a": (9, 5), "b": (9, 2)}, Pools([["a"], ["b"]], [])),
        ({"a": (9, 5), "b": (9, 1), "c": (5, 1)}, Pools([["a"], ["b", "c"]], ["b", "c"])),
        ({"a": (9, 5), "b": (20, 5), "c": (5, 1)}, Pools([["a"], ["b", "c"]], ["b", "c"])),
        ({"a": (9, 5), "b": (5, 0), "c": (5, 0)}, Pools([["a", "b", "c"]], ["a", "b", "c"])),
        ({"a": (9, 1)}, Pools([["a"]], [])),
        ({"a": (9, 1), "b": (9, 0)}, Pools([["a", "b"]], ["a", "b"])),
        ({}, Pools([], [])),
    ],
)
def test_thin_strata_are_pooled(sizes: dict[str, tuple[int, int]], expected: Pools) -> None:
    assert pool(sizes) == expected


@given(STRATA)
def test_pooling_loses_nothing(strata: dict[str, Stratum]) -> None:
    parts, pooled = merged(strata)
    assert [sum(c) for c in zip(*parts, strict=True)] == [
        sum(c) for c in zip(*strata.values(), strict=True)
    ]
    assert set(pooled) <= set(strata)
    assert len(parts) == 1 or all(part.sampled >= 2 for part in parts)


def test_stratified_audits_cover() -> None:
    """Unequal strata, unequally sampled, of unequal rates."""
    import numpy as np

    rng = np.random.default_rng(0)
    sizes, sampled, with_it = (1500, 400, 100), (30, 15, 15), (60, 100, 60)
    truth = sum(with_it) / sum(sizes)
    draws = [
        rng.hypergeometric(k, size - k, n, 1000)
        for k, size, n in zip(with_it, sizes, sampled, strict=True)
    ]
    held = 0
    for seen in zip(*draws, strict=True):
        strata = {
            str(i): Stratum(size, n, int(k))
            for i, (size, n, k) in enumerate(zip(sizes, sampled, seen, strict=True))
        }
        found = prevalence(strata)
        held += found["lo"] <= truth <= found["hi"]
    assert 930 <= held <= 985


@pytest.mark.parametrize(
    ("rate_", "wanted", "population"),
    list(product((0, 0.03, 0.2, 0.5, 1), (0.02, 0.05, 0.1, 0.3), (None, 50, 2000))),
)
def test_a_sample_size_is_enough_and_not_too_much(
    rate_: float, wanted: float, population: int | None
) -> None:
    n = sample_size(rate_, wanted, population)
    assert half_width(rate_, n, population) <= wanted
    assert n == 1 or half_width(rate_, n - 1, population) > wanted
    assert population is None or n <= population


def test_known_sample_sizes() -> None:
    """At 0.5 Wilson's half-width is z / (2 sqrt(n + z²)): 0.05 takes z²(1 / 0.01 - 1) = 381."""
    assert sample_size(0.5, 0.05) == 381
    assert sample_size(0.5, 0.5) == 1
    assert half_width(0.3, 40, 40) == 0
    assert half_width(0.3, 0) == half_width(0.3, 0, 9) == 1
    with pytest.raises(ValueError, match="no sample has a half-width of 0"):
        sample_size(0.5, 0)
