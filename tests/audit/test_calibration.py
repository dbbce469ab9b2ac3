import pytest
from labels_of import label

from arf.audit.calibration import calibrate
from arf.audit.params import Least

CODES = ["inferred_sentiment", "wrong_outcome"]
LEAST = Least(sensitivity=0.8, specificity=0.8)


@pytest.fixture
def outputs(make_output):
    return [make_output(item, item) for item in "abcdef"]


def test_against_people(outputs) -> None:
    people = {
        **{
            i: [label(i, "A", CODES[0], rating=4), label(i, "B", CODES[0], rating=3)] for i in "abc"
        },
        "d": [label("d", "A", CODES[0], rating=5), label("d", "B", rating=5)],
        "e": [label("e", "A", rating=5)],
    }
    rules = {
        "a": label("a", "rules", CODES[0], rating=4),
        "b": label("b", "rules", rating=5),
        "c": label("c", "rules", rating=5),
        "d": label("d", "rules", rating=5),
        "e": label("e", "rules", CODES[0], rating=4),
        "f": label("f", "rules"),
    }
    found = calibrate(outputs, rules, people, CODES, LEAST)
    assert (found["n"], found["against"]) == (5, "A, B")
    tone = found["codes"][CODES[0]]
    assert [tone[k] for k in ("tp", "fn", "fp", "tn", "left_out")] == [1, 2, 1, 0, 1]
    assert tone["below"].startswith("sensitivity 0.33 (0.06 to 0.79) under 0.8; specificity 0.00")
    assert found["codes"][CODES[1]]["below"] is None
    assert found["rating"]["difference"]["value"] == pytest.approx(0.5)
    assert found["rating"]["reliability"]["4"]["n"] == 2


def test_gold_decides_where_people_part(outputs) -> None:
    people = {"a": [label("a", "A", CODES[0]), label("a", "B"), label("a", "gold", CODES[0])]}
    found = calibrate(outputs, {"a": label("a", "rules", CODES[0])}, people, CODES, LEAST)
    assert found["codes"][CODES[0]]["tp"] == 1
    assert found["rating"] is None


def test_labels_of_another_text_do_not_count(outputs) -> None:
    rules = {"a": label("a", "rules", CODES[0], text_sha256="before")}
    assert calibrate(outputs, rules, {"a": [label("a", "A")]}, CODES, LEAST)["n"] == 0
