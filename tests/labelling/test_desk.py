from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.errors import ArfError
from arf.files import read_records, sha256_text
from arf.findings import LabelError
from arf.labelling.desk import Desk
from arf.labelling.items import Item
from arf.labelling.lock import held
from arf.labels import append, label_file, read_own
from arf.records import Annotation, Case, Output

SAD = {"errors": [{"code": "inferred_sentiment", "span": "sad", "start": 7}], "rating": 4}


@pytest.fixture
def items(make_items):
    return make_items(3) + make_items(2, "webform")


@pytest.fixture
def open_desk(items, tmp_path, taxonomy):
    return lambda given=None, name="anna": Desk(name, given or items, tmp_path, taxonomy)


def lines(folder: Path, channel: str = "botchat") -> list[Annotation]:
    return list(read_own(folder, "anna", channel))


def test_labels_are_on_disk_at_once_and_found_again(open_desk, tmp_path, taxonomy) -> None:
    desk = open_desk()
    desk.save(1, SAD)
    [label] = lines(tmp_path)
    assert (label.id, label.rating, label.annotator) == ("botchat-1", 4, "anna")
    assert label.errors[0].place("He was sad. It is 1.") == (7, 10)
    assert label.taxonomy == taxonomy.hashes(frozenset(taxonomy.codes), "botchat")
    again = open_desk()
    assert [again.state(place) for place in range(5)] == ["open", "done", "open", "open", "open"]
    assert again.draft(1).rating == 4
    assert again.draft(0) is None
    assert (desk.saved, again.saved) == (1, 0)


def test_the_next_open_item_comes_after_this_one_and_then_from_the_start(open_desk) -> None:
    desk = open_desk()
    assert desk.next_open() == 0
    for place in (0, 1, 3):
        desk.save(place, {"rating": 5})
    assert desk.next_open(1) == 2
    assert desk.next_open(3) == 4
    desk.save(4, {"rating": 5})
    assert desk.next_open(4) == 2
    desk.save(2, {"rating": 5})
    assert desk.next_open() is None


def test_an_item_that_is_labelled_again_has_one_label(open_desk, tmp_path) -> None:
    desk = open_desk()
    for place in (0, 1, 3):
        desk.save(place, {"rating": 5})
    desk.save(0, {**SAD, "note": "after all"})
    assert [(label.id, label.rating) for label in lines(tmp_path)] == [
        ("botchat-0", 4), ("botchat-1", 5),
    ]  # fmt: skip
    assert [label.rating for label in lines(tmp_path, "webform")] == [5]
    assert open_desk().draft(0).note == "after all"
    assert desk.saved == 3


def test_labels_of_texts_that_are_not_asked_for_stay(open_desk, items, tmp_path) -> None:
    open_desk().save(0, SAD)
    fewer = open_desk(items[1:])
    fewer.save(0, SAD)
    fewer.save(0, {"rating": 1})
    assert [label.id for label in lines(tmp_path)] == ["botchat-0", "botchat-1"]


def test_an_output_that_has_changed_is_open_again(open_desk, items) -> None:
    open_desk().save(0, SAD)
    changed = replace(items[0], output=items[0].output.model_copy(update={"text": "He was."}))
    assert open_desk([changed]).state(0) == "open"


def test_what_cannot_stand_changes_nothing(open_desk, tmp_path) -> None:
    desk = open_desk()
    for value in (
        {"rating": 6},
        {"rating": "4"},
        {"errors": [{"code": "inferred_sentimant"}]},
        {"errors": [{"code": "unlisted", "span": "glad"}]},
        {"errors": [{"code": "unlisted", "span": "sad", "start": 8}]},
        {"rating": 4, "colour": "red"},
        {"errors": "none"},
    ):
        with pytest.raises(LabelError):
            desk.save(0, value)
    assert desk.state(0) == "open"
    assert not label_file(tmp_path, "anna", "botchat").exists()


def test_a_skipped_item_is_unscored_and_counts(open_desk, tmp_path) -> None:
    desk = open_desk()
    desk.save(0, {"skipped": "half of the chat is missing"})
    [label] = lines(tmp_path)
    assert (label.status, label.reason) == ("unscored", "half of the chat is missing")
    assert desk.state(0) == "skipped"
    assert desk.next_open() == 1
    assert desk.progress["botchat"] == {"skipped": 1, "open": 2}
    assert (desk.count("open"), desk.count("done")) == (4, 0)
    desk.save(0, SAD)
    assert desk.state(0) == "done"


