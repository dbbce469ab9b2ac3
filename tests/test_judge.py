import pytest
from memory import peak
from pydantic import ValidationError

from arf.judge import JudgeParams, headline, summarize
from arf.records import Annotation, Finding

CODES = ["tone", "fact", "outcome"]


def label(case_id: str, rating: int | None, *found: str, **fields: object) -> Annotation:
    defaults = {
        "channel": "botchat",
        "source": "r0",
        "text_sha256": "t",
        "annotator": "rules",
        "taxonomy": {"tone": "1", "fact": "1"},
    }
    errors = tuple(Finding(code=code) for code in found)
    return Annotation(**defaults | fields, id=case_id, rating=rating, errors=errors)


def test_block() -> None:
    rows = [
        label("1", 3, "tone", "tone", "fact"),
        label("2", 5),
        label("3", None, "tone"),
        label("4", 4, taxonomy={"fact": "1"}),
        label("5", None, status="unscored", reason="no JSON"),
    ]
    block = summarize(rows, CODES)
    assert list(block) == ["n", "unscored", "rating", "errors_per_case", "error_rate"]
    assert (block["n"], block["unscored"]) == (4, 1)
    assert block["rating"]["mean"] == 4
    assert block["errors_per_case"]["mean"] == 1
    assert block["rating"]["lo"] < 4 < block["rating"]["hi"]
    rates = block["error_rate"]
    assert list(rates) == CODES
    assert rates["tone"]["rate"] == pytest.approx(2 / 3, abs=1e-6)
    assert rates["fact"]["rate"] == 0.25
    assert rates["outcome"] is None


def test_an_unscored_output_is_not_a_flawless_one() -> None:
    rows = [label("1", 2, "tone"), label("2", 2, "tone")]
    unscored = [label(str(i), None, status="unscored") for i in range(3, 9)]
    with_them = summarize(rows + unscored, CODES)
    assert with_them == summarize(rows, CODES) | {"unscored": 6}


@pytest.mark.parametrize("rows", [[], [label("1", None, status="unscored")]])
def test_nothing_scored(rows: list[Annotation]) -> None:
    assert summarize(rows, CODES) == {
        "n": 0,
        "unscored": len(rows),
        "rating": None,
        "errors_per_case": None,
        "error_rate": dict.fromkeys(CODES),
    }


def test_one_output_has_no_interval() -> None:
    block = summarize([label("1", 5)], CODES)
    assert block["rating"] == {"mean": 5, "lo": None, "hi": None}


def test_params() -> None:
    assert list(JudgeParams.model_validate({"sources": {"r0": {}, "r1": {}}}).sources) == [
        "r0",
        "r1",
    ]
    with pytest.raises(ValidationError):
        JudgeParams.model_validate({"sources": {"r0": {"model": "x"}}})


def test_headline_is_one_row_of_a_table() -> None:
    rows = [label("a", 5), label("b", 2, "sad"), label("c", None, status="unscored", reason="?")]
    assert headline(rows) == {"n": 2, "unscored": 1, "rating": 3.5, "errors_per_case": 0.5}
    assert headline([])["rating"] is None


def test_memory_does_not_grow_with_the_annotations() -> None:
    def stream(count: int):
        return (label(str(i), 1 + i % 5, *["tone"] * (i % 4)) for i in range(count))

    few, many = (peak(lambda n=n: summarize(stream(n), CODES)) for n in (100, 20_000))
    assert many < few + 50_000
