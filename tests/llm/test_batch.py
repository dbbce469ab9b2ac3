"""Batch mode against a real server on loopback: one batch for each set of rows, all answered."""

import json
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from asking import Shape, endpoint, question, replies
from mock_endpoint import Behaviour, MockEndpoint
from tokenizers import Tokenizer
from tokenizers.models import WordLevel

from arf.errors import ArfError
from arf.llm import Question, Reply
from arf.llm.account import account
from arf.llm.cache import Answers
from arf.llm.deferred import batch, batch_api, jobs, rows
from arf.llm.desk import Desk
from arf.llm.endpoint import LlmParams
from arf.llm.faults import Fault
from arf.llm.privacy import Pseudonymiser
from arf.llm.tracing import Tracer


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


PRICES = """\
currency: USD
models:
  - {model: mock, since: 2026-01-01, input: 0, output: 1000000, batch: 0.5, source: a test}
"""


def test_a_budget_lets_through_what_it_surely_covers_and_then_the_rest_of_it(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices.yaml").write_text(PRICES)
    questions = [question(i) for i in range(30)]
    with pytest.raises(ArfError, match=r"roles\.teacher\.budget: 100\.00 USD is used up"):
        replies(server.url, tmp_path, questions, mode="batch", budget=100)  # 25 a row at most
    spent = usage(tmp_path)["money"]
    done = server.stats.rows
    assert isinstance(spent, float)
    assert 50 < spent <= 100
    assert done > 4
    assert 1 < server.stats.batches < 6  # one row a batch, each a day, would be no use
    assert whole(replies(server.url, tmp_path, questions, mode="batch"))
    assert (server.stats.rows, server.stats.row_repeats) == (30, 0)


def test_a_budget_of_zero_sends_nothing(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "prices.yaml").write_text(PRICES)
    with pytest.raises(ArfError, match=r"roles\.teacher\.budget"):
        replies(server.url, tmp_path, [question(0)], mode="batch", budget=0)
    assert (server.stats.files, server.stats.batches) == (0, 0)


def test_what_is_under_way_waits_where_the_account_may_have_no_more(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batch, "FULL", "invalid_json_line")
    monkeypatch.setattr(jobs, "MOST_ROWS", 5)
    server.behaviour.batch_faults = {"invalid": True}
    assert whole(replies(server.url, tmp_path, [question(i) for i in range(10)], mode="batch"))
    assert server.stats.batches == 3
    server.behaviour.batch_faults = {"invalid": True, "always": True}
    with pytest.raises(ArfError, match="failed: This line is not parseable"):
        replies(server.url, tmp_path, [question(i) for i in range(10, 20)], mode="batch")


def stop(server: MockEndpoint, folder: Path, count: int) -> None:
    """Submits a batch and stops as soon as it is under way."""
    with pytest.MonkeyPatch.context() as stopping, pytest.raises(KeyboardInterrupt):
        stopping.setattr(batch.Round, "_wait", interrupt)
        replies(server.url, folder, [question(i) for i in range(count)], mode="batch")


def interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def test_paid_answers_to_what_is_no_longer_asked_are_kept(
    server: MockEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stop(server, tmp_path, 10)
    assert "dvc repro goes on waiting for them" in capsys.readouterr().err
    assert whole(replies(server.url, tmp_path, [question(i) for i in range(4)], mode="batch"))
    assert "waits for batch batch_1" in capsys.readouterr().err
    assert usage(tmp_path)["prompt_tokens"]
    assert whole(replies(server.url, tmp_path, [question(i) for i in range(12)], mode="batch"))
    assert (server.stats.batches, server.stats.rows) == (2, 12)
    assert usage(tmp_path)["hits"] == 10


def test_a_cancelled_batch_keeps_its_answers_and_ends_the_run(
    server: MockEndpoint, tmp_path: Path
) -> None:
    server.behaviour.batch_seconds = 2
    stop(server, tmp_path, 40)
    deadline = time.monotonic() + 10
    while server.stats.rows < 5 and time.monotonic() < deadline:
        time.sleep(0.02)
    request = urllib.request.Request(f"{server.url}/batches/batch_1/cancel", method="POST")
    with urllib.request.urlopen(request) as response:
        assert response.status == 200
    server.behaviour.batch_seconds = 0.1
    questions = [question(i) for i in range(40)]
    with pytest.raises(ArfError, match="batch_1 was cancelled; dvc repro submits what it left"):
        replies(server.url, tmp_path, questions, mode="batch")
    assert whole(replies(server.url, tmp_path, questions, mode="batch"))
    assert (server.stats.rows, server.stats.row_repeats) == (40, 0)


def test_a_batch_of_another_key_is_not_submitted_again(
    server: MockEndpoint, tmp_path: Path
) -> None:
    stop(server, tmp_path, 3)
    (folder,) = left(tmp_path)
    record = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps(record | {"batch": "batch_77"}))
    with pytest.raises(ArfError, match=f"batch_77 or its results are not there.*{folder.name}"):
        replies(server.url, tmp_path, [question(0)], mode="batch")
    (folder / "record.json").write_text("{")
    with pytest.raises(ArfError, match="no record of a batch; look at the provider"):
        replies(server.url, tmp_path, [question(0)], mode="batch")
    assert server.stats.batches == 1


def test_a_short_outage_while_waiting_does_no_harm_and_a_long_one_is_told(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, looks = batch_api.BatchApi.look, iter(range(1000))

    def look(api: batch_api.BatchApi, name: str) -> batch_api.State:
        if next(looks) < 3:
            raise Fault("503", "down", own=False)
        return real(api, name)

    monkeypatch.setattr(batch_api.BatchApi, "look", look)
    assert whole(replies(server.url, tmp_path, [question(0)], mode="batch"))
    looks = iter([0] * 1000)
    monkeypatch.setattr(batch, "OUTAGE", 0.1)
    with pytest.raises(ArfError, match="no look at batch batch_2 succeeds, at last: 503"):
        replies(server.url, tmp_path, [question(1)], mode="batch")
    looks = iter(range(10, 100))
    assert whole(replies(server.url, tmp_path, [question(1)], mode="batch"))
    assert server.stats.batches == 2


def test_a_result_that_was_cut_is_told_and_fetched_again(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = batch_api.BatchApi.download

    def cut(api: batch_api.BatchApi, file: str, path: Path) -> None:
        real(api, file, path)
        path.write_bytes(path.read_bytes()[:-30])

    questions = [question(i) for i in range(3)]
    with monkeypatch.context() as cutting:
        cutting.setattr(batch_api.BatchApi, "download", cut)
        with pytest.raises(ArfError, match=r"file-2\.jsonl:3: "):
            replies(server.url, tmp_path, questions, mode="batch")
    assert whole(replies(server.url, tmp_path, questions, mode="batch"))
    assert server.stats.batches == 1


def test_a_certificate_that_is_not_trusted_is_told(tmp_path: Path) -> None:
    with MockEndpoint(tls=True) as server, pytest.raises(ArfError, match="is not trusted"):
        replies(server.url, tmp_path, [question(0)], mode="batch")


def test_a_prompt_over_the_context_is_told_before_it_is_sent(
    server: MockEndpoint, tmp_path: Path
) -> None:
    tokenizer = tmp_path / "tokenizer.json"
    Tokenizer(WordLevel({"[UNK]": 0}, unk_token="[UNK]")).save(str(tokenizer))
    changes = {"tokenizer": str(tokenizer), "context": 40, "limits": {"max_failed": 1}}
    found = replies(server.url, tmp_path, [question(0)], mode="batch", **changes)
    assert found[0].failure is not None
    assert found[0].failure.kind == "context"
    assert server.stats.batches == 0


def test_requests_are_traced_and_leave_without_personal_data(
    server: MockEndpoint, tmp_path: Path
) -> None:
    asked = [{"role": "user", "content": "Write to ann.lee@example.org. [[first:badjson]]"}]
    server.behaviour.answer = lambda body: '{"note": "Write to [EMAIL_1].", "rating": 2}'
    with account("teach", LlmParams(), tmp_path) as spending:
        model = endpoint(server.url, mode="batch")
        answers = Answers(tmp_path / "answers.db")
        spending.closing.callback(answers.close)
        meter = spending.meter("teacher", model)
        asker = batch.BatchAsker(
            Desk("teacher", model, meter, answers, Pseudonymiser(), Tracer("teach"))
        )
        (reply,) = asker.ask([Question("webform/1", asked, Shape)])
    assert reply.value == Shape(note="Write to ann.lee@example.org.", rating=2)
    assert "ann.lee" not in json.dumps(server.stats.bodies)
    lines = (tmp_path / ".arf" / "traces" / "teach.jsonl").read_text().splitlines()
    bad, good = [json.loads(line) for line in lines]
    assert bad["failure"].startswith("invalid")
    assert "That answer cannot be used" in good["messages"][-1]["content"]
    assert good["failure"] is None
    assert "ann.lee" not in "".join(lines)


@pytest.mark.parametrize("days", [-9, 0, 9])
def test_a_batch_is_found_whatever_the_clock_says(
    server: MockEndpoint, tmp_path: Path, days: int
) -> None:
    rows = tmp_path / "rows.jsonl"
    rows.write_text("{}\n")
    with batch_api.BatchApi(endpoint(server.url), "teacher") as api:
        created = api.create(api.upload(rows, "rows.jsonl"), "a-job", before=lambda: None)
        assert api.find("a-job", time.time() + days * 86400) == created


def test_a_line_that_is_no_result_costs_its_own_row_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{'0' * 64}-0"
    choice = {"message": {"content": "half a pair: \ud800"}, "finish_reason": "stop"}
    odd = {"custom_id": name, "response": {"status_code": 200, "body": {"choices": [choice]}}}
    path = tmp_path / "results.jsonl"
    lines = (json.dumps(odd), '{"custom_id": "x", "response": {"status_code": null}}', '{"cu', "\n")
    path.write_text("\n".join(lines))
    (found,) = rows.read_results(path)
    assert rows.answer_of(found, endpoint("http://127.0.0.1:1/v1"), "teacher").text == (
        "half a pair: ?"
    )
    assert "2 lines are no results; their rows are asked again" in capsys.readouterr().err


def test_an_address_that_answers_pages_is_told(server: MockEndpoint, tmp_path: Path) -> None:
    server.behaviour.always = {"status": 200, "body": "<html>"}
    path = tmp_path / "rows.jsonl"
    path.write_text("{}\n")
    limits = {"tries": 1}
    with (
        batch_api.BatchApi(endpoint(server.url + "/pages", limits=limits), "teacher") as api,
        pytest.raises(ArfError, match=r"roles\.teacher: ") as caught,
    ):
        api.upload(path, "rows.jsonl")
    assert "\n" not in str(caught.value)