def test_the_label_says_whose_opinion_was_shown(open_desk, items, tmp_path) -> None:
    output = items[0].output
    opinion = Annotation(
        id=output.id, channel=output.channel, source=output.source, annotator="rules",
        text_sha256=sha256_text(output.text), taxonomy={},
    )  # fmt: skip
    desk = open_desk([replace(items[0], shown=opinion), items[1]])
    desk.save(0, {**SAD, "seen": "nobody"})
    desk.save(1, SAD)
    assert [label.seen for label in lines(tmp_path)] == ["rules", None]
    bare = open_desk()
    bare.save(0, {"rating": 5})
    assert lines(tmp_path)[0].seen == "rules"


def test_a_half_written_line_is_cut_and_a_whole_one_without_its_end_kept(
    open_desk, tmp_path
) -> None:
    desk = open_desk()
    desk.save(0, SAD)
    desk.save(1, SAD)
    path = label_file(tmp_path, "anna", "botchat")
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])
    assert open_desk().cut == []
    assert path.read_bytes() == whole
    path.write_bytes(whole[:-9])
    again = open_desk()
    assert again.cut == [path]
    assert [again.state(place) for place in (0, 1)] == ["done", "open"]
    again.save(1, SAD)
    assert path.read_bytes() == whole


def test_names_that_differ_by_capitals_are_one_name_too_many(open_desk) -> None:
    open_desk().save(0, SAD)
    with pytest.raises(ArfError, match="anna has labelled before"):
        open_desk(name="Anna")


def test_a_broken_file_names_its_line(open_desk, tmp_path) -> None:
    open_desk().save(0, SAD)
    path = label_file(tmp_path, "anna", "botchat")
    path.write_text(path.read_text() + "{}\n")
    with pytest.raises(ArfError, match=r"botchat\.jsonl:2: "):
        open_desk()


def test_one_process_a_name(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    with held("anna"):
        with held("ben"):
            pass
        with pytest.raises(ArfError, match="Anna is labelling in another process"), held("Anna"):
            pass
    with held("anna"):
        pass


# No lone surrogates: UTF-8 has none, and so no file of the project.
TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1)


@given(before=TEXT, span=TEXT.filter(str.strip), note=TEXT.filter(str.strip), after=TEXT)
def test_any_text_comes_back_as_it_was_given(
    before, span, note, after, tmp_path_factory, taxonomy
) -> None:
    text = before + span + after
    case = Case(id="a", channel="botchat", split="train", text="x")
    output = Output(id="a", channel="botchat", source="r0", text=text, provider="recorded")
    folder = tmp_path_factory.mktemp("labels")
    error = {"code": "unlisted", "span": span, "start": len(before), "note": note}
    Desk("anna", [Item(case, output)], folder, taxonomy).save(0, {"errors": [error], "note": note})
    [label] = read_records(label_file(folder, "anna", "botchat"), Annotation)
    assert label.errors[0].place(text) == (len(before), len(before) + len(span))
    assert Desk("anna", [Item(case, output)], folder, taxonomy).draft(0).errors == [error]
    append(folder / "other", label)
    assert (
        label_file(folder / "other", "anna", "botchat").read_bytes()
        == label_file(folder, "anna", "botchat").read_bytes()
    )


def test_a_label_by_another_definition_is_open_again(open_desk, tmp_path, taxonomy) -> None:
    open_desk().save(0, SAD)
    [label] = lines(tmp_path)
    older = label.taxonomy | {"inferred_sentiment": "older"}
    label_file(tmp_path, "anna", "botchat").write_text(
        label.model_copy(update={"taxonomy": older}).model_dump_json() + "\n"
    )
    desk = open_desk()
    assert (desk.state(0), desk.next_open(), desk.draft(0).rating) == ("open", 0, 4)
    desk.save(0, SAD)
    assert (desk.state(0), lines(tmp_path)) == ("done", [label])
    assert desk.progress["botchat"]["open"] == 2
