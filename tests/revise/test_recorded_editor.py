from pathlib import Path

import pytest
from memory import peak

from arf.errors import ArfError
from arf.files import write_records
from arf.records import RecordedEdit, RecordedEdits
from arf.revise import Request
from arf.revise.recorded import RecordedEditor, rebase


@pytest.mark.parametrize(
    ("before", "after", "current", "merged"),
    [
        ("a b c", "a c", "a b c", "a c"),
        ("He was sad. He left.", "He left.", "He was sad. He left today.", "He left today."),
        ("One. Two is sad. Three.", "One. Two. Three.", "Zero. Two is sad. Three.",
         "Zero. Two. Three."),
        ("It is sad now", "It is now", "It is glad now", None),
    ],
)  # fmt: skip
def test_a_patch_is_carried_over(before: str, after: str, current: str, merged: str | None) -> None:
    assert rebase(before, after, current) == merged


@pytest.fixture
def editor(tmp_path: Path) -> RecordedEditor:
    edits = (
        RecordedEdit(round="r1", code="sad", text="One. Two. Two."),
        RecordedEdit(round="r2", code="twice", text="One. Two."),
    )
    path = tmp_path / "edits.jsonl"
    write_records(path, [RecordedEdits(id="a", original="One sad. Two. Two.", edits=edits)])
    return RecordedEditor(lambda _: path)


@pytest.mark.parametrize(
    ("item", "step", "current", "text", "reason"),
    [
        ("a", ("r1", "sad"), "One sad. Two. Two.", "One. Two. Two.", None),
        ("a", ("r2", "twice"), "One. Two. Two.", "One. Two.", None),
        ("a", ("r2", "twice"), "One sad. Two. Two.", "One sad. Two.", None),
        ("a", ("r1", "sad"), "Other words.", "Other words.", "no longer applies"),
        ("a", ("r1", "greed"), "One sad. Two. Two.", None, "no recorded edit"),
        ("b", ("r1", "sad"), "One sad.", None, "no recorded edit"),
    ],
)
def test_answers(
    editor, make_case, make_output, item, step, current, text, reason
) -> None:  # fmt: skip
    request = Request(make_case(item), make_output(item, current), *step, ())
    (answer,) = editor.revise([request])
    assert answer.text == text
    assert (reason or "") in (answer.reason or "")


def test_texts_are_not_held_in_memory(tmp_path: Path, make_case, make_output) -> None:
    path = tmp_path / "edits.jsonl"
    edit = RecordedEdit(round="r1", code="sad", text="short " * 300)
    write_records(path, [RecordedEdits(id=str(i), original="o", edits=(edit,)) for i in range(900)])

    def answer(count: int) -> None:
        editor = RecordedEditor(lambda _: path)
        for i in range(count):
            request = Request(make_case(str(i)), make_output(str(i), "o"), "r1", "sad", ())
            (answer,) = editor.revise([request])
            assert answer.text == edit.text

    assert peak(lambda: answer(900)) < path.stat().st_size / 4


def test_without_any_edit_the_file_is_named(tmp_path: Path, make_case, make_output) -> None:
    path = tmp_path / "botchat.jsonl"
    path.write_bytes(b"")
    editor = RecordedEditor(lambda channel: tmp_path / f"{channel}.jsonl")
    assert list(editor.revise([])) == []
    with pytest.raises(ArfError, match=r"botchat.jsonl holds no edit: put the editor's answers"):
        list(editor.revise([Request(make_case(), make_output(), "r1", "sad", ())]))
