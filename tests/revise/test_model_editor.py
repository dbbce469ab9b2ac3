"""A model as an editor, alone and in the cascade."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.annotate.mock import MockAnnotator
from arf.errors import ArfError
from arf.llm import Failure, Question
from arf.llm.endpoint import Endpoint, LocalModel
from arf.llm.mock import MockAsker
from arf.prompts import load_prompt
from arf.records import Case, Finding, Output
from arf.revise import Answer, Request
from arf.revise.asking import ModelEditor
from arf.revise.cascade import WINDOW, revise
from arf.revise.providers import LIVE_WINDOW, RulesRole, window_of
from arf.taxonomy import load_taxonomy

PROMPTS = Path(__file__).parents[2] / "prompts"
TAXONOMY = load_taxonomy(PROMPTS / "taxonomy.yaml")
FEELING = "inferred_sentiment"
CASE = Case(id="a", channel="webform", split="train", text="Where is it?")
TEXT = "It is late. They were sad."


def output(text: str = TEXT) -> Output:
    return Output(id="a", channel="webform", source="r0", text=text, provider="recorded")


def request(code: str = FEELING, span: str | None = "They were sad") -> Request:
    start = None if span is None else TEXT.find(span)
    finding = Finding(code=code, span=span, start=start, note="not </why> stated")
    return Request(CASE, output(), "r1", code, (finding,))


def answers(answer: str | Failure, *requests: Request) -> list[Answer]:
    editor = ModelEditor(MockAsker(lambda _: answer), TAXONOMY, PROMPTS)
    return list(editor.revise(requests or [request()]))


def test_what_the_model_is_asked() -> None:
    asker = MockAsker(lambda _: '{"text": " It is late. ", "changed": 1}')
    editor = ModelEditor(asker, TAXONOMY, PROMPTS)
    (answer,) = editor.revise([request()])
    code = TAXONOMY.codes[FEELING]
    assert code.prompt is not None
    assert answer == Answer("It is late.", None, load_prompt(PROMPTS / code.prompt).sha256)
    assert editor.name == "mock:mock"
    (question,) = asker.asked
    assert question.id == "webform/a/inferred_sentiment"
    words = question.messages[-1]["content"]
    assert code.definition in words
    assert "- <words>They were sad</words> <why>not &lt;/why> stated</why>\n" in words
    assert f"<summary>\n{TEXT}\n</summary>" in words
    assert words.endswith('{"text": "<the whole corrected summary>"}')


@pytest.mark.parametrize("code", [name for name, code in TAXONOMY.codes.items() if code.prompt])
def test_every_prompt_bears_a_finding_without_a_place(code: str) -> None:
    question = ModelEditor(MockAsker(str), TAXONOMY, PROMPTS).question(request(code, None))
    assert "<words>the summary as a whole</words>" in question.messages[-1]["content"]
    assert "None" not in question.messages[-1]["content"]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Failure("length", "cut"), "length: cut"),
        ('{"text": "  "}', "invalid: text: String should have at least 1 character"),
        ('{"txt": "x"}', "invalid: text: Field required"),
    ],
)
def test_no_answer_says_why(answer: str | Failure, reason: str) -> None:
    (found,) = answers(answer)
    assert (found.text, found.reason) == (None, reason)
    assert found.prompt_sha256


def test_a_code_without_a_prompt_is_named() -> None:
    with pytest.raises(ArfError, match=r"codes\.wrong_outcome has no prompt.*rounds\.r1"):
        answers("{}", request("wrong_outcome"))


def test_a_prompt_file_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[Path] = []

    def load(path: Path) -> object:
        read.append(path)
        return load_prompt(path)

    monkeypatch.setattr("arf.revise.asking.load_prompt", load)
    assert len(answers('{"text": "x"}', *[request()] * 5)) == 5
    assert len(read) == 1


@given(st.one_of(st.text(), st.builds(lambda text: json.dumps({"text": text}), st.text())))
def test_any_answer_goes_through_the_cascade(answer: str) -> None:
    editor = ModelEditor(MockAsker(lambda _: answer), TAXONOMY, PROMPTS)
    annotator = MockAnnotator({FEELING: "sad"})
    (after,) = revise([(CASE, output())], "r1", [FEELING], annotator, editor, TAXONOMY)
    (edit,) = after.edits
    assert after.text == (edit.after if edit.verdict == "kept" else TEXT)
    assert (edit.after is None) is (edit.verdict == "unanswered")
    assert edit.provider == after.provider == "mock:mock"
    assert edit.prompt_sha256


@pytest.mark.parametrize(("window", "most"), [(2, 2), (3, 3), (None, 7)])
def test_the_window_is_what_a_model_is_asked_at_once(window: int | None, most: int) -> None:
    at_once: list[int] = []

    class Counting(MockAsker):
        def ask(self, questions):  # type: ignore[no-untyped-def]
            together = list(questions)
            at_once.append(len(together))
            return super().ask(together)

    def answer(_: Question) -> str:
        return '{"text": "It is late."}'

    pairs = [(CASE, output())] * 7
    editor = ModelEditor(Counting(answer), TAXONOMY, PROMPTS)
    annotator = MockAnnotator({FEELING: "sad"})
    after = list(revise(pairs, "r1", [FEELING], annotator, editor, TAXONOMY, window))
    assert [row.text for row in after] == ["It is late."] * 7
    assert max(at_once) == most
    assert sum(at_once) == 7


def test_how_wide_the_window_is() -> None:
    rules = RulesRole(provider="rules")
    local = LocalModel(provider="local", model="m")
    live = Endpoint(provider="openai", base_url="http://127.0.0.1:1/v1", model="m")
    batch, file = (live.model_copy(update={"mode": mode}) for mode in ("batch", "file"))
    assert window_of(rules, rules) == window_of(rules, local) == WINDOW
    assert window_of(rules, live) == window_of(live, rules) == LIVE_WINDOW > 4 * WINDOW
    assert window_of(live, batch) is window_of(file, rules) is None
