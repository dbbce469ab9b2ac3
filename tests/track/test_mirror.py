import json
import shutil
import socket
import subprocess
import sys
import time
import traceback
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_project import RATES, make_lock, make_project

from arf.errors import ArfError
from arf.track.mirror import TrackParams, comparison_address, track, tracking_uri

pytestmark = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
]
PARAMS = TrackParams(experiment="arf")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("project"), page="<p>report</p>")


@pytest.fixture(scope="module")
def store(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store into which the project has been mirrored once."""
    root = tmp_path_factory.mktemp("state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DVC_ROOT", str(root))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        assert track(PARAMS, finished).written == tuple(RATES)
    return root


@pytest.fixture
def project(finished: Path, store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project and a store of its own, mirrored once."""
    root = tmp_path / "project"
    shutil.copytree(finished, root)
    shutil.copytree(store / ".arf", root / ".arf")
    monkeypatch.setenv("DVC_ROOT", str(root))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return root


def client() -> Any:
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=tracking_uri())


def active() -> dict[str, Any]:
    runs = client().search_runs(["1"])
    return {run.info.run_id: run for run in runs}


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_one_flat_run_a_source(project: Path) -> None:
    runs = list(active().values())
    assert [run.info.run_name for run in runs] == list(RATES)
    assert {run.info.status for run in runs} == {"FINISHED"}
    for run in runs:
        assert run.data.tags["source"] == run.info.run_name
        assert len(run.data.tags["pipeline_key"]) == 64
        assert "mlflow.parentRunId" not in run.data.tags
        assert "SYNTHETIC" in run.data.tags["mlflow.note.content"]
        assert {"judge/rating_mean", "errors/inferred_sentiment"} <= set(run.data.metrics)
        assert run.data.params["rounds.r1.parent"] == "r0"
    student = next(run for run in runs if run.info.run_name == "student-r1")
    history = client().get_metric_history(student.info.run_id, "train/loss")
    assert [one.step for one in history] == list(range(1, 13))


def test_artifacts(project: Path) -> None:
    run_id = next(iter(active()))
    names = {one.path for one in client().list_artifacts(run_id)}
    assert names == {
        "params.yaml", "comparison.json", "report.html", "audit.html", "prompts", "outputs.json",
    }  # fmt: skip
    path = client().download_artifacts(run_id, "outputs.json")
    assert "12345678" not in Path(path).read_text()


def test_secrets_stay_out(project: Path) -> None:
    assert "secret" not in str([run.to_dictionary() for run in active().values()])
    for run_id in active():
        folder = Path(client().download_artifacts(run_id, ""))
        copies = [path for path in folder.rglob("*") if path.is_file()]
        assert {"params.yaml", "outputs.json", "taxonomy.yaml"} <= {path.name for path in copies}
        for copy in copies:
            assert "secret" not in copy.read_text("utf-8")


def test_a_second_time_adds_nothing(project: Path) -> None:
    before = {run_id: run.to_dictionary() for run_id, run in active().items()}
    found = track(PARAMS, project)
    assert (found.written, found.unchanged) == ((), tuple(RATES))
    assert {run_id: run.to_dictionary() for run_id, run in active().items()} == before


def test_only_what_changed_gets_a_new_run(project: Path) -> None:
    lock = make_lock()
    lock["stages"]["revise@r2"]["outs"][0]["md5"] = "other"
    (project / "dvc.lock").write_text(json.dumps(lock))
    assert track(PARAMS, project).written == ("r2", "student-r2")
    assert len(active()) == len(RATES) + 2


def test_a_half_written_run_is_written_anew(project: Path) -> None:
    victim = next(run_id for run_id, run in active().items() if run.info.run_name == "r1")
    client().update_run(victim, status="RUNNING")
    assert track(PARAMS, project).written == ("r1",)
    assert victim not in active()
    assert len(active()) == len(RATES)
    assert client().get_run(victim).info.lifecycle_stage == "deleted"


def test_a_killed_track_leaves_no_finished_half(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow import MlflowClient

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    other = TrackParams(experiment="other")
    with monkeypatch.context() as patch:
        patch.setattr(MlflowClient, "log_table", die)
        with pytest.raises(KeyboardInterrupt):
            track(other, project)
    assert track(other, project).written == tuple(RATES)


def test_a_deleted_experiment(project: Path) -> None:
    client().delete_experiment("1")
    with pytest.raises(ArfError, match=r"track\.experiment: arf was deleted in MLflow"):
        track(PARAMS, project)


def test_comparison_address(project: Path) -> None:
    assert comparison_address(PARAMS) == (
        "/#/experiments/1/runs?compareRunsMode=CHART&workflowType=machine_learning"
    )
    with pytest.raises(ArfError, match="no experiment nope"):
        comparison_address(TrackParams(experiment="nope"))


def test_a_server_that_is_down(
    finished: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://me:secret@127.0.0.1:{closed_port()}")
    with pytest.raises(ArfError) as told:
        track(PARAMS, finished)
    line = str(told.value)
    assert line.startswith("MLflow at http://***@127.0.0.1:")
    assert ": Connection refused. All figures are in their files: start" in line
    assert "\n" not in line
    assert "secret" not in line + "".join(traceback.format_exception(told.value))
    assert capfd.readouterr() == ("", "")


def test_after_a_failure_the_next_track_catches_up(
    finished: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"http://127.0.0.1:{closed_port()}")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    before = {path for path in finished.rglob("*") if path.is_file()}
    with pytest.raises(ArfError, match="then run track again"):
        track(PARAMS, finished)
    assert {path for path in finished.rglob("*") if path.is_file()} == before
    assert {path.name for path in tmp_path.rglob("*") if path.is_file()} <= {"track.lock"}
    monkeypatch.delenv("MLFLOW_TRACKING_URI")
    found = track(PARAMS, finished)
    assert (found.written, found.unchanged) == (tuple(RATES), ())
    assert [run.info.run_name for run in active().values()] == list(RATES)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    port = closed_port()
    command = [sys.executable, "-m", "mlflow", "server", "--port", str(port), "--workers", "1"]
    folder = f"sqlite:///{tmp_path}/server.db"
    process = subprocess.Popen(
        [*command, "--backend-store-uri", folder, "--artifacts-destination", str(tmp_path / "a")],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    uri = f"http://127.0.0.1:{port}"
    for _ in range(120):
        try:
            with urllib.request.urlopen(f"{uri}/health"):
                break
        except OSError:
            time.sleep(0.5)
    yield uri
    process.terminate()
    process.wait()


@pytest.mark.network
def test_a_real_server(
    finished: Path, server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", server)
    assert track(PARAMS, finished).written == tuple(RATES)
    assert track(PARAMS, finished).written == ()
    run_id = client().search_runs(["1"])[0].info.run_id
    names = {one.path for one in client().list_artifacts(run_id)}
    assert "report.html" in names
