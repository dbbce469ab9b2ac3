"""What comes back in a file: all of it or nothing, and every fault told."""

import pytest

from arf.findings import LabelError
from arf.labelling.drafts import read_draft, to_label
from arf.labelling.entries import Entry, check, stale

SAD = "inferred_sentiment"


@pytest.fixture
def items(make_items):
    return make_items(3)


def run(entries, items, taxonomy, known=(), replace=False):
    named = {item.name: label for item, label in known}
    by_key = {item.key: item for item in items}
    return check(entries, by_key, "anna", taxonomy, named, replace)


def test_labels_of_all_entries(items, taxonomy) -> None:
    entries = [Entry("f:2", items[0].key, {"rating": 4}), Entry("f:3", items[2].key, {})]
    checked = run(entries, items, taxonomy)
    assert [(one.id, one.rating, one.annotator) for one in checked.new] == [
        ("botchat-0", 4, "anna"), ("botchat-2", None, "anna"),
    ]  # fmt: skip
    assert not checked.faults and not checked.replaced and not checked.unchanged


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"rating": 6}, ["rating: "]),
        ({"stars": 4}, ["stars: unknown name"]),
        ({"errors": [{"code": "sentiment"}, {"code": SAD, "span": "glad"}, {"code": SAD}]},
         ["unknown code 'sentiment'", "the span 'glad' is not in"]),
        ({"errors": [{"code": SAD, "span": "sad", "start": 3}]}, ["the span 'sad' is not at 3"]),
    ],
)  # fmt: skip
def test_every_fault_of_a_value(items, taxonomy, value, told) -> None:
    checked = run([Entry("f:2", items[0].key, value)], items, taxonomy)
    assert checked.new == [] and len(checked.faults) == len(told)
    for fault, part in zip(checked.faults, told, strict=True):
        assert fault.startswith(f"f:2: {part}")


def test_items_that_are_not_there_or_there_twice(items, taxonomy) -> None:
    key = items[0].key
    entries = [Entry("f:2", "nobody", {}), Entry("f:3", key, {"rating": 9}), Entry("f:4", key, {}),
               Entry("f:5", "", {})]  # fmt: skip
    faults = run(entries, items, taxonomy).faults
    assert [fault.split(":")[1] for fault in faults] == ["2", "3", "4", "5"]
    assert "unknown item 'nobody'" in faults[0] and "the same item as f:3" in faults[2]
    assert "key is gone" in faults[3]


def test_an_item_is_another_once_its_text_has_changed(items, make_items, taxonomy) -> None:
    changed = make_items(4)[3]
    checked = run([Entry("f:2", changed.key, {"rating": 4})], items, taxonomy)
    assert "its text has changed" in checked.faults[0]


def test_what_is_labelled_already(items, taxonomy) -> None:
    known = [(item, to_label(read_draft({"rating": 4}), item, "anna", taxonomy)) for item in items]
    entries = [Entry("f:2", items[0].key, {"rating": 4}), Entry("f:3", items[1].key, {"rating": 2})]
    checked = run(entries, items, taxonomy, known)
    assert checked.unchanged == [known[0][1]] and checked.new == checked.replaced == []
    assert checked.faults == [
        "f:3: anna has labelled this item otherwise; --replace takes this label"
    ]
    checked = run(entries, items, taxonomy, known, replace=True)
    assert not checked.faults and [one.rating for one in checked.replaced] == [2]


def test_what_a_reader_made_nothing_of_stands_with_the_rest(items, taxonomy) -> None:
    entry = Entry("f:2", items[0].key, {"errors": [{"code": "x"}]}, ("done: what",))
    faults = run([entry], items, taxonomy).faults
    assert faults[0] == "f:2: done: what" and "unknown code 'x'" in faults[1]


def test_labels_under_other_definitions_are_counted(items, taxonomy) -> None:
    today = taxonomy.hashes(frozenset(taxonomy.codes), "botchat")
    labels = [
        to_label(read_draft({"taxonomy": today | given}), items[0], "anna", taxonomy)
        for given in ({SAD: "old"}, {SAD: "older", "gone": "x"}, {})
    ]
    assert stale(labels, taxonomy) == {SAD: 2, "gone": 1}


def test_a_label_that_cannot_stand_says_why(items, taxonomy) -> None:
    with pytest.raises(LabelError, match="rating"):
        to_label(read_draft({"rating": 6}), items[0], "anna", taxonomy)
