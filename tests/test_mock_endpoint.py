"""The mock endpoint counts right and misbehaves as told; the client here is plain aiohttp."""

import asyncio
import json
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from mock_answers import KINDS
from mock_client import Post, body, one, play, said, wait_for
from mock_endpoint import MockEndpoint
from mock_stats import Stats, digest
from pydantic import BaseModel, Field, ValidationError


class Kind(StrEnum):
    LATE = "late"
    LOST = "lost"


class Shape(BaseModel, extra="forbid"):
    note: str
    kind: Kind
    errors: list[str]
    rating: int = Field(ge=1, le=5)
    span: str | None


SCHEMA = {"name": "Shape", "schema": Shape.model_json_schema(), "strict": True}
FORM = {"type": "json_schema", "json_schema": SCHEMA}


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with MockEndpoint() as running:
        yield running


def test_answers_are_deterministic_and_each_question_has_its_own(server: MockEndpoint) -> None:
    first = [one(server, f"Case {i}")[2] for i in range(5)]
    assert first == [one(server, f"Case {i}")[2] for i in range(5)]
    assert len({said(raw) for raw in first}) == 5
    usage = json.loads(first[0])["usage"]
    assert usage["prompt_tokens"] == 2
    assert usage["completion_tokens"] == len(said(first[0]).split())
    assert server.stats.total == server.stats.answered == 10
    assert server.stats.by_status == {200: 10}
    assert server.stats.repeats == 5


def test_requests_under_way_are_counted(server: MockEndpoint) -> None:
    server.behaviour.latency = 0.3

    async def work(post: Post) -> None:
        tasks = [asyncio.create_task(post(f"Case {i}")) for i in range(20)]
        await asyncio.sleep(0.2)
        assert server.stats.in_flight == 20
        assert server.stats.answered == 0
        await asyncio.gather(*tasks)

    play(server, work)
    assert server.stats.in_flight == 0
    assert server.stats.max_in_flight == server.stats.answered == 20
    assert len(server.stats.sends) == 20


def test_a_request_that_its_client_gives_up_is_under_way_no_more(server: MockEndpoint) -> None:
    with pytest.raises(asyncio.TimeoutError):
        one(server, "[[always:hang]]", seconds=0.3)
    wait_for(lambda: server.stats.in_flight == 0)
    assert server.stats.total == 1
    assert server.stats.answered == 0


def test_three_hundred_connections_are_held(server: MockEndpoint) -> None:
    server.behaviour.latency = 1.0

    async def work(post: Post) -> list[Any]:
        return await asyncio.gather(*(post(f"Case {i}") for i in range(300)))

    found = play(server, work)
    assert [status for status, _, _ in found] == [200] * 300
    assert server.stats.max_in_flight == 300


def test_a_bucket_lets_through_its_capacity_and_then_its_rate(server: MockEndpoint) -> None:
    server.behaviour.bucket = {"rate": 20, "capacity": 10, "retry_after": 1}

    async def work(post: Post) -> None:
        found = await asyncio.gather(*(post(f"Case {i}") for i in range(30)))
        passed = [status for status, _, _ in found].count(200)
        assert 10 <= passed <= 14
        refused = [headers for status, headers, _ in found if status == 429]
        assert {headers["Retry-After"] for headers in refused} == {"1"}
        assert server.stats.by_status == {200: passed, 429: 30 - passed}
        await asyncio.sleep(1.0)
        found = await asyncio.gather(*(post(f"Again {i}") for i in range(10)))
        assert [status for status, _, _ in found] == [200] * 10

    play(server, work)
    server.behaviour.bucket = {"rate": 0.1, "capacity": 1, "retry_after": None}
    assert one(server, "a")[0] == 200
    status, headers, _ = one(server, "b")
    assert status == 429
    assert "Retry-After" not in headers


