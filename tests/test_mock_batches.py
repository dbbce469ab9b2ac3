"""The mock endpoint's batches, by OpenAI's own client."""

import json
import time
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from mock_client import body, one, wait_for
from mock_endpoint import MockEndpoint
from mock_stats import digest


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with MockEndpoint() as running:
        yield running


def sdk(server: MockEndpoint) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.url, api_key="x", max_retries=0)


def submit(client: openai.OpenAI, texts: list[str], **metadata: str) -> Any:
    rows = [
        {"custom_id": f"row-{i}", "method": "POST", "url": "/v1/chat/completions",
         "body": body(text)}
        for i, text in enumerate(texts)
    ]  # fmt: skip
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    file = client.files.create(file=("rows.jsonl", content), purpose="batch")
    return client.batches.create(
        input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h",
        metadata=metadata,
    )  # fmt: skip


def finished(client: openai.OpenAI, name: str) -> Any:
    states = ("completed", "failed", "expired", "cancelled")
    wait_for(lambda: client.batches.retrieve(name).status in states)
    return client.batches.retrieve(name)


def lines(client: openai.OpenAI, file: str | None) -> list[dict[str, Any]]:
    if file is None:
        return []
    return [json.loads(line) for line in client.files.content(file).text.splitlines()]


def names(found: list[dict[str, Any]]) -> list[str]:
    return sorted(line["custom_id"] for line in found)


def test_a_batch_goes_through_its_states(server: MockEndpoint) -> None:
    server.behaviour.batch_seconds = 1.0
    texts = ["a", "b", "c [[first:length]]"]
    with sdk(server) as client:
        batch = submit(client, texts, run="one")
        assert batch.status == "validating"
        seen = []
        while (batch := client.batches.retrieve(batch.id)).status != "completed":
            seen += [batch.status] if batch.status not in seen else []
            assert batch.output_file_id is None
            time.sleep(0.01)
        assert seen == ["validating", "in_progress", "finalizing"]
        assert (batch.request_counts.total, batch.request_counts.completed) == (3, 3)
        assert batch.metadata == {"run": "one"}
        found = lines(client, batch.output_file_id)
        assert names(found) == ["row-0", "row-1", "row-2"]
        assert [line["custom_id"] for line in found] != names(found)
        answers = {line["custom_id"]: line["response"]["body"] for line in found}
    assert answers["row-0"] == json.loads(one(server, "a")[2])
    assert answers["row-2"]["choices"][0]["finish_reason"] == "length"
    assert (server.stats.files, server.stats.batches, server.stats.rows) == (1, 1, 3)
    assert server.stats.total == 1


def test_rows_without_and_with_two_and_with_failed_results(server: MockEndpoint) -> None:
    server.behaviour.batch_faults = {"missing": 1, "failed": 2, "duplicate": 1}
    texts = [f"Case {i}" for i in range(6)]
    with sdk(server) as client:
        batch = finished(client, submit(client, texts).id)
        assert batch.status == "completed"
        assert names(lines(client, batch.output_file_id)) == ["row-3", "row-3", "row-4", "row-5"]
        errors = lines(client, batch.error_file_id)
        assert names(errors) == ["row-1", "row-2"]
        assert {line["response"]["status_code"] for line in errors} == {500}
        again = finished(client, submit(client, texts[:3]).id)
        assert names(lines(client, again.output_file_id)) == ["row-0", "row-1", "row-2"]
    assert server.stats.rows == 9
    assert server.stats.row_repeats == 3
    assert server.stats.per_row[digest(json.dumps(body("Case 0"), sort_keys=True).encode())] == 2


def test_faults_of_batches_can_stay(server: MockEndpoint) -> None:
    server.behaviour.batch_faults = {"missing": 1, "always": True}
    with sdk(server) as client:
        for _ in range(2):
            batch = finished(client, submit(client, ["a", "b"]).id)
            assert names(lines(client, batch.output_file_id)) == ["row-1"]


def test_a_batch_expires_half_done(server: MockEndpoint) -> None:
    server.behaviour.batch_faults = {"expired": True}
    with sdk(server) as client:
        batch = finished(client, submit(client, ["a", "b", "c", "d"]).id)
        assert batch.status == "expired"
        assert names(lines(client, batch.output_file_id)) == ["row-0", "row-1"]
        errors = lines(client, batch.error_file_id)
        assert names(errors) == ["row-2", "row-3"]
        assert {line["error"]["code"] for line in errors} == {"batch_expired"}
    assert server.stats.rows == 2


def test_a_batch_fails_at_validation(server: MockEndpoint) -> None:
    server.behaviour.batch_faults = {"invalid": True}
    with sdk(server) as client:
        batch = finished(client, submit(client, ["a"]).id)
        assert batch.status == "failed"
        assert batch.errors.data[0].code == "invalid_json_line"
        row = {"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": body("a")}
        twice = f"{json.dumps(row)}\n".encode() * 2
        file = client.files.create(file=("rows.jsonl", twice), purpose="batch")
        batch = client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        assert finished(client, batch.id).errors.data[0].code == "duplicate_custom_id"
    assert server.stats.rows == 0


def test_an_answer_to_a_creation_is_lost_and_the_batch_is_there(server: MockEndpoint) -> None:
    server.behaviour.batch_faults = {"lose_create": True}
    with sdk(server) as client:
        with pytest.raises(openai.APIConnectionError):
            submit(client, ["a"], run="lost")
        found = [batch for batch in client.batches.list() if batch.metadata == {"run": "lost"}]
        assert len(found) == 1
        assert finished(client, found[0].id).status == "completed"
    assert server.stats.batches == 1


def test_batches_are_listed_newest_first_in_pages(server: MockEndpoint) -> None:
    with sdk(server) as client:
        made = [submit(client, ["a"], number=str(i)).id for i in range(5)]
        page = client.batches.list(limit=2)
        assert [batch.id for batch in page.data] == made[:2:-1]
        assert [batch.id for batch in client.batches.list(limit=2)] == made[::-1]
        with pytest.raises(openai.NotFoundError):
            client.batches.retrieve("batch_99")


def test_a_batch_is_cancelled(server: MockEndpoint) -> None:
    server.behaviour.batch_seconds = 5
    with sdk(server) as client:
        batch = submit(client, [f"Case {i}" for i in range(40)])
        wait_for(lambda: server.stats.rows >= 5)
        assert client.batches.cancel(batch.id).status == "cancelling"
        batch = finished(client, batch.id)
        assert batch.status == "cancelled"
        assert len(lines(client, batch.output_file_id)) == server.stats.rows < 40
        with pytest.raises(openai.ConflictError):
            client.batches.cancel(batch.id)


def test_faults_of_rows_work_in_batches_too(server: MockEndpoint) -> None:
    texts = [f"Case [[first:{kind}]]" for kind in ("null", "500", "context", "hang", "nonsense")]
    with sdk(server) as client:
        batch = finished(client, submit(client, texts).id)
        output = lines(client, batch.output_file_id)
        assert names(output) == ["row-0"]
        assert output[0]["response"]["body"]["choices"][0]["message"]["content"] is None
        errors = {
            line["custom_id"]: line["response"] for line in lines(client, batch.error_file_id)
        }
        assert [errors[f"row-{i}"]["status_code"] for i in range(1, 5)] == [500, 400, 500, 400]
        again = finished(client, submit(client, texts[:4]).id)
        assert len(lines(client, again.output_file_id)) == 4
