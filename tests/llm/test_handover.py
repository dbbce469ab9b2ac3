"""File mode: requests go out in a file, results come back in another, nothing is asked twice."""

import json
import subprocess
import sys
from codecs import BOM_UTF8
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from asking import Shape, endpoint, question

from arf.errors import ArfError
from arf.llm import Question, Reply
from arf.llm.account import account
from arf.llm.cache import Answers
from arf.llm.deferred.handover import FileAsker
from arf.llm.desk import Desk
from arf.llm.endpoint import LlmParams
from arf.llm.open import open_asker

URL = "https://vllm.example/v1"
Line = dict[str, Any]


@pytest.fixture(autouse=True)
def _project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.chdir(tmp_path)


def ask(folder: Path, questions: list[Question], **changes: Any) -> list[Reply]:
    """Asks as a stage does."""
    changes.setdefault("limits", {}).setdefault("max_failed", 1)
    model = endpoint(URL, mode="file", **changes)
    (folder / ".arf").mkdir(exist_ok=True)
    with account("teach", LlmParams(), folder) as spending:
        meter = spending.meter("teacher", model)
        answers = Answers(folder / ".arf" / "answers.db")
        spending.closing.callback(answers.close)
        return list(FileAsker(Desk("teacher", model, meter, answers, None), "teach").ask(questions))


def hand_over(folder: Path, questions: list[Question], **changes: Any) -> str:
    """Asks where requests have to be answered first, and returns the message."""
    with pytest.raises(ArfError, match="and run dvc repro again") as error:
        ask(folder, questions, **changes)
    assert "\n" not in str(error.value)
    return str(error.value)


def requests(folder: Path) -> list[Path]:
    """The files of requests that wait for results."""
    files = (folder / ".arf" / "handover").glob("*.jsonl")
    return sorted(
        path
        for path in files
        if ".results" not in path.name and not path.with_suffix(".results.jsonl").exists()
    )


def completion(text: str, **changes: Any) -> Line:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"} | changes
    return {"model": "mock", "choices": [choice], "usage": {"prompt_tokens": 9}}


def openai_line(row: Line, status: int = 200, body: Line | None = None) -> Line:
    body = completion(f"An answer to {row['custom_id'][:6]}.") if body is None else body
    response = {"status_code": status, "request_id": "r", "body": body}
    return {"id": "b", "custom_id": row["custom_id"], "response": response, "error": None}


def answer(
    folder: Path, make: Callable[[Line], list[Line]] = lambda row: [openai_line(row)]
) -> int:
    """Answers the one file that waits; returns how many requests it held."""
    (path,) = requests(folder)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    lines = [json.dumps(line) + "\n" for row in reversed(rows) for line in make(row)]
    path.with_suffix(".results.jsonl").write_text("".join(lines))
    return len(rows)


def whole(found: list[Reply]) -> bool:
    return all(reply.text and reply.failure is None for reply in found)


def test_the_first_run_says_what_to_do_and_the_next_has_the_replies(tmp_path: Path) -> None:
    questions = [question(i % 5) for i in range(6)]
    message = hand_over(tmp_path, questions)
    (path,) = requests(tmp_path)
    assert path.name.startswith("teacher-teach-01-")
    results = path.with_suffix(".results.jsonl")
    assert message.startswith(f"5 requests of roles.teacher are in {path}: ")
    assert f"vllm run-batch -i {path} -o {results} --model mock" in message
    first = json.loads(path.read_text().splitlines()[0])
    assert (first["method"], first["url"]) == ("POST", "/v1/chat/completions")
    assert first["body"]["model"] == "mock"
    assert first["body"]["messages"] == questions[0].messages
    assert hand_over(tmp_path, questions) == message
    assert answer(tmp_path) == 5
    found = ask(tmp_path, questions)
    assert [reply.question for reply in found] == questions
    assert whole(found)
    assert found[0].text == found[5].text != found[1].text
    assert not list((tmp_path / ".arf" / "handover").glob("*.jsonl"))
    assert len(list((tmp_path / ".arf" / "handover" / "done").iterdir())) == 2
    assert ask(tmp_path, questions) == found


