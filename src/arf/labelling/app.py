"""The page on which one person labels, served on loopback behind a random address."""

import json
from pathlib import Path
from secrets import compare_digest
from typing import TYPE_CHECKING, Any

from arf.findings import LabelError
from arf.labelling.desk import Desk
from arf.labelling.keys import UNLISTED_KEY, letters
from arf.records import UNLISTED, Annotation, Case

if TYPE_CHECKING:
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"
PAGE = Path(__file__).parent / "page"
HEADERS = {
    # All the page needs comes from this server: what a case says can reach no other.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def build_app(desk: Desk, token: str) -> "Starlette":
    """Returns the page of a desk, as an ASGI application.

    Whoever does not know the token, calls the machine by another name (DNS rebinding) or comes from
    another site's page is turned away.

    Args:
        desk: whose items are labelled.
        token: the first part of every path.
    """
    from starlette.applications import Starlette
    from starlette.middleware import Middleware
    from starlette.middleware.trustedhost import TrustedHostMiddleware
    from starlette.routing import Mount, Route
    from starlette.staticfiles import StaticFiles

    handlers = _Handlers(desk)
    inner = [
        Route("/", handlers.page),
        Route("/items/next", handlers.next_open),
        Route("/items/{place:int}", handlers.item),
        Route("/items/{key}", handlers.save, methods=["POST"]),
        Mount("/static", StaticFiles(directory=PAGE / "static")),
    ]
    return Starlette(
        routes=[Mount("/{token}", routes=inner)],
        exception_handlers={_Refused: _refusal},
        middleware=[
            Middleware(
                TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"], www_redirect=False
            ),
            Middleware(_Guard, token=token),
        ],
    )


class _Guard:
    """Turns away strangers, and sends the headers that keep the page to itself."""

    def __init__(self, app: "ASGIApp", token: str):
        self._app = app
        self._token = token

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        from starlette.datastructures import Headers, MutableHeaders
        from starlette.responses import PlainTextResponse

        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_guarded(message: "Message") -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        headers = Headers(scope=scope)
        first = scope["path"].removeprefix("/").partition("/")[0]
        app = self._app
        if not compare_digest(first.encode(), self._token.encode()):
            app = PlainTextResponse("Not Found", status_code=404)
        elif headers.get("origin", own := f"http://{headers.get('host')}") != own:
            app = PlainTextResponse("from another site's page", status_code=403)
        await app(scope, receive, send_guarded)


class _Refused(Exception):
    """What the page asked for cannot be had."""

    def __init__(self, status: int, why: str):
        super().__init__(why)
        self.status = status
        self.why = why


class _Handlers:
    """What the page asks for. One at a time: a label is on disk before the next is looked at."""

    def __init__(self, desk: Desk):
        from jinja2 import Environment, FileSystemLoader, StrictUndefined

        self._desk = desk
        environment = Environment(
            loader=FileSystemLoader(PAGE), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True,
        )  # fmt: skip
        self._html = environment.get_template("page.html").render(
            annotator=desk.annotator,
            codes=_codes(desk),
            ratings=sorted(desk.taxonomy.ratings.items(), reverse=True),
        )

    async def page(self, request: "Request") -> "Response":
        from starlette.responses import HTMLResponse

        return HTMLResponse(self._html)

    async def next_open(self, request: "Request") -> "Response":
        place = self._desk.next_open()
        return self._view(0 if place is None else place)

    async def item(self, request: "Request") -> "Response":
        return self._view(request.path_params["place"])

    async def save(self, request: "Request") -> "Response":
        desk = self._desk
        place = desk.place(request.path_params["key"])
        if place is None:
            raise _Refused(404, "this output is not among those to label")
        given = await _mapping(request)
        try:
            desk.save(place, given)
        except LabelError as error:
            raise _Refused(422, str(error)) from error
        except OSError as error:
            raise _Refused(507, f"not saved: {error.strerror or error}") from error
        return _json({"next": desk.next_open(place), "progress": _progress(desk)})

    def _view(self, place: int) -> "Response":
        desk = self._desk
        if place >= len(desk.items):
            raise _Refused(404, "there are not so many items")
        item = desk.items[place]
        draft = desk.draft(place)
        return _json(
            {
                "key": item.key,
                "place": place,
                "total": len(desk.items),
                "channel": item.output.channel,
                "state": desk.state(place),
                "case": _case(item.case),
                "output": item.output.text,
                "given": draft
                and draft.model_dump(include={"rating", "errors", "note", "skipped"}),
                "suggested": item.shown and _suggested(item.shown),
                "progress": _progress(desk),
            }
        )


def _codes(desk: Desk) -> list[dict[str, Any]]:
    """Returns all that the page shows of each code, `unlisted` last."""
    codes = desk.taxonomy.codes
    keys = letters((name, code.title) for name, code in codes.items())
    listed = [
        {"name": name, "key": keys.get(name), "of": code.channels, **code.model_dump()}
        for name, code in codes.items()
    ]
    unlisted: dict[str, Any] = {
        "name": UNLISTED,
        "key": UNLISTED_KEY,
        "of": None,
        "title": "Something else",
        "definition": "Words that are wrong where no code fits. Say in a note what is wrong.",
        "exception": "",
        "examples": {"positive": [], "negative": []},
    }
    return [*listed, unlisted]


def _case(case: Case) -> dict[str, Any]:
    """Returns what a person may see of a case: what it says itself, and nothing else of its row."""
    fields = {name: str(value) for name, value in case.fields.items() if value is not None}
    turns = case.turns and [turn.model_dump() for turn in case.turns]
    return {"text": case.text, "turns": turns, "fields": fields}


def _suggested(label: Annotation) -> dict[str, Any]:
    return {"rating": label.rating, "errors": [error.model_dump() for error in label.errors]}


def _progress(desk: Desk) -> dict[str, Any]:
    return {
        channel: {"total": counts.total(), "open": counts["open"], "skipped": counts["skipped"]}
        for channel, counts in desk.progress.items()
    }


async def _mapping(request: "Request") -> dict[str, Any]:
    # Another site's form cannot send this type, whatever its browser says of where it comes from.
    if request.headers.get("content-type") != "application/json":
        raise _Refused(415, "send JSON")
    try:
        given = json.loads(await request.body())
    except ValueError as error:
        raise _Refused(400, "no JSON") from error
    if not isinstance(given, dict):
        raise _Refused(400, "expected a mapping")
    return given


def _json(value: Any, status: int = 200) -> "Response":
    from starlette.responses import JSONResponse

    return JSONResponse(value, status_code=status)


async def _refusal(request: "Request", error: Exception) -> "Response":
    assert isinstance(error, _Refused)
    return _json({"error": error.why}, error.status)
