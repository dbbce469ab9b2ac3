"""Mirrors a finished pipeline to MLflow; the files stay the truth and no model runs."""

import logging
import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock
from pydantic import Field

from arf.errors import ArfError
from arf.files import read_json
from arf.layout import METRICS
from arf.params import Section
from arf.state import state_dir
from arf.track.lineage import pipeline_key, read_stages
from arf.track.runs import SourceRun, source_run, without_credentials

if TYPE_CHECKING:
    from mlflow import MlflowClient

# The client's own settings, unless people set others: a server that is down is told in seconds.
_CLIENT = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "10",
}
T = TypeVar("T")

_METRICS_A_CALL = 1000
_PARAMS_A_CALL = 100
_PARAM_LENGTH = 6000


class TrackParams(Section):
    """The section `track` of `params.yaml`.

    Attributes:
        experiment: the MLflow experiment that all runs go to.
    """

    experiment: str = Field(min_length=1)


@dataclass(frozen=True)
class Mirror:
    """What `track` did.

    Attributes:
        experiment_id: of the experiment.
        written: sources whose runs are new.
        unchanged: sources whose runs were there.
    """

    experiment_id: str
    written: tuple[str, ...]
    unchanged: tuple[str, ...]


def tracking_uri() -> str:
    """Returns the tracking URI: `MLFLOW_TRACKING_URI`, else a SQLite file of the project."""
    return os.environ.get("MLFLOW_TRACKING_URI") or f"sqlite:///{state_dir('mlflow')}/mlflow.db"


def comparison_address(params: TrackParams) -> str:
    """Returns the path of the comparison's charts, to be appended to a server's address.

    Raises:
        ArfError: nothing has been mirrored yet, or the store does not answer.
    """
    with told_plainly():
        found = open_client().get_experiment_by_name(params.experiment)
    if found is None:
        raise ArfError(f"MLflow has no experiment {params.experiment}; run dvc repro track")
    return (
        f"/#/experiments/{found.experiment_id}/runs"
        "?compareRunsMode=CHART&workflowType=machine_learning"
    )


def track(params: TrackParams, root: Path) -> Mirror:
    """Writes one run for each judged source, unless this state of its pipeline has one.

    A run that an earlier call left unfinished is deleted and written anew.

    Args:
        params: the section `track`.
        root: of the project.

    Raises:
        ArfError: a file of the pipeline is missing, or the store refuses or does not answer.
    """
    sources = list(read_json(root / METRICS / "comparison.json")["sources"])
    stages = read_stages(root)
    keys = {source: pipeline_key(root, stages, source) for source in sources}
    with FileLock(state_dir("mlflow") / "track.lock"), told_plainly():
        client = open_client()
        experiment_id = find_experiment(client, params.experiment)
        written, unchanged = [], []
        # The newest run is on top of MLflow's list, where the first source belongs.
        for source, key in reversed(keys.items()):
            if _is_there(client, experiment_id, key):
                unchanged.append(source)
            else:
                _write(client, experiment_id, source_run(root, source, key))
                written.append(source)
    return Mirror(experiment_id, tuple(written[::-1]), tuple(unchanged[::-1]))


def keep(experiment: str, run: SourceRun, again: str) -> bool:
    """Writes one run, unless the experiment has a finished one with its pipeline key.

    Args:
        experiment: the experiment.
        run: what to write.
        again: what to do again once the store answers, for the message.

    Returns:
        Whether the run is new.

    Raises:
        ArfError: the store refuses or does not answer.
    """
    with FileLock(state_dir("mlflow") / "track.lock"), told_plainly(again):
        client = open_client()
        experiment_id = find_experiment(client, experiment)
        if _is_there(client, experiment_id, run.tags["pipeline_key"]):
            return False
        _write(client, experiment_id, run)
        return True


@contextmanager
def told_plainly(again: str = "run track again") -> Iterator[None]:
    """Turns whatever MLflow raises into one line, which ends with what to do `again`."""
    for name, value in _CLIENT.items():
        os.environ.setdefault(name, value)
    from mlflow.exceptions import MlflowException
    from requests.exceptions import RequestException
    from sqlalchemy.exc import SQLAlchemyError

    for name in ("alembic", "mlflow", "urllib3.connectionpool"):
        logging.getLogger(name).setLevel(logging.ERROR)
    try:
        yield
    except (MlflowException, RequestException, SQLAlchemyError, ModuleNotFoundError) as error:
        told = re.search(r"\[Errno -?\d+\] ([\w ]+)", str(error))
        what = told.group(1) if told else (str(error).splitlines() or ["no answer"])[0]
        line = (
            f"MLflow at {tracking_uri()}: {what[:300].rstrip('.')}. All figures are in their "
            f"files: start or mend the server, then {again}"
        )
        raise ArfError(without_credentials(line)) from None


def open_client() -> "MlflowClient":
    """Returns a client of the store."""
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=tracking_uri())


def find_experiment(client: "MlflowClient", name: str) -> str:
    """Returns the id of an experiment, made if there is none.

    Raises:
        ArfError: it was deleted.
    """
    found = client.get_experiment_by_name(name)
    if found is None:
        served = tracking_uri().startswith(("http:", "https:", "databricks"))
        folder = None if served else (state_dir("mlflow") / "artifacts").as_uri()
        tags = {"mlflow.experimentKind": "custom_model_development"}
        return str(client.create_experiment(name, artifact_location=folder, tags=tags))
    if found.lifecycle_stage == "deleted":
        raise ArfError(
            f"params.yaml: track.experiment: {name} was deleted in MLflow; restore it there or "
            "choose another name"
        )
    return str(found.experiment_id)


def _is_there(client: "MlflowClient", experiment_id: str, key: str) -> bool:
    """Says whether a finished run has this key, and deletes unfinished ones."""
    runs = client.search_runs([experiment_id], f"tags.pipeline_key = '{key}'")
    for run in runs:
        if run.info.status != "FINISHED":
            client.delete_run(run.info.run_id)
    return any(run.info.status == "FINISHED" for run in runs)


def _parts(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _write(client: "MlflowClient", experiment_id: str, source: SourceRun) -> None:
    from mlflow.entities import Metric, Param

    run = client.create_run(experiment_id, run_name=source.source, tags=dict(source.tags))
    run_id = run.info.run_id
    now = int(time.time() * 1000)
    metrics = [Metric(one.name, one.value, now, one.step) for one in source.metrics]
    for part in _parts(metrics, _METRICS_A_CALL):
        client.log_batch(run_id, metrics=part)
    params = [Param(name, value[:_PARAM_LENGTH]) for name, value in source.params.items()]
    for part in _parts(params, _PARAMS_A_CALL):
        client.log_batch(run_id, params=part)
    for folder, path in source.files:
        if path.is_dir():
            client.log_artifacts(run_id, str(path), folder)
        else:
            client.log_artifact(run_id, str(path), folder or None)
    for name, text in source.texts.items():
        client.log_text(run_id, text, name)
    if source.table:
        client.log_table(run_id, dict(source.table), "outputs.json")
    client.set_terminated(run_id, "FINISHED")
