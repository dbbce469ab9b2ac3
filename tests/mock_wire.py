"""How the mock endpoint puts a response on the wire, or breaks the connection instead."""

import socket
import struct

from aiohttp import web


def respond(status: int, body: bytes, headers: dict[str, str] | None = None) -> web.Response:
    """Returns a JSON response."""
    return web.Response(status=status, body=body, headers=headers, content_type="application/json")


def reset(request: web.BaseRequest) -> web.Response:
    """Breaks a connection off: its client gets RST, and nothing of the response returned."""
    if request.transport is not None:
        linger = struct.pack("ii", 1, 0)
        raw = request.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        request.transport.abort()
    return web.Response()
