"""The mock endpoint's files and batches, as OpenAI's Batch API has them.

`Behaviour.batch_faults`, for the first batch only unless it holds `"always": true`:
`missing`, `failed`, `duplicate`: so many rows, from the first on and in this order, have no result,
are in the error file with status 500, and stand twice in the output; `expired`: the batch expires
with its first half done; `invalid`: it fails at validation; `lose_create`: it is created, but the
connection breaks before the answer.
"""

import asyncio
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import mock_answers as answers
from aiohttp import web
from mock_wire import reset, respond

if TYPE_CHECKING:
    from mock_endpoint import MockEndpoint

ENDPOINT = "/v1/chat/completions"
Lines = list[dict[str, Any]]


@dataclass
class Batch:
    """One batch: what is told of it, its rows, and the work on it.

    Attributes:
        told: the batch object.
        rows: its rows.
        faults: those of `Behaviour.batch_faults` that it meets.
        output: rows that were answered.
        errors: rows that were not.
        task: the work on it.
    """

    told: dict[str, Any]
    rows: Lines
    faults: dict[str, Any]
    output: Lines = field(default_factory=list)
    errors: Lines = field(default_factory=list)
    task: asyncio.Task[None] | None = None


class Batches:
    """Files and batches of one server."""

    def __init__(self, server: "MockEndpoint") -> None:
        self._server = server
        self._files: dict[str, tuple[dict[str, Any], bytes]] = {}
        self._batches: dict[str, Batch] = {}
        self._spent: dict[str, Any] | None = None

    def close(self) -> None:
        """Stops all work."""
        for batch in self._batches.values():
            if batch.task is not None:
                batch.task.cancel()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answers a request for files or batches."""
        match request.method, request.path.split("/")[2:]:
            case "POST", ["files"]:
                response = await self._upload(request)
            case "GET", ["files", name] if name in self._files:
                response = _found(self._files[name][0])
            case "GET", ["files", name, "content"] if name in self._files:
                response = web.Response(body=self._files[name][1])
            case "POST", ["batches"]:
                response = await self._create(request)
            case "GET", ["batches"]:
                response = self._list(request)
            case "GET", ["batches", name] if name in self._batches:
                response = _found(self._batches[name].told)
            case "POST", ["batches", name, "cancel"] if name in self._batches:
                response = self._cancel(self._batches[name])
            case _:
                response = _error(404, f"Nothing here ({request.method} {request.path})")
        return response

    async def _upload(self, request: web.BaseRequest) -> web.Response:
        form = await request.post()
        upload = form.get("file")
        if not isinstance(upload, web.FileField) or form.get("purpose") != "batch":
            return _error(400, "a file and the purpose batch are needed")
        self._server.stats.files += 1
        with upload.file as file:
            return _found(self._keep(file.read(), upload.filename, "batch"))

    def _keep(self, content: bytes, filename: str, purpose: str) -> dict[str, Any]:
        name = f"file-{len(self._files) + 1}"
        told = {"id": name, "object": "file", "bytes": len(content), "created_at": _now(),
                "filename": filename, "purpose": purpose, "status": "processed"}  # fmt: skip
        self._files[name] = (told, content)
        return told

    async def _create(self, request: web.BaseRequest) -> web.Response:
        wanted = json.loads(await request.read())
        name = wanted.get("input_file_id")
        if name not in self._files:
            return _error(400, f"No such File object: {name}")
        if wanted.get("endpoint") != ENDPOINT or wanted.get("completion_window") != "24h":
            return _error(400, f"endpoint has to be {ENDPOINT}, completion_window 24h")
        batch = self._open(wanted, self._files[name][1])
        if batch.faults.get("lose_create"):
            return reset(request)
        return _found(batch.told)

    def _open(self, wanted: dict[str, Any], content: bytes) -> Batch:
        faults = self._server.behaviour.batch_faults
        if faults is self._spent and not faults.get("always"):
            faults = {}
        else:
            self._spent = faults
        rows, error = _read(content)
        if faults.get("invalid"):
            error = {"code": "invalid_json_line", "line": 1, "param": None,
                     "message": "This line is not parseable as valid JSON."}  # fmt: skip
        now = _now()
        told = {
            "id": f"batch_{len(self._batches) + 1}",
            "object": "batch",
            "endpoint": wanted["endpoint"],
            "errors": None,
            "input_file_id": wanted["input_file_id"],
            "completion_window": wanted["completion_window"],
            "status": "validating",
            "output_file_id": None,
            "error_file_id": None,
            "created_at": now,
            "expires_at": now + 24 * 3600,
            "request_counts": {"total": 0, "completed": 0, "failed": 0},
            "metadata": wanted.get("metadata"),
        }
        batch = Batch(told, rows, faults)
        self._batches[told["id"]] = batch
        self._server.stats.batches += 1
        batch.task = asyncio.create_task(self._work(batch, error))
        return batch

    async def _work(self, batch: Batch, error: dict[str, Any] | None) -> None:
        """Takes a batch through its states, and runs its rows at an even pace."""
        seconds = self._server.behaviour.batch_seconds
        await asyncio.sleep(seconds * 0.1)
        if error is not None:
            batch.told["errors"] = {"object": "list", "data": [error]}
            self._end(batch, "failed")
            return
        _move(batch, "in_progress")
        batch.told["request_counts"]["total"] = len(batch.rows)
        begun = time.monotonic()
        last = len(batch.rows) // 2 if batch.faults.get("expired") else len(batch.rows)
        for number in range(last):
            due = begun + seconds * 0.8 * (number + 1) / len(batch.rows)
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            self._run(batch, number)
        if batch.faults.get("expired"):
            words = "This request could not be executed before the completion window expired."
            reason = {"code": "batch_expired", "message": words}
            batch.errors += [_line(row, None, reason) for row in batch.rows[last:]]
        else:
            _move(batch, "finalizing")
            await asyncio.sleep(seconds * 0.1)
        self._end(batch, "expired" if batch.faults.get("expired") else "completed")

    def _run(self, batch: Batch, number: int) -> None:
        row, faults = batch.rows[number], batch.faults
        missing = faults.get("missing", 0)
        failing = missing + faults.get("failed", 0)
        twice = failing + faults.get("duplicate", 0)
        body = row["body"]
        self._server.stats.run(body)
        if self._server.record:
            self._server.stats.bodies.append(body)
        status, content = self._answer(body)
        if missing <= number < failing:
            status, content = 500, answers.failed(500)
        counts = batch.told["request_counts"]
        counts["completed" if status == 200 else "failed"] += 1
        if number < missing:
            return
        line = _line(row, (status, content), None)
        kept = batch.output if status == 200 else batch.errors
        kept += [line] * (2 if failing <= number < twice else 1)

    def _answer(self, body: dict[str, Any]) -> tuple[int, bytes]:
        server = self._server
        try:
            refusal = server.refuse(body)
            kind = None if refusal else server.faults.due(body)
        except (ValueError, KeyError, TypeError) as error:
            return 400, answers.error(f"not a request: {error}")
        if refusal is not None:
            return refusal
        if kind is None or kind in answers.SPOKEN or kind in ("slow", "slow1"):
            spoken = kind if kind in answers.SPOKEN else None
            return 200, answers.complete(body, server.behaviour.answer, spoken)
        # Within a batch a broken connection is the provider's own, who tells it as 500.
        return answers.refused(kind, body) or (500, answers.failed(500))

    def _end(self, batch: Batch, status: str) -> None:
        """Writes the files of a batch, in another order than its input, and closes it."""
        for kept, field_name in ((batch.output, "output"), (batch.errors, "error")):
            if kept:
                content = "".join(json.dumps(line) + "\n" for line in reversed(kept)).encode()
                name = f"{batch.told['id']}_{field_name}.jsonl"
                told = self._keep(content, name, "batch_output")
                batch.told[f"{field_name}_file_id"] = told["id"]
        _move(batch, status)

    def _list(self, request: web.BaseRequest) -> web.Response:
        newest = [batch.told for batch in reversed(self._batches.values())]
        after = request.query.get("after")
        if after is not None:
            ids = [told["id"] for told in newest]
            if after not in ids:
                return _error(400, f"No such batch: {after}")
            newest = newest[ids.index(after) + 1 :]
        page = newest[: int(request.query.get("limit", 20))]
        ends = {"first_id": page[0]["id"], "last_id": page[-1]["id"]} if page else {}
        return _found({"object": "list", "data": page, "has_more": len(newest) > len(page)} | ends)

    def _cancel(self, batch: Batch) -> web.Response:
        if batch.told["status"] not in ("validating", "in_progress", "finalizing"):
            return _error(409, f"Cannot cancel a batch with status '{batch.told['status']}'.")
        assert batch.task is not None
        batch.task.cancel()
        _move(batch, "cancelling")
        batch.task = asyncio.create_task(self._cancelled(batch))
        return _found(batch.told)

    async def _cancelled(self, batch: Batch) -> None:
        await asyncio.sleep(self._server.behaviour.batch_seconds * 0.1)
        self._end(batch, "cancelled")


def _now() -> int:
    return int(time.time())


def _move(batch: Batch, status: str) -> None:
    batch.told["status"] = status
    batch.told[f"{status}_at"] = _now()


def _line(
    row: dict[str, Any], response: tuple[int, bytes] | None, error: dict[str, str] | None
) -> dict[str, Any]:
    """Returns a line of an output or error file."""
    name = row["custom_id"]
    told: dict[str, Any] = {"id": f"batch_req_{name}", "custom_id": name, "response": None}
    if response is not None:
        status, content = response
        told["response"] = {"status_code": status, "request_id": f"req_{name}",
                            "body": json.loads(content)}  # fmt: skip
    return told | {"error": error}


def _read(content: bytes) -> tuple[Lines, dict[str, Any] | None]:
    """Reads a batch's input; the second is what validation finds wrong with it."""
    rows: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(content.splitlines(), start=1):
        code = None
        try:
            row = json.loads(line)
            name, body = row["custom_id"], row["body"]
        except (ValueError, KeyError, TypeError):
            code = "invalid_json_line"
        else:
            if name in rows:
                code = "duplicate_custom_id"
            elif (row.get("method"), row.get("url")) != ("POST", ENDPOINT):
                code = "mismatched_url"
            elif "model" not in body or "messages" not in body:
                code = "invalid_request"
        if code is not None:
            return [], {"code": code, "message": code, "line": number, "param": None}
        rows[name] = row
    if not rows:
        return [], {"code": "empty_file", "message": "empty_file", "line": None, "param": None}
    return list(rows.values()), None


def _found(told: dict[str, Any]) -> web.Response:
    return respond(200, json.dumps(told).encode())


def _error(status: int, message: str) -> web.Response:
    return respond(status, answers.error(message))
