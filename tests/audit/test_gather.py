import pytest
from labels_of import label

from arf.audit.gather import gather, of_people
from arf.errors import ArfError
from arf.files import sha256_text
from arf.records import UNLISTED, Finding, Output


@pytest.fixture
def today(taxonomy):
    return taxonomy.hashes(frozenset(taxonomy.codes), "botchat")


def gathered(labels, taxonomy):
    outputs = {
        item: Output(id=item, channel="botchat", source="r0", text=item, provider="recorded")
        for item in "abc"
    }
    return gather(labels, outputs, "botchat", taxonomy)


def test_a_code_that_nobody_knows_is_no_label(taxonomy, today) -> None:
    with pytest.raises(ArfError, match=r"A's label of a \(botchat\): unknown code 'zzz'"):
        gathered([label("a", "A", "zzz", taxonomy=today)], taxonomy)


def test_words_that_are_not_there_are_no_label(taxonomy, today) -> None:
    error = Finding(code="inferred_sentiment", span="b", start=0)
    with pytest.raises(ArfError, match="the words 'b' are not in the output at 0"):
        gathered([label("a", "A", taxonomy=today, errors=(error,))], taxonomy)


def test_labels_of_other_texts_are_of_the_past(taxonomy, today) -> None:
    changed = label("b", "A", taxonomy=today, text_sha256=sha256_text("before"))
    gone = label("z", "B", taxonomy=today)
    found = gathered([label("a", "A", taxonomy=today), changed, gone], taxonomy)
    assert [one.id for one in found.labels] == ["a"]
    assert found.outdated == {"A": 1, "B": 1}


def test_a_changed_definition_makes_its_labels_stale_and_no_others(taxonomy, today) -> None:
    old = today | {"inferred_sentiment": "older"}
    found = gathered(
        [label("a", "A", "inferred_sentiment", "wrong_outcome", UNLISTED, taxonomy=old)], taxonomy
    )
    (kept,) = found.labels
    assert kept.codes() == {"wrong_outcome", UNLISTED}
    assert "inferred_sentiment" not in kept.taxonomy
    assert "wrong_outcome" in kept.taxonomy
    assert found.stale == {"A": {"inferred_sentiment": 1}}


def test_two_people_with_one_name(taxonomy, today) -> None:
    with pytest.raises(ArfError, match=r"A labelled a .* twice.* two people need two names"):
        gathered([label("a", "A", taxonomy=today), label("a", "A", taxonomy=today)], taxonomy)


def test_whose_labels_count() -> None:
    labels = [label("a", "anna"), label("a", "ben")]
    assert of_people(labels, None) == labels
    assert of_people(labels, ["ben"]) == labels[1:]
    with pytest.raises(ArfError, match=r"audit.people: no labels by 'bem' \(did you mean ben\?\)"):
        of_people(labels, ["bem"])
    with pytest.raises(ArfError, match="there are: none"):
        of_people([], ["ben"])
