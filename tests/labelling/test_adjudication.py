import csv
from pathlib import Path

import pytest

from arf.files import sha256_text
from arf.labelling.adjudication import Labelled, read_verdicts, write_disagreements
from arf.labelling.items import Item
from arf.labelling.tables import read_table
from arf.records import Annotation, Finding

TEXT = "She was sad. She was sad and left."
TONE, FACT = "inferred_sentiment", "unsupported_detail"


@pytest.fixture
def item(make_case, make_output):
    return Item(make_case("a"), make_output("a", TEXT))


@pytest.fixture
def label(taxonomy):
    def make(who: str, *errors: Finding, **fields: object) -> Annotation:
        known = {"id": "a", "channel": "botchat", "source": "r0", "text_sha256": sha256_text(TEXT)}
        hashes = taxonomy.hashes(frozenset({TONE, FACT}), "botchat")
        return Annotation(
            **known | {"taxonomy": hashes} | fields, annotator=who, errors=tuple(errors)
        )

    return make


@pytest.fixture
def parted(item, label):
    """Two people who part on the tone and on the rating, and agree that no fact is made up."""
    sad = Finding(code=TONE, span="sad", start=21, note="who says so?")
    return Labelled(item, [label("A", sad, rating=3), label("B", rating=5, note="fine")])


def decide(path: Path, **cells: str) -> None:
    """Fills in the cells of the first row."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0] |= {name.replace("_", " "): value for name, value in cells.items()}
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def test_what_they_part_on_is_listed(tmp_path: Path, parted, item) -> None:
    path = tmp_path / "list.csv"
    assert write_disagreements(path, [parted]) == 2
    (_, tone), (_, rating) = read_table(path)
    assert (tone["code"], tone["given by"], tone["not given by"]) == (TONE, "A", "B")
    assert (tone["words"], tone["notes"]) == ("A: sad", "A: who says so?")
    assert tone["case"] == item.case.body()
    assert (rating["code"], rating["given by"]) == ("rating", "A: 3, B: 5")
    assert "r0" not in path.read_text()


def test_those_who_agree_have_nothing_to_talk_about(tmp_path: Path, item, label) -> None:
    alike = Labelled(item, [label("A", rating=4), label("B", rating=4)])
    assert write_disagreements(tmp_path / "list.csv", [alike]) == 0


def test_gold_is_what_is_decided(tmp_path: Path, parted, item, taxonomy) -> None:
    path = tmp_path / "list.xlsx"
    write_disagreements(path, [parted])
    (gold,) = read_verdicts(path, {item.key: parted}, taxonomy).labels
    assert set(gold.taxonomy) == set()  # nobody has decided on anything
    assert (gold.annotator, gold.rating, gold.errors) == ("gold", None, ())

    path = tmp_path / "list.csv"
    write_disagreements(path, [parted])
    decide(path, verdict="Yes", reason="nobody\nsaid so")
    (gold,) = read_verdicts(path, {item.key: parted}, taxonomy).labels
    assert set(gold.taxonomy) == {TONE}  # what they agree on needs no gold
    assert gold.errors == (Finding(code=TONE, span="sad", start=21),)
    assert gold.note == f"{TONE}: nobody said so"

    decide(path, right_words="She was sad")
    (gold,) = read_verdicts(path, {item.key: parted}, taxonomy).labels
    assert gold.errors == (Finding(code=TONE, span="She was sad", start=0),)

    decide(path, verdict="no", right_words="")
    (gold,) = read_verdicts(path, {item.key: parted}, taxonomy).labels
    assert TONE in gold.taxonomy
    assert gold.errors == ()


def test_what_was_decided_stands_in_the_next_list(tmp_path: Path, parted, item, taxonomy) -> None:
    path = tmp_path / "list.csv"
    write_disagreements(path, [parted])
    decide(path, verdict="yes", right_words="sad", reason="so it is")
    (gold,) = read_verdicts(path, {item.key: parted}, taxonomy).labels
    again = tmp_path / "again.csv"
    write_disagreements(again, [parted._replace(gold=gold)])
    (_, tone), (_, rating) = read_table(again)
    assert (tone["verdict"], tone["right words"], tone["reason"]) == ("yes", "sad", "so it is")
    assert rating["verdict"] == ""
    assert read_verdicts(again, {item.key: parted}, taxonomy).labels == [gold]


def test_a_rating_is_decided(tmp_path: Path, item, label, taxonomy) -> None:
    parted = Labelled(item, [label("A", rating=3), label("B", rating=5)])
    path = tmp_path / "list.csv"
    write_disagreements(path, [parted])
    decide(path, verdict="4")
    (gold,) = read_verdicts(path, {item.key: parted}, taxonomy).labels
    assert gold.rating == 4


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ({"verdict": "maybe"}, "verdict 'maybe': write yes or no"),
        ({"item": "0000"}, "unknown item '0000'"),
        ({"code": "inferred_sentimant"}, "unknown code"),
        ({"verdict": "yes", "right_words": "happy"}, "the span 'happy' is not in the output"),
        ({"code": "rating", "verdict": "6"}, "a rating is 1 to 5"),
    ],
)
def test_faults_are_named_by_line(
    tmp_path: Path, parted, item, taxonomy, cells: dict[str, str], fault: str
) -> None:
    path = tmp_path / "list.csv"
    write_disagreements(path, [parted])
    decide(path, **cells)
    checked = read_verdicts(path, {item.key: parted}, taxonomy)
    assert checked.labels == []
    assert checked.faults[0].startswith(f"{path}:2: ")
    assert fault in checked.faults[0]


def test_a_verdict_under_an_older_definition_is_refused(
    tmp_path: Path, parted, item, label, taxonomy
) -> None:
    path = tmp_path / "list.csv"
    older = {TONE: "before", FACT: "before"}
    before = [one.model_copy(update={"taxonomy": older}) for one in parted.labels]
    write_disagreements(path, [Labelled(item, before)])
    decide(path, verdict="no")
    anew = {item.key: parted}  # both have labelled again since
    gone = {item.key: Labelled(item, [label("A", taxonomy={}), label("B", taxonomy={})])}
    for labelled in (anew, gone):
        checked = read_verdicts(path, labelled, taxonomy)
        assert checked.labels == []
        assert "decided by another definition than today's" in checked.faults[0]


def test_a_row_twice(tmp_path: Path, parted, item, taxonomy) -> None:
    path = tmp_path / "list.csv"
    write_disagreements(path, [parted, parted])
    faults = read_verdicts(path, {item.key: parted}, taxonomy).faults
    assert len(faults) == 2
    assert "the same item and code as a row before" in faults[0]
