"""The graph with every role behind an endpoint: a real server on loopback that plays them all."""

import hashlib
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from mock_endpoint import Behaviour, MockEndpoint
from project import Project, copy_project

from arf.channels import count_cases
from arf.files import read_records
from arf.records import Annotation, Output

FEELING = " The customer was frustrated about it."
CHANNELS = ("botchat", "webform")


def played(body: dict[str, Any]) -> str:
    """Answers as a teacher who makes feelings up, a judge who sees it, an editor who mends it."""
    words = "\n".join(message["content"] for message in body["messages"])
    summary = re.search(r"<summary>\n(.*?)\n</summary>", words, re.DOTALL)
    if "You check summaries" in words and summary:
        found = FEELING.strip() in summary[1]
        error = {"code": "inferred_sentiment", "span": FEELING.strip(), "note": "not stated"}
        return json.dumps({"errors": [error] if found else [], "rating": 4 if found else 5})
    if "You correct one error" in words and summary:
        text = summary[1].replace(FEELING, "")
        return f"Here it is:\n```json\n{json.dumps({'text': text})}\n```"
    draw = hashlib.sha256(words.encode()).digest()
    told = f"The customer asked about request {draw[0]}{draw[1]} and it was looked into."
    return told + (FEELING if draw[2] % 4 else "")


@pytest.fixture(scope="module")
def server() -> Iterator[MockEndpoint]:
    with MockEndpoint(Behaviour(answer=played)) as running:
        yield running


@pytest.fixture(scope="module")
def project(server: MockEndpoint, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_project(tmp_path_factory.mktemp("endpoint") / "project")
    endpoint = {"provider": "openai", "base_url": server.url, "model": "mock"}
    project.set(
        roles__teacher=endpoint,
        roles__annotator=endpoint,
        roles__editor=endpoint,
        roles__judge=endpoint,
        roles__student=endpoint | {"model": "{student}", "prompt": "prompts/teacher.yaml"},
    )
    project.ok("dvc repro judge@r0 judge@r1 predict@student-r1")
    return project


def rows(project: Project, model: type, *parts: str) -> list[Any]:
    folder = project.root.joinpath("data", *parts)
    return [row for name in CHANNELS for row in read_records(folder / f"{name}.jsonl", model)]


def usage(project: Project, stage: str) -> dict[str, Any]:
    return dict(json.loads((project.root / f"metrics/requests/{stage}/usage.json").read_text()))


def test_the_teacher_writes_what_the_editor_mends(project: Project) -> None:
    r0, r1 = (rows(project, Output, "outputs", source) for source in ("r0", "r1"))
    assert [output.id for output in r0] == [output.id for output in r1]
    flawed = [output for output in r0 if FEELING in output.text]
    assert len(flawed) > len(r0) / 2
    assert not any(FEELING in output.text for output in r1)
    assert {output.model for output in r0} == {"mock"}
    edited = [output for output in r1 if output.edits]
    assert len(edited) == len(flawed)
    assert all(edit.verdict == "kept" for output in edited for edit in output.edits)


def test_the_judge_tells_them_apart(project: Project) -> None:
    for source, rating in (("r0", 4), ("r1", 5)):
        labels = rows(project, Annotation, "annotations", "judge", source)
        assert all(label.status == "scored" for label in labels)
        assert {label.annotator for label in labels} == {"openai:mock"}
        assert rating in {label.rating for label in labels}
    metrics = json.loads((project.root / "metrics/judge/r1.json").read_text())
    assert metrics["botchat"]["rating"]["mean"] == 5
    assert metrics["botchat"]["error_rate"]["wrong_outcome"]["rate"] == 0


def test_a_served_student_is_asked_by_its_name(project: Project, server: MockEndpoint) -> None:
    outputs = rows(project, Output, "outputs", "student-r1")
    assert outputs
    assert {output.model for output in outputs} == {"student-r1"}


def test_what_was_asked_is_counted(project: Project) -> None:
    teacher = usage(project, "teach")["teacher"]
    assert teacher["asked"] == teacher["sent"] == len(rows(project, Output, "outputs", "r0"))
    assert teacher["prompt_tokens"] > 0
    revised = usage(project, "revise-r1")
    assert set(revised) == {"annotator", "editor"}
    assert (project.root / "metrics/requests/teach/failures.jsonl").read_text() == ""


def test_forced_again_nothing_is_asked_and_every_byte_is_the_same(
    project: Project, server: MockEndpoint
) -> None:
    before = server.stats.total
    outputs = (project.root / "data/outputs/r1/botchat.jsonl").read_bytes()
    project.ok("dvc repro -f teach audit trial targets revise@r1 judge@r1 predict@student-r1")
    assert server.stats.total == before
    assert (project.root / "data/outputs/r1/botchat.jsonl").read_bytes() == outputs
    assert usage(project, "teach")["teacher"]["hits"] > 0


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"key": "NOT_SET"}, "NOT_SET is not set"),
        ({"base_url": "http://127.0.0.1:9/v1", "limits": {"patience": 1}}, "cannot connect"),
        ({"model": "missing"}, "no model missing"),
        ({"concurency": 3}, "unknown parameter roles.teacher.concurency"),
    ],
)
def test_a_mistake_is_one_line(
    project: Project, server: MockEndpoint, change: dict[str, Any], words: str
) -> None:
    server.behaviour.models = ["mock", "student-r1"]
    kept = (project.root / "params.yaml").read_text()
    endpoint = {"provider": "openai", "base_url": server.url, "model": "mock"}
    project.set(roles__teacher=endpoint | change)
    try:
        done = project.type("python -m arf.stages.teach")
    finally:
        (project.root / "params.yaml").write_text(kept)
        server.behaviour.models = None
    assert done.returncode == 1
    assert words in done.stdout
    assert "Traceback" not in done.stdout


