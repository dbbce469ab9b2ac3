"""`arf annotate`: people label errors on a page of their own."""

import json
import os
import secrets
import socket
import sys
from pathlib import Path
from threading import Thread
from typing import Annotated

import typer

from arf.audit.params import AuditParams
from arf.channels import read_pairs
from arf.cli.asked import (
    ChannelOption,
    ShareOption,
    ShownOption,
    channels_of,
    check_not_in_data,
    with_suggestions,
)
from arf.errors import ArfError
from arf.labelling.desk import Desk
from arf.labelling.items import draw_items
from arf.labelling.lock import held
from arf.labels import check_name
from arf.params import load_section
from arf.progress import say
from arf.rounds import TEACHER
from arf.state import state_dir
from arf.taxonomy import load_taxonomy


def annotate(
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Who labels.")],
    channel: ChannelOption = None,
    shown: ShownOption = None,
    share: ShareOption = 0.5,
    port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the page; 0 for last time's, or any.")
    ] = 0,
    browser: Annotated[
        bool, typer.Option("--open/--no-open", help="Open the page in the browser.")
    ] = True,
) -> None:
    """Label errors in the teacher's outputs, on a page in the browser.

    The sample is that of the section `audit` of params.yaml, in one order for everybody. Each label
    is on disk, in the folder `audit.labels`, before the next item is shown: stop when you like, and
    go on with the same command. Who wrote an output is shown nowhere.
    """
    check_name(name)
    check_not_in_data(name)
    params = load_section("audit", AuditParams)
    channels = channels_of(channel)
    with held(name):
        items = draw_items(channels, lambda names: read_pairs(TEACHER, names), params)
        if not items:
            raise ArfError("there is no output to label; run dvc repro teach")
        if shown is not None:
            items = with_suggestions(items, shown, channels, share, params)
        desk = Desk(name, items, params.labels, load_taxonomy())
        for path in desk.cut:
            say(f"{path}: a last line that was half-written is gone; its item is open again")
        _serve(desk, port, browser)
    left = desk.count("open")
    say(f"{desk.saved} labelled now, {left} open; labels lie in {params.labels / name}")
    if left:
        say(f"Go on:          {_again(name, channel, shown, share)}")
    say("Count them in:  dvc repro audit")


def _again(name: str, channel: list[str] | None, shown: str | None, share: float) -> str:
    """Returns the command that goes on."""
    import shlex

    words = ["arf", "annotate", "--as", name]
    words += [word for one in channel or [] for word in ("--channel", one)]
    words += ["--show", shown, "--share", f"{share:g}"] if shown else []
    return shlex.join(words)


def _serve(desk: Desk, port: int, browser: bool) -> None:
    """Serves the page until Ctrl-C."""
    import uvicorn

    from arf.labelling.app import HOST, build_app

    # The address is the same every time: a page that was left open goes on when its server is back.
    kept = state_dir("annotate") / f"{desk.annotator.casefold()}.json"
    token, last = _read_address(kept)
    with _listen(HOST, port, last) as listener:
        port = listener.getsockname()[1]
        with os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump({"token": token, "port": port}, file)
        address = f"http://{HOST}:{port}/{token}/"

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                # From here on Ctrl-C ends the server well.
                done = len(desk.items) - (left := desk.count("open"))
                say(f"{desk.annotator}: {left} open, {done} done at {address} (stop with Ctrl-C)")
                if browser:  # some browsers keep who starts them waiting
                    Thread(target=_open, args=[address], daemon=True).start()

        config = uvicorn.Config(
            build_app(desk, token), log_level="warning", access_log=False, lifespan="off",
            ws="none", server_header=False, timeout_graceful_shutdown=1,
        )  # fmt: skip
        try:
            Server(config).run(sockets=[listener])
        except KeyboardInterrupt:  # uvicorn has shut down, and hands the signal on
            say("")


def _read_address(path: Path) -> tuple[str, int]:
    """Returns the token and the port of last time, or a new token and any port."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return str(kept["token"]), int(kept["port"])
    except (OSError, ValueError, KeyError, TypeError):
        return secrets.token_urlsafe(24), 0


def _listen(host: str, port: int, last: int) -> socket.socket:
    """Returns a socket that listens on a port; without one, on last time's where it is free.

    Raises:
        ArfError: the port is taken.
    """
    for wanted in [port] if port else [last, 0]:
        # Without the protocol's name asyncio leaves Nagle's algorithm on, which costs 40 ms a save.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, wanted))
            listener.listen()
        except OSError as error:
            listener.close()
            refused = error
        else:
            return listener
    raise ArfError(f"--port {port}: {refused.strerror}; take another, or 0 for any") from refused


def _open(address: str) -> None:
    """Opens a page, where there is a desktop; elsewhere a browser would take over the terminal."""
    import webbrowser

    graphical = sys.platform in {"darwin", "win32"} or any(
        os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY")
    )
    if graphical:
        webbrowser.open(address)
