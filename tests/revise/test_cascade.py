"""The cascade on a toy taxonomy: `sad` and `twice` are errors that a word stands for."""

import random
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.annotate.mock import MockAnnotator
from arf.errors import ArfError
from arf.records import Annotation, Case, Edit, Finding, Output
from arf.revise import Answer, Request
from arf.revise.cascade import revise
from arf.revise.facts import KINDS
from arf.revise.guard import REASONS, check, keeps
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
        ("Late sadness", "So late sadness", "fewer", "still there"),
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


class CountingAnnotator(MockAnnotator):
    """A mock that remembers the texts that it was shown."""

    def __init__(self) -> None:
        super().__init__(WORDS, unscored=frozenset({"3"}))
        self.shown: list[str] = []

    def annotate(self, pairs: Iterable[tuple[Case, Output]]) -> Iterator[Annotation]:
        for case, output in pairs:
            self.shown.append(output.text)
            yield from super().annotate([(case, output)])


def naive(pairs: list[tuple[Case, Output]], editor: MockEditor) -> Iterator[Output]:
    """The cascade as one would write it down: each text is annotated whenever it is asked about."""

    def label(case: Case, output: Output) -> Annotation:
        (found,) = MockAnnotator(WORDS, unscored=frozenset({"3"})).annotate([(case, output)])
        return found

    for case, output in pairs:
        output = output.model_copy(  # noqa: PLW2901
            update={"source": "r1", "parent": output.source, "provider": editor.name}
        )
        for name in WORDS:
            before = label(case, output)
            if name not in before.codes():
                continue
            findings = tuple(error for error in before.errors if error.code == name)
            (answer,) = editor.revise([Request(case, output, "r1", name, findings)])
            checks, verdict, reason, text = {}, "unanswered", answer.reason, output.text
            if answer.text is not None:
                after = label(case, output.model_copy(update={"text": answer.text}))
                texts = (output.text, answer.text)
                checks = check(TAXONOMY.codes[name], name, before, after, texts)
                failed = [name for name in REASONS if not checks[name]]
                verdict = "reverted" if failed else "kept"
                reason = (answer.reason or REASONS[failed[0]]) if failed else None
                text = output.text if failed else answer.text
            edit = Edit(
                round="r1", code=name, before=output.text, after=answer.text, provider=editor.name,
                prompt_sha256=answer.prompt_sha256, checks=checks, verdict=verdict, reason=reason,
            )  # fmt: skip
            output = output.model_copy(  # noqa: PLW2901
                update={"text": text, "edits": (*output.edits, edit)}
            )
        yield output


def wild(request: Request) -> Answer:
    """An editor with every habit: it drops the error, or more, or less, or cannot."""
    text = request.output.text
    habit = random.Random(f"{request.case.id}/{request.code}").randrange(6)
    answers = [
        drop(request), Answer(None, "cannot"), Answer(text), Answer(""),
        Answer(text.replace(WORDS[request.code], "not").strip()), Answer("Paid twicely."),
    ]  # fmt: skip
    return answers[habit]


def test_each_text_is_annotated_once_and_nothing_else_changes() -> None:
    draw = random.Random(0)
    pieces = ["Late.", "Paid $50.", "Not so.", "Maria called.", "sadness", "twicely"]
    texts = [" ".join(draw.choices(pieces, k=draw.randrange(1, 6))) for _ in range(600)]
    cases = [Case(id=str(i), channel="c", split="train", text="-") for i in range(len(texts))]
    pairs = [
        (case, Output(id=case.id, channel="c", source="r0", text=text, provider="recorded"))
        for case, text in zip(cases, texts, strict=True)
    ]
    annotator = CountingAnnotator()
    outputs = list(revise(pairs, "r1", list(WORDS), annotator, MockEditor(wild), TAXONOMY))
    assert outputs == list(naive(pairs, MockEditor(wild)))
    edits = [edit for output in outputs for edit in output.edits]
    assert {edit.verdict for edit in edits} == {"kept", "reverted", "unanswered"}
    answered = sum(edit.after is not None for edit in edits)
    assert len(annotator.shown) == len(texts) + answered


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


