import subprocess
from importlib import import_module
from typing import Any

import pytest
from typer.testing import CliRunner

from arf.cli import app

ui = import_module("arf.cli.ui")  # arf.cli has a function of this name
URI = "postgresql://me:secret@db.example/mlflow"


def run(uri: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[tuple[list[str], dict]]]:
    """Runs `arf ui` without MLflow and returns what it says and what it would start."""
    started = []

    def start(command: list[str], *, env: dict[str, str], **_: Any) -> None:
        started.append((command, env))

    monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
    monkeypatch.setattr(ui, "track", lambda *_: None)
    monkeypatch.setattr(ui, "comparison_address", lambda _: "/#/experiments/1")
    monkeypatch.setattr(subprocess, "run", start)
    done = CliRunner().invoke(app, ["ui", "--port", "5001"])
    assert done.exit_code == 0
    return done.output, started


def test_a_password_is_not_in_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    told, [(command, env)] = run(URI, monkeypatch)
    assert "http://127.0.0.1:5001/#/experiments/1" in told
    assert "secret" not in told + " ".join(command)
    assert command[-3:] == ["ui", "--port", "5001"]
    assert env["MLFLOW_BACKEND_STORE_URI"] == URI


@pytest.mark.filterwarnings("ignore::UserWarning")  # MLflow's, of its own type hints
def test_mlflow_reads_the_variable() -> None:
    from mlflow.cli import cli

    (option,) = [one for one in cli.commands["server"].params if one.name == "backend_store_uri"]
    assert option.envvar == "MLFLOW_BACKEND_STORE_URI"
    assert cli.get_command(None, "ui") is cli.commands["server"]


def test_a_server_is_named_and_not_started(monkeypatch: pytest.MonkeyPatch) -> None:
    told, started = run("https://me:secret@mlflow.example/", monkeypatch)
    assert "https://***@mlflow.example/#/experiments/1" in told
    assert started == []


def test_help_says_what_it_does_not_do() -> None:
    told = CliRunner().invoke(app, ["ui", "--help"]).output
    assert "print the address" in told
    assert "Opens no browser" in told
