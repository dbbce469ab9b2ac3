import pytest

from arf.findings import LabelError
from arf.labelling.drafts import read_draft, to_draft, to_label
from arf.labelling.items import Item


@pytest.fixture
def item(make_case, make_output):
    return Item(make_case("a"), make_output("a", "She was sad."))


def test_a_label_and_back(item, taxonomy) -> None:
    value = {
        "rating": 4, "note": "hm", "seen": "rules",
        "errors": [{"code": "inferred_sentiment", "span": "sad", "note": "why"}],
    }  # fmt: skip
    label = to_label(read_draft(value), item, "anna", taxonomy)
    assert label.errors[0].start == 8
    assert label.of(item.output)
    assert (label.annotator, label.seen, label.note) == ("anna", "rules", "hm")
    assert set(label.taxonomy) == set(taxonomy.codes)
    assert to_label(to_draft(label), item, "anna", taxonomy) == label


def test_what_cannot_be_said(item, taxonomy) -> None:
    label = to_label(read_draft({"skipped": "not in English"}), item, "anna", taxonomy)
    assert (label.status, label.reason) == ("unscored", "not in English")
    assert to_label(to_draft(label), item, "anna", taxonomy) == label


def test_labels_keep_the_definitions_that_people_had(item, taxonomy) -> None:
    draft = read_draft({"rating": 5, "taxonomy": {"inferred_sentiment": "older"}})
    assert to_label(draft, item, "anna", taxonomy).taxonomy == {"inferred_sentiment": "older"}


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"rating": 6}, "rating"),
        ({"rating": 0}, "rating"),
        ({"rating": "4"}, "rating"),
        ({"rating": 3.5}, "rating"),
        ({"stars": 4}, "unknown name"),
        ({"errors": {}}, "errors"),
        ({"errors": [{"code": "nonsense"}]}, "unknown code"),
    ],
)
def test_what_is_refused(item, taxonomy, value: dict, message: str) -> None:
    with pytest.raises(LabelError, match=message):
        to_label(read_draft(value), item, "anna", taxonomy)


@pytest.mark.parametrize("where", ["note", "skipped", "errors"])
def test_half_a_character_is_refused_since_no_file_can_hold_it(item, taxonomy, where: str) -> None:
    half = "a\ud800"
    value = {where: [{"code": "missing_reason", "note": half}] if where == "errors" else half}
    with pytest.raises(LabelError, match="half a character"):
        to_label(read_draft(value), item, "anna", taxonomy)