def test_the_shape_that_vllm_gives_is_read(tmp_path: Path) -> None:
    """Lines as `vllm run-batch` writes them; one bears an error without a body."""

    def line(row: Line) -> list[Line]:
        told = {"id": "vllm-1", "custom_id": row["custom_id"], "error": None}
        response = {"status_code": 200, "request_id": "vllm-batch-1", "body": completion("Late.")}
        if "Case 1:" in row["body"]["messages"][0]["content"]:
            error = {"error": {"message": "maximum context length", "code": 400}}
            return [told | {"response": {"status_code": 400, "request_id": "x"}, "error": error}]
        return [told | {"response": response}]

    questions = [question(0), question(1)]
    hand_over(tmp_path, questions)
    answer(tmp_path, line)
    good, bad = ask(tmp_path, questions)
    assert good.text == "Late."
    assert bad.failure is not None
    assert bad.failure.kind == "context"


def test_rows_without_a_usable_answer_go_into_the_next_round(tmp_path: Path) -> None:
    questions = [question(i, "", Shape) for i in range(5)]
    good = completion('{"note": "late", "rating": 2}')
    hand_over(tmp_path, questions)

    def some(row: Line) -> list[Line]:
        content = row["body"]["messages"][0]["content"]
        if "Case 0:" in content:
            return []
        if "Case 1:" in content:
            return [openai_line(row, 500, {"error": {"message": "overloaded"}})]
        if "Case 2:" in content:
            return [openai_line(row, body=completion("no JSON"))]
        return [openai_line(row, body=good), openai_line(row, body=completion("a second"))]

    assert answer(tmp_path, some) == 5
    assert hand_over(tmp_path, questions).startswith("3 requests of roles.teacher are in ")
    (path,) = requests(tmp_path)
    assert path.name.startswith("teacher-teach-02-")
    assert "That answer cannot be used" in path.read_text()
    assert hand_over(tmp_path, questions).startswith("3 requests of roles.teacher are in ")
    assert answer(tmp_path, lambda row: [openai_line(row, body=good)]) == 3
    found = ask(tmp_path, questions)
    assert [reply.value for reply in found] == [Shape(note="late", rating=2)] * 5
    assert not list((tmp_path / ".arf" / "handover").glob("*.jsonl"))


