"""One token asked of an endpoint, to say beforehand what would go wrong."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any, Literal

from pydantic import BaseModel

from arf.errors import ArfError
from arf.llm.answers import Answer
from arf.llm.endpoint import Endpoint, parameter
from arf.llm.exchange import body_of
from arf.llm.faults import Fault, NoSchema, Refused
from arf.llm.live.client import Client
from arf.llm.no_schema import forget
from arf.llm.structured import Unreadable, read

SECONDS = 60.0
SHOWN = 8  # models of an endpoint's list
State = Literal["ok", "note", "fail"]


class Yes(BaseModel):
    """The shape that the probe asks for."""

    ok: bool


def probe(endpoint: Endpoint, role: str) -> list[tuple[State, str]]:
    """Asks an endpoint for one token and for one answer by schema.

    Returns:
        What was found, line by line; a `fail` says what to do.
    """

    async def run() -> list[tuple[State, str]]:
        client = Client(endpoint, role)
        try:
            return [finding async for finding in _findings(client, endpoint, role)]
        finally:
            await client.close()

    try:
        return asyncio.run(run())
    except ArfError as error:
        return [("fail", str(error))]


def _short(endpoint: Endpoint, tokens: int) -> dict[str, Any]:
    """Returns the sampling of a short answer, under the name of the limit that the role uses."""
    name = "max_completion_tokens"
    if name in endpoint.sampling.extra:
        return {name: tokens}
    return {"max_tokens": tokens}


async def _complete(client: Client, body: dict[str, Any]) -> Answer:
    """Asks twice where it has to: a server may just have closed an idle connection."""
    try:
        answer, _ = await client.complete(body, SECONDS)
    except Fault:
        answer, _ = await client.complete(body, SECONDS)
    return answer


async def _findings(
    client: Client, endpoint: Endpoint, role: str
) -> AsyncIterator[tuple[State, str]]:
    messages = [{"role": "user", "content": 'Answer with the JSON object {"ok": true}.'}]
    plain = body_of(endpoint, messages, None, schema=False) | _short(endpoint, 1)
    begun = time.perf_counter()
    models = await client.models()
    try:
        answer = await _complete(client, plain)
    except ArfError as error:
        names = ", ".join(str(model.get("id")) for model in models[:SHOWN])
        yield "fail", f"{error}{f' (there: {names})' if names else ''}"
        return
    except (Fault, Refused) as error:
        yield "fail", f"{parameter(role)}: {endpoint.base_url}: {error}"
        return
    seconds = time.perf_counter() - begun
    named = answer.model or endpoint.model
    yield "ok", f"{parameter(role)}: {endpoint.base_url} answers as {named} in {seconds:.1f} s"
    yield _context(models, endpoint, role)
    async for finding in _schema(client, endpoint, role, messages):
        yield finding


def _context(models: list[dict[str, Any]], endpoint: Endpoint, role: str) -> tuple[State, str]:
    """Compares the context that the role counts on with the one that the endpoint tells."""
    own = next((model for model in models if model.get("id") == endpoint.model), {})
    told = own.get("max_model_len") or own.get("context_length") or own.get("context_window")
    where = f"{parameter(role)}.context"
    if not isinstance(told, int):
        known = f"{endpoint.context:,} tokens" if endpoint.context else "not set"
        return "note", f"{where}: {known}; the endpoint does not tell its own"
    if endpoint.context is not None and endpoint.context > told:
        return "fail", f"{where}: {endpoint.context:,}, but the endpoint serves {told:,}; lower it"
    return "ok", f"{where}: the endpoint serves {told:,} tokens"


async def _schema(
    client: Client, endpoint: Endpoint, role: str, messages: list[dict[str, str]]
) -> AsyncIterator[tuple[State, str]]:
    where = f"{parameter(role)}.answers"
    if endpoint.answers == "prompt":
        yield "ok", f"{where}: structured answers are asked for in the prompt"
        return
    by_schema = body_of(endpoint, messages, Yes, schema=True) | _short(endpoint, 40)
    try:
        answer = await _complete(client, by_schema)
        read(answer.text or "", Yes)
    except NoSchema:
        if endpoint.answers == "schema":
            yield "fail", f"{where}: the endpoint takes no response_format; set auto or prompt"
        else:
            yield "ok", f"{where}: no response_format there, so the prompt asks for the shape"
    except Unreadable:
        yield "note", f"{where}: response_format is taken, but not kept to; prompt may do better"
    except (ArfError, Fault, Refused) as error:
        yield "fail", f"{where}: {error}"
    else:
        forget(endpoint)
        yield "ok", f"{where}: structured answers by schema"