def test_nothing_of_the_state_lies_in_what_is_shared(project: Project) -> None:
    assert (project.root / ".arf/answers/answers.db").exists()
    assert "answers.db" not in project.ok("git status --porcelain --ignored=no")
    assert ".arf" not in (project.root / "dvc.lock").read_text()


def count_cases_of(project: Project) -> int:
    folder = project.root / "data/cases"
    return sum(len((folder / f"{name}.jsonl").read_text().splitlines()) for name in CHANNELS)


@pytest.fixture
def apart(project: Project, server: MockEndpoint) -> Iterator[dict[str, Any]]:
    """The teacher's role with a model of its own, and afterwards the parameters as they were."""
    kept = (project.root / "params.yaml").read_text()
    yield {"provider": "openai", "base_url": server.url, "model": "apart"}
    (project.root / "params.yaml").write_text(kept)


def test_a_teacher_in_batches_sends_no_request_of_its_own(
    project: Project, server: MockEndpoint, apart: dict[str, Any]
) -> None:
    before, batches = server.stats.total, server.stats.batches
    project.set(roles__teacher=apart | {"mode": "batch"})
    project.ok("python -m arf.stages.teach")
    assert server.stats.total == before
    assert server.stats.batches == batches + 1
    outputs = rows(project, Output, "outputs", "r0")
    assert {output.model for output in outputs} == {"apart"}
    project.ok("python -m arf.stages.teach")
    assert server.stats.batches == batches + 1


def test_a_scheduler_that_ends_a_stage_costs_nothing(
    project: Project, server: MockEndpoint, apart: dict[str, Any]
) -> None:
    before, cases = server.stats.total, count_cases_of(project)
    project.set(roles__teacher=apart | {"model": "ended", "limits": {"concurrency": 4}})
    server.behaviour.latency = 0.3
    stage = project.start("python -m arf.stages.teach")
    while server.stats.total < before + 8:
        time.sleep(0.01)
    stage.terminate()
    told, _ = stage.communicate(timeout=60)
    server.behaviour.latency = 0.0
    assert "stopped; dvc repro goes on from here" in told
    assert stage.returncode == 1
    assert server.stats.total < before + cases
    project.ok("python -m arf.stages.teach")
    assert server.stats.total == before + cases


def test_a_teacher_by_files_stops_for_the_answers_and_goes_on(
    project: Project, server: MockEndpoint, apart: dict[str, Any]
) -> None:
    project.set(roles__teacher=apart | {"mode": "file", "model": "by-hand"})
    told = project.type("python -m arf.stages.teach")
    assert told.returncode == 1
    assert "vllm run-batch" in told.stdout
    requests = next((project.root / ".arf/handover").glob("*.jsonl"))
    results = requests.with_suffix(".results.jsonl")
    with results.open("w") as file:
        for line in requests.read_text().splitlines():
            row = json.loads(line)
            message = {"role": "assistant", "content": played(row["body"])}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            response = {"status_code": 200, "body": {"model": "m", "choices": [choice]}}
            answer = {"id": "x", "custom_id": row["custom_id"], "response": response}
            file.write(json.dumps(answer | {"error": None}) + "\n")
    project.ok("python -m arf.stages.teach")
    assert {output.model for output in rows(project, Output, "outputs", "r0")} == {"by-hand"}


def test_stages_know_how_many_questions_they_will_ask(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.root)
    for split, stage in ((None, "teach"), ("test", "judge-r0"), ("test", "predict-student-r1")):
        (own,) = usage(project, stage).values()
        assert own["asked"] == count_cases(CHANNELS, split)
