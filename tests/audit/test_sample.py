from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from memory import peak

from arf.audit.params import AuditParams, Least
from arf.audit.sample import (
    ALL,
    NONE,
    OTHER,
    allocate,
    check_field,
    draw,
    draw_ids,
    stratify,
)
from arf.errors import ArfError
from arf.params import load_section


def params_of(**fields: object) -> AuditParams:
    least = Least(sensitivity=0.8, specificity=0.8)
    return AuditParams(**{"per_channel": 60, "seed": 0, "labels": "l", "least": least} | fields)


def drawn_of(pairs, size: int = 60, **fields: object):
    params = params_of(**fields)
    strata = stratify((case for case, _ in pairs), params.strata)
    return draw(lambda: pairs, strata, size, params)


@pytest.fixture
def pairs(make_case, make_output):
    """400 outputs, 300 of them for training; two thirds of these are sad; one in ten is of b."""
    return [
        (
            make_case(
                str(i),
                split="test" if i % 4 == 0 else "train",
                fields={"kind": "b" if i % 10 == 1 else "a"},
            ),
            make_output(str(i), "SAD" if i % 2 else "fine"),
        )
        for i in range(400)
    ]


def test_the_draw_is_random_seeded_and_of_training_outputs(pairs) -> None:
    drawn = drawn_of(pairs)
    ids = [int(case.id) for case, _ in drawn]
    assert len(ids) == 60
    assert ids == sorted(ids)
    assert {case.split for case, _ in drawn} == {"train"}
    assert drawn == drawn_of(pairs)
    assert drawn != drawn_of(pairs, seed=1)
    assert len(drawn_of(pairs, 1000)) == 300


@pytest.mark.parametrize("strata", [None, "fields.kind"])
def test_the_draw_is_unbiased(pairs, strata: str | None) -> None:
    shares = [
        sum(o.text == "SAD" for _, o in drawn_of(pairs, seed=seed, strata=strata)) / 60
        for seed in range(60)
    ]
    assert abs(sum(shares) / len(shares) - 2 / 3) < 0.03


def test_a_larger_sample_holds_the_smaller_one(pairs) -> None:
    params = params_of(strata="fields.kind")
    strata = stratify((case for case, _ in pairs), params.strata)
    small, large = (draw_ids(lambda: pairs, strata, size, params) for size in (30, 90))
    assert small.keys() < large.keys()


def test_strata_are_drawn_in_proportion(pairs) -> None:
    strata = stratify((case for case, _ in pairs), "fields.kind")
    assert strata.population == {"a": 260, "b": 40}
    drawn = draw_ids(lambda: pairs, strata, 60, params_of(strata="fields.kind"))
    assert Counter(drawn.values()) == {"a": 52, "b": 8}


def test_rare_values_are_one_stratum(make_case) -> None:
    cases = [
        make_case(str(i), fields={"kind": "often" if i % 2 else f"rare {i}"}) for i in range(80)
    ]
    strata = stratify([*cases, make_case("x")], "fields.kind")
    assert strata.population["often"] == 40
    assert strata.population[OTHER] == 41 - 11  # twelve values are kept
    assert strata.of(make_case("y", fields={"kind": "never seen"})) == OTHER


def test_what_has_no_value_is_a_stratum(make_case) -> None:
    cases = [
        make_case("a", fields={"kind": "x"}),
        make_case("b"),
        make_case("c", fields={"kind": " "}),
    ]
    assert stratify(cases, "fields.kind").population == {NONE: 2, "x": 1}
    assert stratify(cases, None).population == {ALL: 3}


def test_months_are_strata(make_case) -> None:
    cases = [
        make_case("a", received_at="2031-03-09"),
        make_case("b", received_at="2031-03-30T10:00"),
    ]
    assert stratify(cases, "received_at").population == {"2031-03": 2}


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(1, 500), min_size=1, max_size=12),
    st.integers(1, 400),
)
def test_allocation(population: dict[str, int], size: int) -> None:
    drawn = allocate(population, size)
    total = sum(population.values())
    assert all(0 <= drawn[name] <= population[name] for name in population)
    assert all(drawn[name] >= min(2, size, population[name]) for name in population)
    assert min(size, total) <= sum(drawn.values()) <= min(size, total) + 2 * len(population)


def test_a_field_that_no_case_has_is_an_error(make_case) -> None:
    none = stratify([make_case("a")], "fields.knd")
    some = stratify([make_case("a", fields={"knd": "x"})], "fields.knd")
    check_field([none, some])
    check_field([stratify([make_case("a")], None)])
    with pytest.raises(ArfError, match=r"audit.strata: no training case has fields.knd"):
        check_field([none, none])


def test_a_stratum_is_a_field(tmp_path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(
        "audit: {per_channel: 5, seed: 0, labels: l, strata: product,"
        " least: {sensitivity: 0.8, specificity: 0.8}}\n"
    )
    with pytest.raises(ArfError, match=r"audit.strata: name a field of the cases"):
        load_section("audit", AuditParams, path)


def test_memory_does_not_grow_with_the_outputs(make_case, make_output) -> None:
    def stream(count: int):
        return ((make_case(str(i), "word " * 200), make_output(str(i))) for i in range(count))

    def drawn(count: int):
        strata = stratify((case for case, _ in stream(count)), None)
        return draw(lambda: stream(count), strata, 10, params_of())

    few, many = (peak(lambda n=n: drawn(n)) for n in (200, 5000))
    assert many < few + 50_000