def test_sends_inside_a_retry_after_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither what was on its way when the 429 left, nor what comes when the time is up."""
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    stats = Stats()
    inside = []
    events = [(0.0, "429"), (0.04, "send"), (0.06, "send"), (0.99, "send"), (1.01, "send"),
              (2.0, "429"), (2.5, "429"), (3.2, "send"), (3.49, "send"), (3.51, "send"),
              (4.0, "429 without"), (4.5, "send")]  # fmt: skip
    for at, event in events:
        now = 100.0 + at
        if event == "send":
            before = stats.in_window
            stats.begin(b"")
            inside += [at] if stats.in_window > before else []
        else:
            stats.respond(429, {} if event.endswith("without") else {"Retry-After": "1"})
    assert inside == [0.06, 0.99, 3.2, 3.49]


def test_sends_inside_a_retry_after_are_counted_live(server: MockEndpoint) -> None:
    server.behaviour.always = {"status": 429, "headers": {"Retry-After": "1"}, "body": {}}

    async def work(post: Post) -> None:
        await post("a")
        await asyncio.sleep(0.3)
        await post("b")
        assert server.stats.in_window == 1

    play(server, work)


def test_an_outage_is_timed_from_the_first_request(server: MockEndpoint) -> None:
    server.behaviour.outages = [{"start": 0.5, "end": 1.0, "status": 503}]
    time.sleep(0.6)

    async def work(post: Post) -> list[int]:
        found = []
        for wait in (0.0, 0.7, 0.6):
            await asyncio.sleep(wait)
            found.append((await post("a"))[0])
        return found

    assert play(server, work) == [200, 503, 200]


@pytest.mark.parametrize(
    ("behaviour", "more", "status", "code"),
    [
        ({"key": "right"}, {}, 401, "invalid_api_key"),
        ({"key": "right"}, {"headers": {"Authorization": "Bearer wrong"}}, 401, "invalid_api_key"),
        ({"key": "right"}, {"headers": {"Authorization": "Bearer right"}}, 200, None),
        ({"models": ["other"]}, {}, 404, "model_not_found"),
        ({"models": ["other", "mock"]}, {}, 200, None),
        ({"context": 1}, {}, 400, "context_length_exceeded"),
        ({"context": 2}, {}, 200, None),
        ({"schema": False}, {"response_format": FORM}, 400, None),
        ({"schema": False}, {}, 200, None),
        ({"always": {"status": 402, "body": {"error": {"code": "x"}}}}, {}, 402, "x"),
    ],
)
def test_what_is_refused(
    server: MockEndpoint, behaviour: dict[str, Any], more: dict[str, Any], status: int, code: Any
) -> None:
    server.behaviour.change(behaviour | {"headers": {"x-ratelimit-remaining-requests": "7"}})
    found, headers, raw = one(server, "two words", **more)
    assert found == status
    assert headers["x-ratelimit-remaining-requests"] == "7"
    assert json.loads(raw).get("error", {}).get("code") == code
    assert server.stats.by_status == {status: 1}


STATUS = {"429": 429, "429-after": 429, "500": 500, "502": 502, "503": 503, "504": 504,
          "filter400": 400, "context": 400}  # fmt: skip
BROKEN = {"hang", "hang-mid", "reset", "reset-mid"}


@pytest.mark.parametrize("kind", sorted(KINDS - BROKEN - {"slow"}))
def test_a_row_meets_its_fault_once_and_then_an_answer(server: MockEndpoint, kind: str) -> None:
    text = f"Case [[first:{kind}]]"
    more = {"response_format": FORM}
    status, headers, raw = one(server, text, **more)
    assert status == STATUS.get(kind, 200)
    assert ("Retry-After" in headers) == (kind == "429-after")
    plain = one(server, text, **more)
    assert plain[0] == 200
    Shape.model_validate_json(said(plain[2]))
    assert (raw == plain[2]) == (kind == "slow1")
    assert server.stats.by_status.total() == server.stats.answered == 2


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("hang", asyncio.TimeoutError),
        ("hang-mid", asyncio.TimeoutError),
        ("reset", aiohttp.ClientOSError),
        ("reset-mid", aiohttp.ClientError),
    ],
)
def test_a_connection_breaks(server: MockEndpoint, kind: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        one(server, f"[[first:{kind}]]", seconds=0.5)
    assert server.stats.answered == 0
    assert one(server, f"[[first:{kind}]]")[0] == 200
    assert server.stats.total == 2


def test_a_reset_is_one(server: MockEndpoint) -> None:
    """The client's socket says that it was reset, not that it came to its end."""
    host, port = server.url.removeprefix("http://").removesuffix("/v1").split(":")
    data = json.dumps(body("[[always:reset]]")).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(head.encode() + data)
        with pytest.raises(ConnectionResetError):
            connection.recv(1000)


