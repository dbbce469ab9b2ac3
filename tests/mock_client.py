"""A plain client of the mock endpoint, for the tests of the endpoint itself."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp
from mock_endpoint import MockEndpoint

Post = Callable[..., Coroutine[Any, Any, tuple[int, Any, Any]]]


def body(text: str, **more: Any) -> dict[str, Any]:
    return {"model": "mock", "messages": [{"role": "user", "content": text}]} | more


def play(server: MockEndpoint, work: Callable[[Post], Coroutine[Any, Any, Any]]) -> Any:
    """Runs `work(post)`; `post(text, ...)` returns status, headers and the body as bytes."""

    async def run() -> Any:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector) as session:

            async def post(text: str, **more: Any) -> tuple[int, Any, Any]:
                headers = more.pop("headers", {})
                wait = aiohttp.ClientTimeout(total=more.pop("seconds", 20))
                async with session.post(
                    f"{server.url}/chat/completions", json=body(text, **more), headers=headers,
                    timeout=wait,
                ) as response:  # fmt: skip
                    return response.status, response.headers, await response.read()

            return await work(post)

    return asyncio.run(run())


def one(server: MockEndpoint, text: str, **more: Any) -> tuple[int, Any, Any]:
    found: tuple[int, Any, Any] = play(server, lambda post: post(text, **more))
    return found


def said(raw: bytes) -> Any:
    return json.loads(raw)["choices"][0]["message"]["content"]


def wait_for(condition: Callable[[], bool], seconds: float = 5) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)
