"""The cascade on a toy taxonomy: `sad` and `twice` are errors that a word stands for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.annotate.mock import MockAnnotator
from arf.errors import ArfError
from arf.records import Annotation, Case, Finding, Output
from arf.revise import Answer, Request
from arf.revise.cascade import revise
from arf.revise.guard import check
from arf.revise.mock import MockEditor
from arf.success import success
from arf.taxonomy import Code, Taxonomy

WORDS = {"sad": "sadness", "twice": "twicely"}


def code(**fields: object) -> Code:
    example = {"text": "x"}
    return Code(
        title="t", definition="d", exception="e", severity="minor", fixer="f",
        examples={"positive": [example], "negative": [example]}, **fields,
    )  # fmt: skip


TAXONOMY = Taxonomy(
    ratings=dict.fromkeys(range(1, 6), "x"),
    codes={"sad": code(drops={"negations"}), "twice": code()},
)


def drop(request: Request) -> Answer:
    return Answer(request.output.text.replace(WORDS[request.code], "").strip())


def run(texts: list[str], answer=drop, codes=("sad", "twice")) -> tuple[list[Output], MockEditor]:
    cases = [Case(id=str(i), channel="c", split="train", text="-") for i in range(len(texts))]
    outputs = [
        Output(id=case.id, channel="c", source="r0", text=text, provider="recorded")
        for case, text in zip(cases, texts, strict=True)
    ]
    editor = MockEditor(answer)
    pairs = zip(cases, outputs, strict=True)
    return list(revise(pairs, "r1", codes, MockAnnotator(WORDS), editor, TAXONOMY)), editor


def test_only_flagged_outputs_reach_the_editor() -> None:
    outputs, editor = run(["It is late.", "It is late. sadness"])
    assert [request.case.id for request in editor.asked] == ["1"]
    assert [output.text for output in outputs] == ["It is late.", "It is late."]
    assert [output.source for output in outputs] == ["r1", "r1"]
    assert [output.parent for output in outputs] == ["r0", "r0"]
    assert outputs[0].edits == ()


def test_codes_are_cleared_one_after_the_other() -> None:
    outputs, editor = run(["Late sadness twicely"])
    assert [request.code for request in editor.asked] == ["sad", "twice"]
    assert editor.asked[1].output.text == "Late  twicely"
    first, second = outputs[0].edits
    assert first.after == second.before
    assert (first.verdict, second.verdict) == ("kept", "kept")
    assert second.after == outputs[0].text == "Late"


@pytest.mark.parametrize(
    ("text", "answer", "failed", "reason"),
    [
        ("Late sadness", "Late sadness", "answered", "as it was"),
        ("Late sadness", "  ", "answered", "as it was"),
        ("Late sadness", "So late sadness", "gone", "still there"),
        ("Late sadness", "Late twicely", "no_new_error", "another error"),
        ("Paid $50 late sadness", "Paid late", "numbers", "number"),
        ("It cost 20 sadness", "It cost 21", "numbers", "number"),
        ("They told Maria it is late sadness", "They said it is late", "names", "name"),
        ("It was not paid sadness", "It was paid", "negations", "negation"),
    ],
)
def test_a_bad_edit_is_reverted(text: str, answer: str, failed: str, reason: str) -> None:
    outputs, _ = run([text], lambda _: Answer(answer), codes=("sad",))
    (edit,) = outputs[0].edits
    assert outputs[0].text == text
    assert edit.verdict == "reverted"
    assert edit.checks[failed] is False
    assert reason in (edit.reason or "")
    assert edit.after == answer


def test_no_answer_keeps_the_parent_and_the_reason() -> None:
    outputs, _ = run(["Late sadness"], lambda _: Answer(None, "cannot"), codes=("sad",))
    (edit,) = outputs[0].edits
    assert (outputs[0].text, edit.verdict, edit.reason) == ("Late sadness", "unanswered", "cannot")


def test_a_code_that_the_annotator_cannot_find_is_named() -> None:
    with pytest.raises(ArfError, match=r"rounds.r1: the annotator mock cannot find greed"):
        run(["x"], codes=("greed",))


@given(
    st.lists(
        st.sampled_from(["Late.", "Late. sadness", "twicely", "sadness twicely", ""]), max_size=8
    )
)
def test_every_text_is_explained_by_its_edits(texts: list[str]) -> None:
    outputs, _ = run(texts)
    parents = [output.model_copy(update={"text": text, "edits": ()}) for output, text in
               zip(outputs, texts, strict=True)]  # fmt: skip
    counted = success(zip(parents, outputs, strict=True), "r1", ["sad", "twice"])
    for name, word in WORDS.items():
        assert counted[name]["flagged"] == sum(word in text for text in texts)
        assert counted[name]["untouched_changed"] == 0
        total = sum(counted[name][verdict] for verdict in ("kept", "reverted", "unanswered"))
        assert total == counted[name]["flagged"]


def test_windows_do_not_show() -> None:
    texts = ["Late. sadness" if i % 3 else "Late." for i in range(1100)]
    outputs, _ = run(texts)
    assert [output.id for output in outputs] == [str(i) for i in range(1100)]
    assert {output.text for output in outputs} == {"Late."}


@pytest.mark.parametrize(
    ("before", "after", "came"),
    [
        ([("twice", "b")], [("twice", "b"), ("twice", "new")], {"twice"}),
        ([("twice", "b")], [("twice", "b"), ("twice", "a")], set()),
        ([("sad", "a")], [("twice", "b")], {"twice"}),
        ([("twice", "b")], [("twice", "new")], set()),
    ],
)
def test_what_counts_as_another_error(before: list, after: list, came: set[str]) -> None:
    def label(found: list[tuple[str, str]]) -> Annotation:
        return Annotation(
            id="i", channel="c", source="r0", text_sha256="", annotator="m", taxonomy={},
            errors=tuple(Finding(code=code, span=span) for code, span in found),
        )  # fmt: skip

    checks = check(code(), "sad", label(before), label(after), ("a b c", "x"))
    assert checks["no_new_error"] is (came == set())