def test_half_of_a_body_comes_before_it_hangs(server: MockEndpoint) -> None:
    host, port = server.url.removeprefix("http://").removesuffix("/v1").split(":")
    data = json.dumps(body("[[always:hang-mid]]")).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n"
    with socket.create_connection((host, int(port)), timeout=0.5) as connection:
        connection.sendall(head.encode() + data)
        seen = b""
        with pytest.raises(TimeoutError):
            while True:
                seen += connection.recv(10_000)
    head_seen, _, half = seen.partition(b"\r\n\r\n")
    length = int(head_seen.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert len(half) == length // 2


def test_what_is_said_wrongly(server: MockEndpoint) -> None:
    def choice(kind: str) -> dict[str, Any]:
        raw = one(server, f"Case [[always:{kind}]]", response_format=FORM)[2]
        return dict(json.loads(raw)["choices"][0])

    whole = said(one(server, "Case [[always:slow1]]", response_format=FORM)[2])
    assert json.loads(whole) == {
        "note": "Case", "kind": "late", "errors": [], "rating": 5, "span": "Case"
    }  # fmt: skip
    assert choice("length") | {"message": 0} == {
        "index": 0, "message": 0, "logprobs": None, "finish_reason": "length"
    }  # fmt: skip
    assert whole.startswith(choice("length")["message"]["content"])
    assert choice("filter")["finish_reason"] == "content_filter"
    assert choice("null")["message"]["content"] is None
    assert choice("empty")["message"]["content"] == ""
    assert choice("refusal")["message"]["refusal"]
    assert choice("refusal")["message"]["content"] is None
    assert "{" not in choice("badjson")["message"]["content"]
    with pytest.raises(ValidationError, match="rating"):
        Shape.model_validate_json(choice("wrongschema")["message"]["content"])
    assert f"```json\n{whole}\n```" in choice("fenced")["message"]["content"]
    assert choice("chatter")["message"]["content"].endswith(whole)
    loose = choice("trailing")["message"]["content"]
    assert loose.endswith(",}")
    assert '"' not in loose
    for kind in ("truncated", "notjson"):
        with pytest.raises(json.JSONDecodeError):
            json.loads(one(server, f"Case [[always:{kind}]]")[2])
    assert json.loads(one(server, "Case [[always:no-choices]]")[2])["choices"] == []


def test_a_fault_can_come_several_times(server: MockEndpoint) -> None:
    found = [one(server, "Case [[first:500*3]]")[0] for _ in range(5)]
    assert found == [500, 500, 500, 200, 200]
    assert one(server, "Another [[first:500]]")[0] == 500
    assert [one(server, "[[first:502]] [[first:503]]")[0] for _ in range(3)] == [502, 503, 200]
    status, _, raw = one(server, "[[first:nonsense]]")
    assert status == 400
    assert b"no such fault: nonsense" in raw


def test_bodies_and_headers_are_kept_only_where_asked_for(server: MockEndpoint) -> None:
    one(server, "a", headers={"Authorization": "Bearer x"})
    assert (server.stats.bodies, server.stats.headers) == ([], [])
    server.record = True
    one(server, "b", headers={"Authorization": "Bearer x"})
    assert server.stats.bodies == [body("b")]
    assert server.stats.headers[0]["Authorization"] == "Bearer x"


def test_repeats_are_by_body(server: MockEndpoint) -> None:
    for text in ("a", "b", "a", "a"):
        one(server, text)
    counts = server.stats.per_body
    assert sorted(counts.values()) == [1, 3]
    assert counts[digest(json.dumps(body("b")).encode())] == 1
    assert server.stats.repeats == 2


def test_a_certificate_of_its_own_is_refused_by_clients() -> None:
    with MockEndpoint(tls=True) as server:
        with pytest.raises(aiohttp.ClientConnectorCertificateError):
            one(server, "a")
        assert server.stats.total == 0
        trusting = ssl.create_default_context()
        server.authority.configure_trust(trusting)
        with urllib.request.urlopen(f"{server.url}/models", context=trusting) as response:
            assert json.load(response)["data"][0]["id"] == "mock"


def test_the_program_prints_its_port_counts_and_is_changed() -> None:
    program = Path(__file__).with_name("mock_endpoint.py")
    command = [sys.executable, str(program), "--port", "0", "--config", '{"latency": 0.01}']
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            base = f"http://127.0.0.1:{int(process.stdout.readline())}"

            def call(path: str, content: Any = None) -> Any:
                data = None if content is None else json.dumps(content).encode()
                with urllib.request.urlopen(base + path, data) as response:
                    return json.load(response)

            call("/v1/chat/completions", body("a"))
            assert call("/control/behaviour", {"models": ["other"]}) == {}
            with pytest.raises(urllib.error.HTTPError, match="404"):
                call("/v1/chat/completions", body("a"))
            with pytest.raises(urllib.error.HTTPError, match="400"):
                call("/control/behaviour", {"speed": 1})
            stats = call("/control/stats")
            assert stats["total"] == 2
            assert stats["by_status"] == {"200": 1, "404": 1}
            assert stats["repeats"] == 1
            assert "sends" not in stats
            assert len(call("/control/stats?full=1")["sends"]) == 2
        finally:
            process.kill()
