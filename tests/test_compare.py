import json
from collections.abc import Sequence

import pytest
from pydantic import ValidationError

from arf.compare import CompareParams, compare, error_rows, mean_rows
from arf.errors import ArfError
from arf.records import Annotation, Finding
from arf.stats import holm

CODES = ["tone", "fact", "outcome"]
ASSESSED = {"tone": "1", "fact": "1"}


def label(case_id: int, *found: str, channel: str = "botchat", **fields: object) -> Annotation:
    defaults = {
        "channel": channel,
        "source": "any",
        "text_sha256": "t",
        "annotator": "rules",
        "taxonomy": ASSESSED,
        "rating": max(1, 5 - len(found)),
        "errors": tuple(Finding(code=code) for code in found),
    }
    return Annotation(**defaults | fields, id=str(case_id))


def toned(count: int, of: int, channel: str = "botchat") -> list[Annotation]:
    return [label(i, *["tone"] * (i < count), channel=channel) for i in range(of)]


def run(annotations: dict[str, dict[str, Sequence[Annotation]]], *contrasts: tuple[str, str]):
    return compare(
        CompareParams(contrasts=contrasts, resamples=200), annotations, CODES, synthetic=False
    )


@pytest.fixture(scope="module")
def result() -> dict:
    annotations = {
        "r0": {"botchat": toned(9, 12), "webform": toned(2, 10, "webform")},
        "r1": {"botchat": toned(0, 12), "webform": toned(2, 10, "webform")},
        "r2": {"botchat": toned(0, 12), "webform": toned(1, 10, "webform")},
    }
    return run(annotations, ("r1", "r0"), ("r2", "r1"))


def test_shape(result: dict) -> None:
    assert list(result) == ["synthetic", "sources", "contrasts"]
    assert list(result["sources"]) == ["r0", "r1", "r2"]
    assert list(result["contrasts"]) == ["r1_vs_r0", "r2_vs_r1"]
    for scopes in (*result["sources"].values(), *result["contrasts"].values()):
        assert list(scopes) == ["botchat", "webform", "all"]
    for scopes in result["contrasts"].values():
        for block in scopes.values():
            assert list(block) == ["rating", "errors_per_case", "tone", "fact"]
            for row in block.values():
                assert list(row) == ["n", "diff", "lo", "hi", "p", "p_holm"]
    json.dumps(result, allow_nan=False)


def test_the_difference_is_the_first_minus_the_second(result: dict) -> None:
    block = result["contrasts"]["r1_vs_r0"]["botchat"]
    assert (block["tone"]["n"], block["tone"]["diff"]) == (12, -0.75)
    assert (block["rating"]["diff"], block["errors_per_case"]["diff"]) == (0.75, -0.75)
    assert block["tone"]["p"] == pytest.approx(2 / 2**9, rel=1e-5)
    assert block["tone"]["lo"] < -0.75 < block["tone"]["hi"] < 0
    assert block["fact"]["diff"] == 0


def test_all_pools_the_cases(result: dict) -> None:
    assert result["sources"]["r0"]["all"]["n"] == 22
    assert result["sources"]["r0"]["all"]["error_rate"]["tone"]["rate"] == 0.5
    assert result["contrasts"]["r1_vs_r0"]["all"]["tone"]["diff"] == pytest.approx(
        -9 / 22, rel=1e-5
    )


def test_holm_over_the_headlines_and_over_the_codes_of_all_contrasts(result: dict) -> None:
    blocks = [scopes["botchat"] for scopes in result["contrasts"].values()]
    for family in (("rating", "errors_per_case"), ("tone", "fact")):
        rows = [block[metric] for block in blocks for metric in family]
        expected = holm([row["p"] for row in rows])
        assert [row["p_holm"] for row in rows] == pytest.approx(expected, rel=1e-5)
        assert rows[0]["p_holm"] == pytest.approx(4 * rows[0]["p"], rel=1e-5)


def test_pairs_are_cases_that_both_scored() -> None:
    unscored = label(2, status="unscored", rating=None)
    a = [label(0, "tone"), label(1), unscored, label(3), label(9)]
    b = [label(0), label(1, rating=None), label(2), label(3, taxonomy={"fact": "1"}), label(8)]
    block = run({"a": {"botchat": a}, "b": {"botchat": b}}, ("a", "b"))["contrasts"]["a_vs_b"]
    counts = {metric: row["n"] for metric, row in block["all"].items()}
    assert counts == {"rating": 2, "errors_per_case": 3, "tone": 2, "fact": 3}


def test_equal_ids_on_two_channels_are_two_cases() -> None:
    rows = {name: toned(1, 3, name) for name in ("botchat", "webform")}
    block = run({"a": rows, "b": rows}, ("a", "b"))["contrasts"]["a_vs_b"]["all"]
    assert block["tone"]["n"] == 6


def test_no_pair() -> None:
    annotations = {"a": {"botchat": [label(1)]}, "b": {"botchat": [label(2)]}}
    block = run(annotations, ("a", "b"))["contrasts"]["a_vs_b"]["all"]
    assert block == {"rating": None, "errors_per_case": None}


def test_a_source_without_outputs_on_a_channel() -> None:
    result = run({"a": {"botchat": [], "webform": []}, "b": {"botchat": toned(1, 3)}}, ("a", "b"))
    assert result["sources"]["a"]["webform"]["rating"] is None
    assert result["sources"]["b"]["webform"]["n"] == 0


def test_an_unknown_source_is_named() -> None:
    annotations = {"student-r1": {"botchat": []}, "r0": {"botchat": []}}
    with pytest.raises(ArfError, match=r"compare\.contrasts names student-r9.*did you mean stud"):
        run(annotations, ("student-r9", "r0"))


@pytest.mark.parametrize(
    "values",
    [
        {"contrasts": [["r0", "r0"]]},
        {"contrasts": [["r0"]]},
        {"resamples": 10},
        {"seeds": 1},
    ],
)
def test_params_refuse(values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CompareParams.model_validate(values)


def test_same_twice() -> None:
    annotations = {name: {"botchat": toned(i, 9)} for i, name in enumerate(("a", "b", "c"))}
    first, second = (json.dumps(run(annotations, ("a", "b"), ("c", "b"))) for _ in range(2))
    assert first == second


def test_plot_rows(result: dict) -> None:
    rows = error_rows(result)
    assert len(rows) == len({row["bar"] for row in rows}) == 3 * 2
    assert list(rows[0]) == ["bar", "source", "code", "rate", "lo", "hi"]
    assert {row["code"] for row in rows} == {"tone", "fact"}
    ratings = mean_rows(result, "rating")
    assert len(ratings) == 3
    assert list(ratings[0]) == ["source", "mean", "lo", "hi"]
