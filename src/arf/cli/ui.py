"""`arf ui`: the comparison in MLflow."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

from arf.params import load_section
from arf.progress import say
from arf.track.mirror import TrackParams, comparison_address, track, tracking_uri
from arf.track.runs import without_credentials
from arf.track.traces import mirror_traces


def ui(
    port: Annotated[int, typer.Option(help="Port of the page, on this machine alone.")] = 5000,
) -> None:
    """Mirror the results to MLflow, print the address of their comparison and serve it.

    Opens no browser and runs no model: whoever has only pulled the data can use it. Where
    MLFLOW_TRACKING_URI names a server, the results go there and nothing is served here.
    """
    params = load_section("track", TrackParams)
    track(params, Path())
    mirror_traces(params.experiment)
    address = comparison_address(params)
    uri = tracking_uri()
    if uri.startswith(("http:", "https:")):
        say(f"compare r0, r1 and r2 at {without_credentials(uri.rstrip('/'))}{address}")
        return
    say(f"compare r0, r1 and r2 at http://127.0.0.1:{port}{address} (stop with Ctrl-C)")
    # The store's address goes by the environment: it may hold a password, which ps would show.
    subprocess.run(
        [sys.executable, "-m", "mlflow", "ui", "--port", str(port)],
        env=os.environ | {"MLFLOW_BACKEND_STORE_URI": uri, "MLFLOW_DISABLE_TELEMETRY": "true"},
        check=False,
    )
