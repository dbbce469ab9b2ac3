"""Batch mode against a real server on loopback: one batch for each set of rows, all answered."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import Shape, question, replies
from mock_endpoint import Behaviour, MockEndpoint

from arf.errors import ArfError
from arf.llm import Reply, batch, batch_api, jobs


@pytest.fixture(autouse=True)
def _fast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setattr(batch, "FIRST_POLL", 0.02)
    monkeypatch.setattr(batch, "LONGEST_POLL", 0.05)
    monkeypatch.setattr(batch_api, "SETTLE", 0.3)
    monkeypatch.setattr(batch_api, "FIRST_PAUSE", 0.01)


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with MockEndpoint(Behaviour(batch_seconds=0.1), record=True) as running:
        yield running


def usage(folder: Path) -> dict[str, object]:
    found = json.loads((folder / "teach" / "usage.json").read_text())
    return dict(found["teacher"])


def failures(folder: Path) -> list[dict[str, str]]:
    lines = (folder / "teach" / "failures.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def left(folder: Path) -> list[Path]:
    return [path for path in (folder / ".arf" / "batches").glob("*/*") if path.is_dir()]


def whole(found: list[Reply]) -> bool:
    return all(reply.text and reply.failure is None for reply in found)


def test_replies_come_in_order_and_a_second_run_asks_nothing(
    server: MockEndpoint, tmp_path: Path
) -> None:
    questions = [question(i) for i in range(100)]
    first = replies(server.url, tmp_path, questions, mode="batch")
    assert [reply.question for reply in first] == questions
    assert whole(first)
    assert len({reply.text for reply in first}) == 100
    assert usage(tmp_path)["sent"] == 100
    assert left(tmp_path) == []
    assert replies(server.url, tmp_path, questions, mode="batch") == first
    assert usage(tmp_path)["hits"] == 100
    assert (server.stats.batches, server.stats.rows, server.stats.total) == (1, 100, 0)


def test_batch_and_live_share_their_answers(server: MockEndpoint, tmp_path: Path) -> None:
    questions = [question(i) for i in range(5)]
    first = replies(server.url, tmp_path, questions, mode="batch")
    assert replies(server.url, tmp_path, questions) == first
    assert server.stats.total == 0


def test_the_same_question_twice_is_asked_once(server: MockEndpoint, tmp_path: Path) -> None:
    questions = [question(i % 3) for i in range(9)]
    found = replies(server.url, tmp_path, questions, mode="batch")
    assert [reply.question for reply in found] == questions
    assert found[0].text == found[3].text != found[1].text
    assert server.stats.rows == 3


def test_a_job_holds_no_more_rows_and_bytes_than_it_may(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_ROWS", 4)
    assert whole(replies(server.url, tmp_path, [question(i) for i in range(10)], mode="batch"))
    assert server.stats.batches == 3
    monkeypatch.setattr(jobs, "MOST_BYTES", 700)  # a row has about 240 bytes
    again = [question(i) for i in range(10, 14)]
    assert whole(replies(server.url, tmp_path, again, mode="batch"))
    assert (server.stats.batches, server.stats.rows) == (5, 14)


def test_only_rows_that_failed_are_submitted_again(
    server: MockEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.behaviour.batch_faults = {"missing": 3, "failed": 4, "duplicate": 5}
    found = replies(server.url, tmp_path, [question(i) for i in range(20)], mode="batch")
    assert whole(found)
    assert (server.stats.batches, server.stats.rows) == (2, 27)
    assert usage(tmp_path)["retries"] == 7
    assert usage(tmp_path)["completion_tokens"] == 20 * (usage(tmp_path)["completion_tokens"] // 20)
    assert "teacher: batch 1 of 1: " in capsys.readouterr().err


def test_an_expired_batch_is_completed_by_another(server: MockEndpoint, tmp_path: Path) -> None:
    server.behaviour.batch_faults = {"expired": True}
    found = replies(server.url, tmp_path, [question(i) for i in range(20)], mode="batch")
    assert whole(found)
    assert (server.stats.batches, server.stats.rows) == (2, 20)


def test_rows_that_always_fail_end_as_failures(server: MockEndpoint, tmp_path: Path) -> None:
    server.behaviour.batch_faults = {"failed": 1, "always": True}
    limits = {"tries": 3}
    found = replies(server.url, tmp_path, [question(0)], mode="batch", limits=limits)
    assert found[0].failure is not None
    assert found[0].failure.kind == "server"
    assert "in 3 tries" in found[0].failure.reason
    assert server.stats.batches == 3
    assert failures(tmp_path)[0]["id"] == "botchat/0"


def test_rows_whose_batches_always_expire_end_as_timeouts(
    server: MockEndpoint, tmp_path: Path
) -> None:
    server.behaviour.batch_faults = {"expired": True, "always": True}
    limits = {"tries": 2}
    found = replies(server.url, tmp_path, [question(0)], mode="batch", limits=limits)
    assert found[0].failure is not None
    assert found[0].failure.kind == "timeout"


FAULTS = ("badjson", "wrongschema", "length", "empty", "null", "no-choices", "500", "429", "hang")


def test_mixed_faults_of_rows_all_mend(server: MockEndpoint, tmp_path: Path) -> None:
    questions = [question(i, f"first:{kind}", Shape) for i, kind in enumerate(FAULTS)]
    found = replies(server.url, tmp_path, questions, mode="batch")
    assert [reply.failure for reply in found] == [None] * len(FAULTS)
    assert all(isinstance(reply.value, Shape) for reply in found)
    assert server.stats.batches == 2
    assert usage(tmp_path)["repaid"] == 5


@pytest.mark.parametrize(
    ("fault", "kind", "batches"),
    [
        ("badjson", "invalid", 3),
        ("length", "length", 3),
        ("filter", "content_filter", 1),
        ("filter400", "content_filter", 1),
        ("refusal", "refusal", 1),
        ("context", "context", 1),
    ],
)
def test_what_cannot_mend_is_a_failure_after_its_tries(
    server: MockEndpoint, tmp_path: Path, fault: str, kind: str, batches: int
) -> None:
    questions = [question(0, f"always:{fault}", Shape), question(1, "", Shape)]
    bad, good = replies(server.url, tmp_path, questions, mode="batch")
    assert bad.failure is not None
    assert bad.failure.kind == kind
    assert good.failure is None
    assert server.stats.batches == batches


def test_a_reask_tells_what_was_wrong(server: MockEndpoint, tmp_path: Path) -> None:
    replies(server.url, tmp_path, [question(0, "first:badjson", Shape)], mode="batch")
    first, second = server.stats.bodies
    assert len(first["messages"]) == 1
    assert "That answer cannot be used" in second["messages"][-1]["content"]


def test_an_endpoint_without_response_format_gets_the_schema_in_words_and_is_remembered(
    server: MockEndpoint, tmp_path: Path
) -> None:
    server.behaviour.schema = False
    server.behaviour.answer = lambda body: '{"note": "late", "rating": 2}'
    questions = [question(i, "", Shape) for i in range(3)]
    assert whole(replies(server.url, tmp_path, questions, mode="batch"))
    assert server.stats.batches == 2
    assert whole(replies(server.url, tmp_path, questions, mode="batch"))
    assert server.stats.batches == 2
    assert whole(replies(server.url, tmp_path, [question(9, "", Shape)], mode="batch"))
    assert (server.stats.batches, server.stats.rows) == (3, 7)
    with pytest.raises(ArfError, match="takes no response_format; set answers: auto or prompt"):
        replies(server.url, tmp_path, questions, mode="batch", answers="schema")


def test_a_lost_answer_to_the_creation_makes_no_second_batch(
    server: MockEndpoint, tmp_path: Path
) -> None:
    server.behaviour.batch_faults = {"lose_create": True}
    assert whole(replies(server.url, tmp_path, [question(i) for i in range(5)], mode="batch"))
    assert (server.stats.batches, server.stats.rows) == (1, 5)


def test_an_invalid_batch_ends_the_run_with_its_reason_and_the_next_submits_anew(
    server: MockEndpoint, tmp_path: Path
) -> None:
    server.behaviour.batch_faults = {"invalid": True}
    with pytest.raises(ArfError, match=r"batch batch_1 failed: This line is not parseable"):
        replies(server.url, tmp_path, [question(0)], mode="batch")
    assert whole(replies(server.url, tmp_path, [question(0)], mode="batch"))
    assert server.stats.batches == 2


@pytest.mark.parametrize(
    ("behaviour", "changes", "words"),
    [
        ({"key": "right"}, {"key": "A_KEY"}, "refuses the key in A_KEY"),
        ({"models": ["other"]}, {}, "has no model mock"),
        ({}, {"base_url": "PATH"}, "has no Batch API"),
    ],
)
def test_what_the_user_has_to_correct_is_one_line(
    server: MockEndpoint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    behaviour: dict[str, object],
    changes: dict[str, str],
    words: str,
) -> None:
    monkeypatch.setenv("A_KEY", "wrong-secret")
    server.behaviour.change(behaviour)
    if "base_url" in changes:
        changes = {"base_url": server.url.removesuffix("/v1") + "/elsewhere"}
    with pytest.raises(ArfError, match=words) as error:
        replies(server.url, tmp_path, [question(0)], mode="batch", **changes)
    assert "\n" not in str(error.value)
    assert "wrong-secret" not in str(error.value)


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArfError, match="Connection refused, in 2 tries"):
        replies("http://127.0.0.1:9/v1", tmp_path, [question(0)], mode="batch", limits={"tries": 2})
