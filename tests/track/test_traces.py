"""Requests as MLflow traces: each once, bounded, with what was sent and nothing else."""

from pathlib import Path

import pytest

from arf.errors import ArfError
from arf.llm.cache import Meta
from arf.llm.tracing import Tracer
from arf.track import traces
from arf.track.traces import mirror_traces

pytestmark = [
    pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SADeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning"),
    pytest.mark.filterwarnings("ignore:.*Any type hint is inferred:UserWarning"),
]


@pytest.fixture(autouse=True)
def _state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{tmp_path}/store.db")
    monkeypatch.setenv("MLFLOW_ENABLE_ASYNC_TRACE_LOGGING", "false")


def write(number: int, failure: str | None = None) -> None:
    meta = Meta(
        "https://llm.example/v1", "gpt", "teacher", "teach", "one", 12, 3, 0.1, 1e9 + number + 1
    )
    Tracer("teach").write(
        meta, f"botchat/{number}", [{"role": "user", "content": f"[EMAIL_1] asks {number}"}],
        None if failure else f"answer {number}", failure, 1e9 + number,
    )  # fmt: skip


def found() -> dict[str, object]:
    from mlflow import MlflowClient

    client = MlflowClient()
    experiment = client.get_experiment_by_name("arf-traces")
    listed = client.search_traces(locations=[experiment.experiment_id], max_results=100)
    return {trace.info.tags["case"]: trace for trace in listed}


def test_without_requests_no_experiment_is_made(tmp_path: Path) -> None:
    assert mirror_traces("arf") == 0
    assert not (tmp_path / "store.db").exists()


def test_each_request_becomes_a_trace_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        write(number)
    write(3, "length: it was cut")
    path = tmp_path / ".arf" / "traces" / "teach.jsonl"
    assert path.stat().st_mode & 0o077 == 0
    monkeypatch.setattr(traces, "PART", 3)
    assert mirror_traces("arf") == 4
    assert mirror_traces("arf") == 0
    write(4)
    with path.open("a") as file:
        file.write('{"role": "teac')  # a line that is not finished yet
    assert mirror_traces("arf") == 1
    listed = found()
    assert set(listed) == {f"botchat/{number}" for number in range(5)}
    span = listed["botchat/1"].data.spans[0]  # type: ignore[attr-defined]
    assert span.inputs == {"messages": [{"role": "user", "content": "[EMAIL_1] asks 1"}]}
    assert span.outputs == {"text": "answer 1", "failure": None}
    assert span.end_time_ns - span.start_time_ns == 10**9
    failed = listed["botchat/3"].data.spans[0]  # type: ignore[attr-defined]
    assert failed.outputs["failure"] == "length: it was cut"
    assert failed.status.status_code == "ERROR"


def test_an_emptied_file_is_read_from_its_start(tmp_path: Path) -> None:
    for number in range(3):
        write(number)
    assert mirror_traces("arf") == 3
    (tmp_path / ".arf" / "traces" / "teach.jsonl").unlink()
    write(9)
    assert mirror_traces("arf") == 1


def test_traces_that_do_not_arrive_are_told_and_taken_again() -> None:
    """MLflow swallows what goes wrong on the way to its store."""
    from mlflow.entities.span import NoOpSpan

    write(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mlflow.start_span_no_context", lambda **values: NoOpSpan())
        with pytest.raises(ArfError, match="run track again"):
            mirror_traces("arf")
    assert mirror_traces("arf") == 1
    assert set(found()) == {"botchat/0"}
