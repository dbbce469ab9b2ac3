"""`arf prompts show`: the words and the request of each role, for one case."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from arf.annotate.asking import ModelAnnotator
from arf.annotate.rules import RulesAnnotator
from arf.cli.prompts import prompts
from arf.errors import ArfError
from arf.files import write_records
from arf.llm.mock import MockAsker
from arf.patch import patch
from arf.prompts import load_prompt
from arf.records import Annotation, Case, Finding, Output
from arf.revise import Request
from arf.revise.asking import ModelEditor
from arf.taxonomy import load_taxonomy
from arf.write.asking import ModelWriter

ROOT = Path(__file__).parents[2]
SAD = "inferred_sentiment"
LOCAL = {"provider": "openai", "base_url": "http://localhost:8000/v1", "model": "m"}
FAR = LOCAL | {"base_url": "https://api.example.org/v1"}
CHAT = Case(
    id="chat-1", channel="botchat", split="test", text="Where is my parcel? I am x@example.org"
)
OUTPUT = Output(
    id="chat-1", channel="botchat", source="r0", provider="recorded",
    text="The customer was furious. The parcel of x@example.org was late.",
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    monkeypatch.chdir(tmp_path)
    form = Case(id="form-1", channel="webform", split="test", text="Please call me.")
    both = [case.model_copy(update={"id": "twice"}) for case in (CHAT, form)]
    write_records(Path("data/cases/botchat.jsonl"), [CHAT, both[0]])
    write_records(Path("data/cases/webform.jsonl"), [form, both[1]])
    write_records(Path("data/outputs/r0/botchat.jsonl"), [OUTPUT])
    return tmp_path


def set_role(name: str, value: dict[str, Any]) -> None:
    path = Path("params.yaml")
    path.write_text(patch(path.read_text("utf-8"), {"roles": {name: value}}), "utf-8")


def show(*options: str) -> tuple[str, str]:
    """What the command prints, and its notes."""
    result = CliRunner().invoke(prompts, ["show", *options], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


def told(messages: list[dict[str, str]]) -> str:
    return "".join(f"--- {m['role']}\n{m['content']}\n\n" for m in messages)


def request(out: str) -> dict[str, Any]:
    return dict(json.loads(out.partition("--- request")[2].partition("\n")[2]))


def nobody() -> MockAsker:
    return MockAsker(lambda question: "")


def test_without_models_the_prompts_are_shown_all_the_same(folder: Path) -> None:
    teacher = load_prompt(Path("prompts/teacher.yaml"))
    messages = ModelWriter("r0", nobody(), teacher).question(CHAT).messages
    out, notes = show("teacher", "--case", "chat-1")
    assert out == told(messages)
    assert "roles.teacher is recorded: no model is asked" in notes
    assert show("student", "--case", "chat-1") == (out, "")
    judge = ModelAnnotator(nobody(), load_prompt(Path("prompts/judge.yaml")), load_taxonomy())
    assert show("judge", "--case", "chat-1")[0] == told(judge.question(CHAT, OUTPUT).messages)


def test_the_editor_gets_the_places_that_the_annotator_found(folder: Path) -> None:
    taxonomy = load_taxonomy()
    found = next(RulesAnnotator(taxonomy).annotate([(CHAT, OUTPUT)])).errors
    places = tuple(error for error in found if error.code == SAD)
    assert places
    asked = ModelEditor(nobody(), taxonomy).question(Request(CHAT, OUTPUT, "r1", SAD, places))
    assert show("editor", "--case", "chat-1", "--code", SAD)[0] == told(asked.messages)
    _, notes = show("editor", "--case", "chat-1", "--code", "unn_content_email_copy")
    assert "chat-1 of r0 is not flagged with unn_content_email_copy" in notes


def test_a_model_annotator_is_not_asked_but_what_it_said_counts(folder: Path) -> None:
    set_role("annotator", LOCAL)
    _, notes = show("editor", "--case", "chat-1", "--code", SAD)
    assert "has not been asked about this output" in notes
    rules = next(RulesAnnotator(load_taxonomy()).annotate([(CHAT, OUTPUT)]))
    place = (Finding(code=SAD, span="late", note="why"),)
    said = {"annotator": "openai:m", "errors": place}
    label = Annotation.model_validate(rules.model_dump() | said)
    write_records(Path("data/annotations/audit/r0/botchat.jsonl"), [label])
    asked = ModelEditor(nobody(), load_taxonomy()).question(Request(CHAT, OUTPUT, "r1", SAD, place))
    out, notes = show("editor", "--case", "chat-1", "--code", SAD)
    assert out == told(asked.messages)
    assert "has not been asked" not in notes


def test_the_request_that_would_be_sent(folder: Path) -> None:
    set_role("judge", LOCAL | {"sampling": {"max_tokens": 7, "extra": {"top_k": 1}}})
    out, notes = show("judge", "--case", "chat-1")
    body = request(out)
    assert "--- request to http://localhost:8000/v1/chat/completions\n" in out
    assert (body["model"], body["max_tokens"], body["top_k"]) == ("m", 7, 1)
    assert body["response_format"]["type"] == "json_schema"
    assert "messages" not in body
    assert "x@example.org" in out
    assert "takes no response_format" in notes
    set_role("judge", LOCAL | {"answers": "prompt"})
    out, notes = show("judge", "--case", "chat-1")
    assert "response_format" not in request(out)
    assert "of this schema:" in out
    assert notes == ""


def test_personal_data_is_replaced_as_it_would_be(folder: Path) -> None:
    set_role("judge", FAR)
    out, notes = show("judge", "--case", "chat-1")
    assert "x@example.org" not in out
    assert out.count("[EMAIL_1]") == 3  # where the notice says what it is, too
    assert "[EMAIL_1] stands for x@example.org" in notes
    text = Path("params.yaml").read_text("utf-8")
    Path("params.yaml").write_text(patch(text, {"llm": {"pseudonymise": False}}), "utf-8")
    assert "x@example.org" in show("judge", "--case", "chat-1")[0]


def test_a_model_in_this_process_reads_the_schema(folder: Path) -> None:
    set_role("judge", {"provider": "local", "model": "models/base/default"})
    out, _ = show("judge", "--case", "chat-1")
    assert "of this schema:" in out
    assert "--- request" not in out


def test_a_served_student_is_called_by_its_name(folder: Path) -> None:
    served = LOCAL | {"model": "{student}", "prompt": "prompts/teacher.yaml"}
    set_role("student", served)
    assert request(show("student", "--case", "form-1")[0])["model"] == "{student}"
    out, _ = show("student", "--case", "form-1", "--source", "student-r1")
    assert request(out)["model"] == "student-r1"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["teacher", "--case", "chat-2"], "no such case in data/cases (did you mean chat-1?)"),
        (
            ["teacher", "--case", "chat-1", "--channel", "webform"],
            "no such case in data/cases/webform",
        ),
        (["teacher", "--case", "chat-1", "--channel", "webfrm"], "did you mean webform"),
        (["teacher", "--case", "twice"], "botchat, webform have it; add --channel"),
        (
            ["judge", "--case", "chat-1", "--source", "r7"],
            "--source r7: nothing in data/outputs/r7/botchat.jsonl (there are r0)",
        ),
        (["judge", "--case", "twice", "--channel", "botchat"], "r0 has no output for twice"),
        (["editor", "--case", "chat-1"], "--code: say which error is to be edited: inferred_senti"),
        (
            ["editor", "--case", "chat-1", "--code", "infered_sentiment"],
            "did you mean inferred_senti",
        ),
        (["editor", "--case", "chat-1", "--code", "wrong_outcome"], "wrong_outcome has no prompt"),
    ],
)
def test_mistakes_are_one_line(folder: Path, options: list[str], message: str) -> None:
    with pytest.raises(ArfError) as error:
        show(*options)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_before_the_first_run(
    folder: Path, make_case: Callable[..., Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(folder / "data")
    with pytest.raises(ArfError, match="run the stage that writes it"):
        show("teacher", "--case", "chat-1")
