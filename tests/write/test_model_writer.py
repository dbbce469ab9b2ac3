"""A model as a writer, and the roles that ask for one."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from arf.files import sha256_text
from arf.llm import Failure, Question, Reply
from arf.llm import open as opening
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.llm.mock import MockAsker
from arf.models.generate import Greedy, Sampling
from arf.prompts import Prompt, load_prompt
from arf.records import Case
from arf.write.asking import ModelWriter
from arf.write.providers import (
    EndpointStudent,
    EndpointTeacher,
    StudentRole,
    TeacherRole,
    open_student,
    open_teacher,
)
from arf.write.recorded import RecordedWriter

ROOT = Path(__file__).parents[2]
PROMPT = Prompt(system="Be brief.", user="Sum up: {{ body }}")
ENDPOINT = {"provider": "openai", "base_url": "http://127.0.0.1:1/v1", "model": "m"}


def cases(count: int) -> list[Case]:
    return [
        Case(id=str(i), channel="botchat", split="test", text=f"case {i}") for i in range(count)
    ]


def test_each_answer_becomes_an_output() -> None:
    asker = MockAsker(lambda question: question.messages[-1]["content"].upper())
    outputs = list(ModelWriter("r0", asker, PROMPT).write(cases(2)))
    assert [output.text for output in outputs] == ["SUM UP: CASE 0", "SUM UP: CASE 1"]
    assert {
        (o.channel, o.source, o.provider, o.model, o.prompt_sha256, o.parent) for o in outputs
    } == {("botchat", "r0", "mock", "mock", PROMPT.sha256, None)}
    assert [question.id for question in asker.asked] == ["botchat/0", "botchat/1"]
    assert [m["role"] for m in asker.asked[0].messages] == ["system", "user"]
    assert asker.asked[0].shape is None


@given(st.lists(st.one_of(st.text(), st.just(None)), max_size=8))
def test_a_case_without_an_answer_gets_no_output(answers: list[str | None]) -> None:
    queue = iter(answers)

    def answer(_: Question) -> str | Failure:
        text = next(queue)
        return Failure("length", "cut") if text is None else text

    outputs = list(ModelWriter("r0", MockAsker(answer), PROMPT).write(cases(len(answers))))
    expected = [(str(i), text) for i, text in enumerate(answers) if text is not None]
    assert [(output.id, output.text) for output in outputs] == expected


class OneByOne(MockAsker):
    """Answers each question before it takes the next one."""

    def ask(self, questions: Iterable[Question]) -> Iterator[Reply]:
        for question in questions:
            yield Reply(question, "text")


def test_cases_are_not_held() -> None:
    taken: list[str] = []

    def stream() -> Iterator[Case]:
        for case in cases(50):
            taken.append(case.id)
            yield case

    for number, _ in enumerate(ModelWriter("r0", OneByOne(lambda _: ""), PROMPT).write(stream())):
        assert len(taken) == number + 1


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, str]]:
    """Lets a mock answer whatever role is opened, and lists the roles."""
    seen: list[tuple[object, str]] = []

    def open_asker(role: object, name: str, _: object) -> MockAsker:
        seen.append((role, name))
        return MockAsker(lambda question: "answer")

    monkeypatch.setattr(opening, "open_asker", open_asker)
    return seen


def test_a_teacher_is_recorded_or_asked(
    opened: list, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    recorded = TeacherRole.model_validate({"provider": "recorded"})
    served = TeacherRole.model_validate(ENDPOINT)
    with account("teach", LlmParams(), tmp_path) as spending:
        assert isinstance(open_teacher(recorded, "r0", Path, spending), RecordedWriter)
        assert opened == []
        (output,) = open_teacher(served, "r0", Path, spending).write(cases(1))
    assert output.prompt_sha256 == load_prompt(Path("prompts/teacher.yaml")).sha256
    ((role, name),) = opened
    assert isinstance(role, EndpointTeacher)
    assert name == "teacher"
    assert (tmp_path / "teach/usage.json").read_text("utf-8") == "{}\n"
    assert (tmp_path / "teach/failures.jsonl").read_bytes() == b""


def test_a_served_student_is_asked_by_its_name(opened: list, tmp_path: Path) -> None:
    prompt = tmp_path / "p.yaml"
    prompt.write_text("user: Sum up {{ body }}", "utf-8")
    student = ENDPOINT | {"model": "models/{student}", "prompt": prompt, "sampling": {"top_p": 0.5}}
    role = StudentRole.model_validate(student)
    adapter, base = tmp_path / "student-r1", tmp_path / "default"
    adapter.mkdir()
    with account("predict", LlmParams(), tmp_path) as spending:

        def ask(source: str, adapter: Path | None, decoding: Greedy | Sampling) -> None:
            writer = open_student(role, source, base, adapter, 9, 9, decoding, spending)
            (output,) = writer.write(cases(1))
            assert (output.source, output.text) == (source, "answer")

        (adapter / "adapter_model.safetensors").write_bytes(b"1")
        ask("student-r1", adapter, Greedy())
        ask("base-default", None, Greedy())
        ask("sampled", adapter, Sampling(0.7, 3))
        (adapter / "adapter_model.safetensors").write_bytes(b"2")
        ask("student-r1", adapter, Greedy())
    greedy, untuned, drawn, retrained = (role for role, _ in opened)
    assert isinstance(greedy, EndpointStudent)
    assert (greedy.model, untuned.model, drawn.model) == (
        "models/student-r1", "models/default", "models/student-r1",
    )  # fmt: skip
    assert (greedy.sampling.temperature, greedy.sampling.max_tokens) == (0, 9)
    assert (drawn.sampling.temperature, drawn.sampling.seed) == (0.7, 3)
    assert greedy.sampling.top_p == drawn.sampling.top_p == 0.5
    assert greedy.weights_sha256 == drawn.weights_sha256 != retrained.weights_sha256
    assert untuned.weights_sha256 == sha256_text("")
    assert role.root.model == "models/{student}"


def test_a_student_in_this_process_has_an_account(tmp_path: Path) -> None:
    prompt = tmp_path / "p.yaml"
    prompt.write_text("user: Sum up {{ body }}", "utf-8")
    role = StudentRole.model_validate({"provider": "local", "prompt": prompt, "max_failed": 0.1})
    with account("predict", LlmParams(), tmp_path) as spending:
        open_student(role, "s", tmp_path / "base", None, 9, 9, Greedy(), spending)
        meter = spending.meters["student"]
    assert (meter.usage.model, meter.usage.money, meter.max_failed) == ("base", 0, 0.1)
    assert meter.max_failed_name == "roles.student.max_failed"


@pytest.mark.parametrize(
    ("role", "value", "complaint"),
    [
        (TeacherRole, {"provider": "recorded", "prompt": "prompts/teacher.yaml"}, "Extra inputs"),
        (TeacherRole, ENDPOINT | {"prompt": "../teacher.yaml"}, "has to lie under prompts/"),
        (TeacherRole, ENDPOINT | {"prompt": "/prompts/teacher.yaml"}, "has to lie under prompts/"),
        (StudentRole, {"provider": "local"}, "prompt"),
        (StudentRole, {"provider": "local", "prompt": "p", "model": "m"}, "Extra inputs"),
        (StudentRole, ENDPOINT | {"prompt": "p", "model": "m"}, "all students would be one"),
        (StudentRole, {"provider": "recorded"}, "tag"),
    ],
)
def test_a_role_takes_what_it_can_use(role: type, value: dict, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        role.model_validate(value)
