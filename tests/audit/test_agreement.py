import pytest

from arf.audit.agreement import agreement, by_annotator, rating_agreement
from arf.records import Annotation, Finding

CODES = ["tone", "fact"]


def label(annotator: str, case_id: str, *found: str, **fields: object) -> Annotation:
    defaults = {
        "channel": "botchat",
        "source": "r0",
        "text_sha256": "t",
        "taxonomy": {"tone": "1", "fact": "1"},
        "errors": tuple(Finding(code=code) for code in found),
    }
    return Annotation(**defaults | fields, id=case_id, annotator=annotator)


def compared(rows: list[Annotation], *together: str, texts: dict[str, str] | None = None):
    return agreement(by_annotator(rows), together, CODES, texts or {})


def test_two_people() -> None:
    rows = [label("A", "1", "tone"), label("A", "2"), label("A", "3", "tone"), label("A", "4")]
    rows += [label("B", "1", "tone"), label("B", "2"), label("B", "3"), label("B", "4")]
    tone = compared(rows)["tone"]["A_vs_B"]
    assert (tone["n"], tone["observed"], tone["kappa"]["value"]) == (4, 0.75, 0.5)
    assert tone["kappa"]["lo"] is None or tone["kappa"]["lo"] <= 0.5
    fact = compared(rows)["fact"]["A_vs_B"]
    assert (fact["observed"], fact["ac1"]["value"]) == (1.0, 1.0)
    for name in ("kappa", "alpha"):
        assert fact[name]["value"] is None
        assert "all answers are the same" in fact[name]["why"]


@pytest.mark.parametrize(
    "other",
    [
        {"status": "unscored"},
        {"text_sha256": "another text"},
        {"source": "r1"},
        {"channel": "webform"},
        {"taxonomy": {"fact": "1"}},
        {"taxonomy": {"tone": "another definition", "fact": "1"}},
    ],
)
def test_what_does_not_count(other: dict[str, object]) -> None:
    rows = [label("A", "1", "tone"), label("A", "2"), label("B", "1", **other), label("B", "2")]
    found = compared(rows)["tone"]["A_vs_B"]
    assert (found["n"], found["observed"], found["kappa"]["value"]) == (1, 1.0, None)


def test_nothing_in_common() -> None:
    found = compared([label("A", "1"), label("B", "2")])["tone"]["A_vs_B"]
    assert (found["n"], found["observed"]) == (0, None)
    assert found["kappa"]["why"] == "no item has answers of two annotators"
    assert found["spans"]["f1"] is None


def test_every_pair_by_name_and_some_together() -> None:
    rows = [label(name, "1") for name in ("rules", "A", "B", "C")]
    names = list(compared(rows, "A", "B", "C")["tone"])
    assert names == [
        "A_vs_B", "A_vs_C", "A_vs_rules", "B_vs_C", "B_vs_rules", "C_vs_rules", "all",
    ]  # fmt: skip
    assert "kappa" not in compared(rows, "A", "B", "C")["tone"]["all"]
    assert "all" not in compared(rows, "A", "B")["tone"]


def test_gold_is_not_held_against_those_who_made_it() -> None:
    rows = [label(name, "1", rating=3) for name in ("rules", "A", "B", "gold")]
    names = ["A_vs_B", "A_vs_rules", "B_vs_rules", "gold_vs_rules"]
    assert list(compared(rows, "A", "B")["tone"]) == names
    assert list(rating_agreement(by_annotator(rows), ["A", "B"])) == names


def test_one_annotator_alone() -> None:
    assert compared([label("A", "1")]) == {"tone": {}, "fact": {}}


def test_where_they_find_it() -> None:
    near = (Finding(code="tone", span="was sad", start=3),)
    wide = (Finding(code="tone", span="He was sad"),)
    rows = [label("A", "1", errors=near), label("B", "1", errors=wide), label("A", "2")]
    found = compared([*rows, label("B", "2")], texts={"1": "He was sad", "2": "x"})
    spans = found["tone"]["A_vs_B"]["spans"]
    assert (spans["n"], spans["matched"], spans["f1"]) == (1, 1, 1.0)
    assert 0 < spans["overlap"] < 1


def test_ratings_of_what_both_rated() -> None:
    rows = [label("A", str(i), rating=r) for i, r in enumerate((5, 4, 3, 2))]
    rows += [label("B", str(i), rating=r) for i, r in enumerate((4, 4, 3, 1))]
    rows += [label("A", "x", rating=5), label("B", "y", rating=1), label("B", "x")]
    found = rating_agreement(by_annotator(rows), [])["A_vs_B"]
    assert (found["n"], found["difference"]["value"]) == (4, 0.5)
    assert found["weighted_kappa"]["value"] == pytest.approx(5 / 6, rel=1e-5)
    assert rating_agreement(by_annotator([label("A", "1")]), []) == {}


def test_labels_made_in_sight_of_anothers_say_nothing_of_it() -> None:
    rows = [label("rules", "1", "tone", rating=4), label("rules", "2", rating=5)]
    rows += [label("A", "1", "tone", seen="rules", rating=4), label("A", "2", "tone", rating=4)]
    rows += [label("B", "1", "tone", rating=4), label("B", "2", rating=4)]
    found = compared(rows)["tone"]
    assert (found["A_vs_rules"]["n"], found["A_vs_rules"]["observed"]) == (1, 0.0)
    assert found["A_vs_B"]["n"] == found["B_vs_rules"]["n"] == 2
    assert rating_agreement(by_annotator(rows), [])["A_vs_rules"]["n"] == 1
