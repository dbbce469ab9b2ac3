import pytest

from arf.agreement import agreement
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


def test_two_people() -> None:
    rows = [label("A", "1", "tone"), label("A", "2"), label("A", "3", "tone"), label("A", "4")]
    rows += [label("B", "1", "tone"), label("B", "2"), label("B", "3"), label("B", "4")]
    found = agreement(rows, CODES)
    assert found["tone"] == {"A_vs_B": {"n": 4, "observed": 0.75, "kappa": 0.5}}
    assert found["fact"] == {"A_vs_B": {"n": 4, "observed": 1.0, "kappa": None}}


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
    assert agreement(rows, CODES)["tone"]["A_vs_B"] == {"n": 1, "observed": 1.0, "kappa": None}


def test_nothing_in_common() -> None:
    found = agreement([label("A", "1"), label("B", "2")], CODES)
    assert found["tone"]["A_vs_B"] == {"n": 0, "observed": None, "kappa": None}


def test_every_pair_of_annotators_by_name() -> None:
    rows = [label(name, "1") for name in ("rules", "A", "B")]
    assert list(agreement(rows, CODES)["tone"]) == ["A_vs_B", "A_vs_rules", "B_vs_rules"]


def test_one_annotator_alone() -> None:
    assert agreement([label("A", "1")], CODES) == {"tone": {}, "fact": {}}
