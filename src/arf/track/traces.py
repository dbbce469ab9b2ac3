"""Mirrors requests to MLflow as traces, in an experiment of their own, each once."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock

from arf.files import read_json, write_json
from arf.progress import say
from arf.state import state_dir
from arf.track.mirror import find_experiment, open_client, told_plainly, tracking_uri
from arf.track.runs import without_credentials

PART = 2000  # traces after which it is noted how far they have been taken
PLACES = "traces.json"  # in the state: how far each file has been read, by store and experiment


def mirror_traces(experiment: str) -> int:
    """Takes requests that are new in `.arf/traces` to the experiment `<experiment>-traces`.

    Args:
        experiment: the experiment of the runs.

    Returns:
        How many were taken.

    Raises:
        ArfError: the store refuses or does not answer; what was taken by then is not taken again.
    """
    total = 0
    while count := _mirror_part(experiment):
        total += count
        say(f"MLflow experiment {experiment}-traces: {total} new requests")
    return total


def _mirror_part(experiment: str) -> int:
    files = sorted(state_dir("traces").glob("*.jsonl"))
    if not files:
        return 0
    folder = state_dir("mlflow")
    name = f"{experiment}-traces"
    key = f"{without_credentials(tracking_uri())} {name}"
    count = 0
    with FileLock(folder / "track.lock"), told_plainly():
        known = read_json(folder / PLACES) if (folder / PLACES).exists() else {}
        places = known.setdefault(key, {})
        experiment_id = trace_id = None
        for path in files:
            place = places.get(path.stem, 0)
            if place > path.stat().st_size:  # somebody has emptied the file
                place = 0
            for row, end in _rows(path, place):
                if count == PART:
                    break
                experiment_id = experiment_id or find_experiment(open_client(), name)
                trace_id = _write(experiment_id, path.stem, row)
                places[path.stem] = end
                count += 1
        if trace_id is not None:
            _confirm(trace_id)
            write_json(folder / PLACES, known)
    return count


def _rows(path: Path, place: int) -> Iterator[tuple[dict[str, Any], int]]:
    """Yields the whole lines after a byte, each with the byte behind it."""
    with path.open("rb") as lines:
        lines.seek(place)
        for line in lines:
            if not line.endswith(b"\n"):
                return
            place += len(line)
            try:
                row = json.loads(line)
            except ValueError:  # torn by a crash or a full disk
                continue
            yield row, place


def _write(experiment_id: str, stage: str, row: dict[str, Any]) -> str:
    """Makes a trace and returns its id."""
    import mlflow
    from mlflow.entities import SpanType

    mlflow.set_tracking_uri(tracking_uri())
    span = mlflow.start_span_no_context(
        name=f"{row['role']} {row['id']}",
        span_type=SpanType.CHAT_MODEL,
        inputs={"messages": row["messages"]},
        attributes={
            "model": row["model"],
            "prompt_tokens": row["prompt_tokens"],
            "completion_tokens": row["completion_tokens"],
        },
        tags={"stage": stage, "role": row["role"], "case": row["id"]},
        experiment_id=experiment_id,
        start_time_ns=int(row["begun"] * 1e9),
    )
    span.end(
        outputs={"text": row["text"], "failure": row["failure"]},
        status="ERROR" if row["failure"] else "OK",
        end_time_ns=int(row["ended"] * 1e9),
    )
    return str(span.trace_id)


def _confirm(trace_id: str) -> None:
    """Makes sure that traces have arrived: MLflow tells nobody when it fails to send them."""
    import mlflow

    mlflow.flush_trace_async_logging()
    open_client().get_trace(trace_id)
