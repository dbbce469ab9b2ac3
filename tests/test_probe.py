"""What `arf doctor --endpoints` says of an endpoint."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from mock_endpoint import Behaviour, MockEndpoint

from arf.llm.endpoint import Endpoint
from arf.probe import probe


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with MockEndpoint(Behaviour(key="right", models=["mock"])) as running:
        yield running


@pytest.fixture(autouse=True)
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "right")


def endpoint(url: str, **changes: Any) -> Endpoint:
    values = {"provider": "openai", "base_url": url, "model": "mock", "key": "A_KEY"}
    return Endpoint(**values | changes)


def found(server: MockEndpoint, **changes: Any) -> list[tuple[str, str]]:
    return [*probe(endpoint(server.url, **changes), "judge")]


def test_an_endpoint_that_is_well_answers_and_keeps_to_a_schema(server: MockEndpoint) -> None:
    server.behaviour.answer = lambda body: '{"ok": true}'
    lines = found(server)
    assert [state for state, _ in lines] == ["ok", "note", "ok"]
    assert "answers as mock" in lines[0][1]
    assert "by schema" in lines[2][1]
    assert server.stats.total == 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"key": "B_KEY"}, "B_KEY is not set"),
        ({"key": None}, "a request without a key"),
        ({"model": "moc"}, "no model moc.*there: mock"),
    ],
)
def test_what_is_wrong_is_one_line(
    server: MockEndpoint, changes: dict[str, Any], words: str
) -> None:
    import re

    ((state, text),) = found(server, **changes)
    assert state == "fail"
    assert re.search(words, text), text
    assert "right" not in text
    assert "\n" not in text


def test_a_server_that_is_not_there_fails() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    ((state, text),) = probe(endpoint(f"http://127.0.0.1:{port}/v1"), "judge")
    assert state == "fail"
    assert "cannot connect" in text


@pytest.mark.parametrize(("answers", "state"), [("auto", "ok"), ("schema", "fail")])
def test_an_endpoint_without_schemas_is_told(
    server: MockEndpoint, answers: str, state: str
) -> None:
    server.behaviour.schema = False
    last = found(server, answers=answers)[-1]
    assert last[0] == state
    assert "response_format" in last[1]


def test_a_schema_that_is_not_kept_is_told(server: MockEndpoint) -> None:
    server.behaviour.answer = lambda body: "certainly"
    state, text = found(server)[-1]
    assert state == "note"
    assert "not kept" in text


def test_a_context_beyond_the_endpoints_own_fails(
    server: MockEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def models(self: object) -> list[dict[str, Any]]:
        return [{"id": "mock", "max_model_len": 4096}]

    monkeypatch.setattr("arf.llm.live.client.Client.models", models)
    lines = found(server, context=8192)
    assert ("fail", "roles.judge.context: 8,192, but the endpoint serves 4,096; lower it") in lines
    assert any("serves 4,096 tokens" in text for _, text in found(server))
