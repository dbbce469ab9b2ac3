import json
from pathlib import Path

import pytest

from arf.errors import ArfError
from arf.files import sha256_text
from arf.labels import (
    append,
    check_name,
    cut_half_line,
    label_file,
    labellers,
    read_labels,
    rewrite,
)
from arf.records import Annotation


def label(item: str, who: str = "anna", **fields: object) -> Annotation:
    return Annotation(
        **{"channel": "botchat", "source": "r0", "text_sha256": sha256_text(item)}
        | {"taxonomy": {"x": "1"}, "rating": 4}
        | fields,
        id=item,
        annotator=who,
    )


def test_what_is_added_is_there_for_all_to_read(tmp_path: Path) -> None:
    rows = [label("a"), label("b"), label("a", "ben"), label("c", channel="webform")]
    for row in rows:
        append(tmp_path, row)
    assert list(read_labels(tmp_path, "botchat")) == rows[:3]
    assert list(read_labels(tmp_path, "webform")) == rows[3:]
    assert labellers(tmp_path) == ["anna", "ben"]
    assert list(read_labels(tmp_path / "none", "botchat")) == []


def test_a_half_line_is_cut_and_the_rest_stays(tmp_path: Path) -> None:
    append(tmp_path, label("a"))
    path = label_file(tmp_path, "anna", "botchat")
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:40])
    assert cut_half_line(path)
    assert path.read_bytes() == whole
    assert not cut_half_line(path)
    assert not cut_half_line(tmp_path / "none")


def test_what_failed_is_not_there_when_it_is_tried_again(tmp_path: Path, monkeypatch) -> None:
    append(tmp_path, label("a"))

    def refuse(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match="No space left"):
        patch.setattr("arf.labels.os.fsync", refuse)
        append(tmp_path, label("b"))
    assert [one.id for one in read_labels(tmp_path, "botchat")] == ["a"]
    append(tmp_path, label("b"))
    assert [one.id for one in read_labels(tmp_path, "botchat")] == ["a", "b"]


def break_half(text: str) -> str:
    return text + '{"id": "b", "chan'


def break_owner(text: str) -> str:
    return text.replace('"annotator":"anna"', '"annotator":"ben"')


def break_channel(text: str) -> str:
    return text.replace("botchat", "webform")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (break_half, r"botchat.jsonl:2: Invalid JSON"),
        (break_owner, r"botchat.jsonl:1: by 'ben', in the folder of 'anna'; two people need two"),
        (break_channel, r"botchat.jsonl:1: of channel 'webform'; move it"),
        (lambda text: text + text, r"botchat.jsonl:2: a is labelled twice; delete one"),
        (lambda text: text.replace('"rating":4', '"rating":9'), r"botchat.jsonl:1: rating"),
        (lambda text: "\n" + text, r"botchat.jsonl:1: "),
    ],
)
def test_broken_files_are_named(tmp_path: Path, damage, message: str) -> None:
    append(tmp_path, label("a"))
    path = label_file(tmp_path, "anna", "botchat")
    path.write_text(damage(path.read_text()))
    with pytest.raises(ArfError, match=message):
        list(read_labels(tmp_path, "botchat"))


def test_an_empty_file_holds_no_labels(tmp_path: Path) -> None:
    label_file(tmp_path, "anna", "botchat").parent.mkdir()
    label_file(tmp_path, "anna", "botchat").touch()
    assert list(read_labels(tmp_path, "botchat")) == []


def test_all_is_written_anew_or_nothing(tmp_path: Path) -> None:
    append(tmp_path, label("a"))

    def failing():
        yield label("b")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        rewrite(tmp_path, "anna", failing())
    assert [one.id for one in read_labels(tmp_path, "botchat")] == ["a"]
    rewrite(tmp_path, "anna", [label("b"), label("c", channel="webform")])
    assert [one.id for one in read_labels(tmp_path, "botchat")] == ["b"]
    assert json.loads(label_file(tmp_path, "anna", "webform").read_text())["id"] == "c"


@pytest.mark.parametrize("name", ["anna", "Dr. Ben Ó", "x_1-2", "golda"])
def test_names(name: str) -> None:
    assert check_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../x",
        "a/b",
        ".hidden",
        "rules",
        "Rules",
        "gold",
        "GOLD",
        "a:b",
        "x" * 65,
        "a ",
        "a.",
        "a\n",
    ],
)
def test_names_that_cannot_be(name: str) -> None:
    with pytest.raises(ArfError, match="the name"):
        check_name(name)