@pytest.mark.parametrize(
    ("line", "rounds", "kind"),
    [
        (lambda row: [openai_line(row, 500, {"error": {"message": "no"}})], 4, "server"),
        (lambda row: [], 4, "server"),
        (lambda row: [openai_line(row, body=completion("no JSON"))], 3, "invalid"),
        (lambda row: [openai_line(row, body=completion("", finish_reason="length"))], 3, "length"),
        (lambda row: [openai_line(row, body={"odd": 1})], 4, "server"),
        (
            lambda row: [openai_line(row, body=completion("", finish_reason="content_filter"))],
            1,
            "content_filter",
        ),
        (lambda row: [openai_line(row, 400, {"error": {"message": "odd"}})], 1, "rejected"),
    ],
)
def test_after_the_last_round_it_is_a_failure(
    tmp_path: Path,
    line: Callable[[Line], list[Line]],
    rounds: int,
    kind: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    limits = {"tries": 4, "reasks": 2}
    good = completion('{"note": "late", "rating": 2}')
    questions = [question(0, "", Shape), question(1, "", Shape)]

    def answers(row: Line) -> list[Line]:
        is_bad = "Case 0:" in row["body"]["messages"][0]["content"]
        return line(row) if is_bad else [openai_line(row, body=good)]

    for number in range(rounds):
        hand_over(tmp_path, questions, limits=limits)
        told = "1 of 1 rows are to be asked again: " if number > 1 else ""
        assert told in capsys.readouterr().err or kind != "server"
        assert answer(tmp_path, answers) == (2 if number == 0 else 1)
    bad, fine = ask(tmp_path, questions, limits=limits)
    assert bad.failure is not None
    assert bad.failure.kind == kind
    assert fine.failure is None
    assert not list((tmp_path / ".arf" / "handover").glob("*.jsonl"))


def test_a_final_failure_stays_one_while_others_wait(tmp_path: Path) -> None:
    questions = [question(0), question(1)]

    def line(row: Line) -> list[Line]:
        if "Case 0:" in row["body"]["messages"][0]["content"]:
            return [openai_line(row, body=completion("", finish_reason="content_filter"))]
        return []

    hand_over(tmp_path, questions)
    answer(tmp_path, line)
    hand_over(tmp_path, questions)
    assert hand_over(tmp_path, questions).startswith("1 request of roles.teacher is in ")
    assert answer(tmp_path) == 1
    bad, good = ask(tmp_path, questions)
    assert bad.failure is not None
    assert bad.failure.kind == "content_filter"
    assert good.text


def test_new_questions_go_into_a_file_of_their_own(tmp_path: Path) -> None:
    hand_over(tmp_path, [question(i) for i in range(3)])
    (first,) = requests(tmp_path)
    questions = [question(i) for i in range(5)]
    message = hand_over(tmp_path, questions)
    second = next(path for path in requests(tmp_path) if path != first)
    assert len(second.read_text().splitlines()) == 2
    assert message.startswith("5 requests of roles.teacher are in ")
    assert str(first) in message
    assert second.name in message


def test_results_of_what_is_no_longer_asked_are_kept(tmp_path: Path) -> None:
    hand_over(tmp_path, [question(i) for i in range(3)])
    answer(tmp_path)
    assert whole(ask(tmp_path, [question(0)]))
    assert whole(ask(tmp_path, [question(i) for i in range(3)]))


def test_a_result_of_no_request_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hand_over(tmp_path, [question(0)])
    answer(tmp_path, lambda row: [openai_line(row), openai_line({"custom_id": "odd-one"})])
    assert whole(ask(tmp_path, [question(0)]))
    assert "results.jsonl: 1 results of no request in it were ignored" in capsys.readouterr().err


def test_broken_files_are_told_with_their_line(tmp_path: Path) -> None:
    questions = [question(i) for i in range(2)]
    hand_over(tmp_path, questions)
    answer(tmp_path)
    (results,) = (tmp_path / ".arf" / "handover").glob("*.results.jsonl")
    lines = results.read_text().splitlines()
    for broken in ('{"custom_id": ', '{"response": null}', "[]"):
        results.write_text(f"{lines[0]}\n{broken}\n")
        with pytest.raises(ArfError, match=r"results\.jsonl:2: "):
            ask(tmp_path, questions)
    results.unlink()
    (path,) = requests(tmp_path)
    path.write_text('{"custom_id": "mine"}\n')
    with pytest.raises(ArfError, match=rf"{path.name}:1: custom_id"):
        ask(tmp_path, questions)


def test_without_response_format_the_schema_goes_into_the_prompt(tmp_path: Path) -> None:
    questions = [question(i, "", Shape) for i in range(2)]
    hand_over(tmp_path, questions)
    error = {"error": {"message": "response_format is not supported"}}
    answer(tmp_path, lambda row: [openai_line(row, 400, error)])
    hand_over(tmp_path, questions)
    (path,) = requests(tmp_path)
    assert "response_format" not in path.read_text()
    good = completion('{"note": "late", "rating": 2}')
    answer(tmp_path, lambda row: [openai_line(row, body=good)])
    assert whole(ask(tmp_path, questions))


def test_two_runs_that_end_between_reading_and_writing_lose_nothing(tmp_path: Path) -> None:
    questions = [question(i) for i in range(4)]
    hand_over(tmp_path, questions)
    answer(tmp_path, lambda row: [] if "Case 3" in str(row) else [openai_line(row)])
    with pytest.MonkeyPatch.context() as killing, pytest.raises(KeyboardInterrupt):
        killing.setattr(FileAsker, "_hand_over", interrupt)
        ask(tmp_path, questions)
    assert hand_over(tmp_path, questions).startswith("1 request of roles.teacher is in ")
    assert answer(tmp_path) == 1
    assert whole(ask(tmp_path, questions))


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_file_mode_needs_no_network_client(tmp_path: Path) -> None:
    code = "import sys, arf.llm.deferred.handover; print({'openai', 'aiohttp'} & set(sys.modules))"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "set()"


def test_no_key_is_needed_and_a_file_of_another_system_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    model = endpoint(URL, mode="file", key="NO_SUCH_KEY")

    def ask_openly() -> list[Reply]:
        with account("teach", LlmParams(), tmp_path) as spending:
            return list(open_asker(model, "teacher", spending).ask([question(0)]))

    with pytest.raises(ArfError, match="and run dvc repro again"):
        ask_openly()
    assert answer(tmp_path, lambda row: [openai_line(row, body=completion("Late."))]) == 1
    (results,) = (tmp_path / ".arf" / "handover").glob("*.results.jsonl")
    results.write_bytes(BOM_UTF8 + results.read_bytes())
    assert ask_openly()[0].text == "Late."