@pytest.mark.parametrize(
    ("new", "span", "came"),
    [
        ("It came. Twice it came.", "Twice it came.", False),
        ("It came. It came twice.", "It came twice.", True),
        ("It came. So twice it came.", "Twice it came.", True),
    ],
)
def test_what_a_cut_lays_open_is_no_other_error(new: str, span: str, came: bool) -> None:
    def label(*found: Finding) -> Annotation:
        return Annotation(
            id="i", channel="c", source="r0", text_sha256="", annotator="m", taxonomy={},
            errors=found,
        )  # fmt: skip

    old = "It came. Twice it came. She was sad."
    after = label(Finding(code="twice", span=span))
    checks = check(code(), "sad", label(Finding(code="sad", span="She was sad")), after, (old, new))
    assert checks["no_new_error"] is not came


@pytest.mark.parametrize(
    ("before", "after", "fewer", "gone"),
    [
        (["sad", "cross"], [], True, True),
        (["sad", "cross"], ["cross"], True, False),
        (["sad", "cross"], ["sad", "cross"], False, False),
        (["sad", "cross"], ["livid"], False, False),
        (["sad"], ["sad"], False, False),
        (["sad"], ["late"], True, False),
        (["sad"], ["He sighed"], False, False),
    ],
)
def test_what_cannot_be_mended_keeps_the_rest_from_nothing(
    before: list[str], after: list[str], fewer: bool, gone: bool
) -> None:
    old, new = "It is late. He is sad. She is cross.", "It is late. He sighed. She is cross."

    def label(spans: list[str], text: str) -> Annotation:
        return Annotation(
            id="i", channel="c", source="r0", text_sha256="", annotator="m", taxonomy={},
            errors=tuple(
                Finding(code="sad", span=span, start=text.find(span)) for span in spans
            ),
        )  # fmt: skip

    checks = check(code(), "sad", label(before, old), label(after, new), (old, new))
    assert (checks["fewer"], checks["gone"]) == (fewer, gone)


@pytest.mark.parametrize(
    ("old", "span", "new", "drops", "lost"),
    [
        ("It came. No doubt of his anger.", "anger", "It came.", {"negations"}, None),
        ("It came. No doubt of his anger.", "anger", "It came.", set(), "negations"),
        ("It was not paid sadly.", "sadly", "It was paid.", {"negations"}, "negations"),
        ("It came. The bot asked for more, but there was none.", "The bot asked for more",
         "It came.", {"negations"}, None),
        ("He gave the ID M-4471 to us.", "M-4471", "He gave the ID [masked] to us.",
         {"names", "numbers"}, None),
        ("He gave the ID M-4471 to us.", "M-4471", "He gave it to us.", {"names", "numbers"},
         "names"),
    ],
)  # fmt: skip
def test_what_may_go_with_the_faulty_words(
    old: str, span: str, new: str, drops: set[str], lost: str | None
) -> None:
    place = (old.index(span), old.index(span) + len(span))
    kept = keeps(old, new, [place], drops)
    assert [kind for kind, passed in kept.items() if not passed] == ([lost] if lost else [])


@pytest.mark.parametrize(
    ("old", "new", "lost"),
    [
        ("Kenji got in. Kenji said bye.", "Kenji got in.", None),
        ("It is late. Ask for Kenji sadly.", "It is late.", "names"),
        ("It is late. The two sides said bye.", "It is late.", None),
        ("It is late. The two cards came.", "It is late.", "numbers"),
    ],
)
def test_what_counts_as_a_lost_fact(old: str, new: str, lost: str | None) -> None:
    label = Annotation(id="i", channel="c", source="r0", text_sha256="", annotator="m", taxonomy={})
    checks = check(code(), "sad", label, label, (old, new))
    assert [kind for kind in KINDS if not checks[kind]] == ([lost] if lost else [])
