"""A server on loopback that speaks OpenAI's API and misbehaves as it is told.

In tests: `with MockEndpoint(Behaviour(latency=0.1)) as server: ... server.url, server.stats`.
As a program, which prints its port first: `python mock_endpoint.py --port 0 --config '{...}'`;
then `GET /control/stats` (`?full=1` for everything) and `POST /control/behaviour`.
"""

import argparse
import asyncio
import json
import ssl
import sys
import threading
import time
from collections.abc import Callable
from typing import Any, Self

import mock_answers as answers
from aiohttp import web
from mock_batches import Batches
from mock_behaviour import Behaviour, Bucket
from mock_stats import Stats
from mock_wire import reset, respond

__all__ = ["Behaviour", "MockEndpoint"]

NO_KEY = 401, answers.error("Incorrect API key provided.", "invalid_api_key")


class MockEndpoint:
    """The server, in a thread with its own event loop for as long as the context lasts.

    Attributes:
        behaviour: how it behaves.
        stats: what it has counted.
        record: whether it keeps the bodies and headers of requests.
        url: its address, with `/v1`.
        authority: what signed its certificate (trustme.CA), with `tls`.
    """

    def __init__(
        self,
        behaviour: Behaviour | None = None,
        *,
        tls: bool = False,
        record: bool = False,
        port: int = 0,
    ) -> None:
        self.behaviour = behaviour or Behaviour()
        self.record = record
        self.stats = Stats()
        self.faults = answers.Faults()
        self.url = ""
        self.authority: Any = None
        self._port = port
        self._tls = tls
        self._bucket = Bucket()
        self._batches = Batches(self)
        self._ready = threading.Event()
        self._error: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._main, daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._error is not None:
            raise self._error
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _main(self) -> None:
        try:
            asyncio.run(self.serve())
        except OSError as error:
            self._error = error
        finally:
            self._ready.set()

    async def serve(self, started: Callable[[int], None] = lambda port: None) -> None:
        """Runs until the context ends; `started` is told the port."""
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()

        def factory(*parts: Any) -> web.BaseRequest:
            return web.BaseRequest(*parts, self._loop, client_max_size=0)

        # The low-level server has no router, and a request that its client gives up is cancelled.
        server = web.Server(
            self._handle, request_factory=factory, handler_cancellation=True, access_log=None
        )
        runner = web.ServerRunner(server, shutdown_timeout=0.01)
        await runner.setup()
        context = self._certificate() if self._tls else None
        site = web.TCPSite(runner, "127.0.0.1", self._port, ssl_context=context, backlog=1024)
        try:
            await site.start()
            self.url = f"http{'s' if self._tls else ''}://127.0.0.1:{site.port}/v1"
            started(site.port)
            self._ready.set()
            await self._stop.wait()
        finally:
            self._batches.close()
            await runner.cleanup()

    def _certificate(self) -> ssl.SSLContext:
        import trustme

        self.authority = trustme.CA()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.authority.issue_cert("127.0.0.1").configure_cert(context)
        return context

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        path, method = request.path, request.method
        if path.startswith("/control/"):
            return await self._control(request)
        if (method, path) == ("POST", "/v1/chat/completions"):
            return await self._count(request)
        if not self._has_key(request):
            return respond(*NO_KEY)
        if path.startswith(("/v1/files", "/v1/batches")):
            return await self._batches.handle(request)
        if (method, path) == ("GET", "/v1/models"):
            return respond(200, json.dumps({"object": "list", "data": self._models()}).encode())
        return respond(404, answers.error(f"Invalid URL ({method} {path})"))

    def _has_key(self, request: web.BaseRequest) -> bool:
        key = self.behaviour.key
        return key is None or request.headers.get("Authorization") == f"Bearer {key}"

    def _models(self) -> list[dict[str, Any]]:
        told = {"max_model_len": self.behaviour.context} if self.behaviour.context else {}
        base = {"object": "model", "created": answers.CREATED, "owned_by": "mock"} | told
        return [base | {"id": name} for name in self.behaviour.models or ["mock"]]

    async def _control(self, request: web.BaseRequest) -> web.Response:
        if request.path == "/control/stats":
            stats = self.stats.dump(full="full" in request.query)
            return respond(200, json.dumps(stats).encode())
        if request.path == "/control/behaviour":
            try:
                self.behaviour.change(json.loads(await request.read()))
            except ValueError as error:
                return respond(400, answers.error(str(error)))
            return respond(200, b"{}")
        return respond(404, answers.error("no such control"))

    async def _count(self, request: web.BaseRequest) -> web.StreamResponse:
        raw = await request.read()
        self.stats.begin(raw)
        if self.record:
            self.stats.bodies.append(json.loads(raw))
            self.stats.headers.append(dict(request.headers))
        try:
            return await self._chat(request, raw)
        finally:
            self.stats.in_flight -= 1

    def _done(
        self, status: int, body: bytes, headers: dict[str, str] | None = None
    ) -> web.Response:
        """Counts a whole response and returns it."""
        headers = self.behaviour.headers | (headers or {})
        self.stats.respond(status, headers)
        return respond(status, body, headers)

    async def _chat(self, request: web.BaseRequest, raw: bytes) -> web.StreamResponse:
        behaviour = self.behaviour
        turned = self._turned_away(request)
        if turned is not None:
            return self._done(*turned)
        try:
            body = json.loads(raw)
            refusal = self.refuse(body)
            kind = None if refusal else self.faults.due(body)
        except (ValueError, KeyError, TypeError) as error:
            return self._done(400, answers.error(f"not a request: {error}"))
        if refusal:
            return self._done(*refusal)
        if behaviour.latency:
            await asyncio.sleep(behaviour.latency)
        if kind is None:
            return self._done(200, answers.complete(body, behaviour.answer, None))
        refused = answers.refused(kind, body)
        if refused is not None:
            return self._done(*refused, {"Retry-After": "1"} if kind == "429-after" else None)
        spoken = kind if kind in answers.SPOKEN else None
        whole = answers.complete(body, behaviour.answer, spoken)
        return self._done(200, whole) if spoken else await self._wire(request, kind, whole)

    def _turned_away(self, request: web.BaseRequest) -> tuple[int, bytes, dict[str, str]] | None:
        """Returns the response that does not depend on what is asked, if there is one now."""
        behaviour = self.behaviour
        if not self._has_key(request):
            return *NO_KEY, {}
        if behaviour.always is not None:
            told = behaviour.always
            body = json.dumps(told.get("body") or {}).encode()
            return told["status"], body, told.get("headers", {})
        if behaviour.outages:
            since = time.monotonic() - self.stats.sends[0]
            for outage in behaviour.outages:
                if outage["start"] <= since < outage["end"]:
                    return outage["status"], answers.failed(outage["status"]), {}
        bucket = behaviour.bucket
        if bucket is not None and not self._bucket.take(bucket):
            after = bucket.get("retry_after")
            headers = {} if after is None else {"Retry-After": f"{after:g}"}
            return 429, answers.failed(429), headers
        return None

    def refuse(self, body: dict[str, Any]) -> tuple[int, bytes] | None:
        """Returns why a request cannot be answered, live or in a batch, as status and body."""
        behaviour = self.behaviour
        model = body["model"]
        if behaviour.models is not None and model not in behaviour.models:
            words = f"The model `{model}` does not exist or you do not have access to it."
            return 404, answers.error(words, "model_not_found")
        if not behaviour.schema and "response_format" in body:
            return 400, answers.error("response_format is not supported")
        if behaviour.context is not None and answers.words(body) > behaviour.context:
            return 400, answers.too_long(body, behaviour.context)
        return None

    async def _wire(self, request: web.BaseRequest, kind: str, whole: bytes) -> web.StreamResponse:
        """Answers with a fault of the connection or of the body as a whole."""
        if kind in ("slow", "slow1"):
            await asyncio.sleep(5 if kind == "slow" else 1)
            return self._done(200, whole)
        if kind == "truncated":
            return self._done(200, whole[: len(whole) // 2])
        if kind == "notjson":
            self.stats.respond(200, {})
            page = "<html><body><h1>502 Bad Gateway</h1></body></html>"
            return web.Response(text=page, content_type="text/html")
        if kind.endswith("-mid"):
            half = web.StreamResponse(headers={"Content-Type": "application/json"})
            half.content_length = len(whole)
            await half.prepare(request)
            await half.write(whole[: len(whole) // 2])
        if kind.startswith("hang"):
            await asyncio.Event().wait()
        return reset(request)


def announce(port: int) -> None:
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--config", type=json.loads, default={})
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    behaviour = Behaviour()
    try:
        behaviour.change(options.config)
    except ValueError as error:
        parser.error(str(error))
    server = MockEndpoint(behaviour, record=options.record, port=options.port)
    asyncio.run(server.serve(announce))


if __name__ == "__main__":
    main()
