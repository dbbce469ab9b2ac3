"""The MLflow run of a batch, one for each batch and baseline."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from arf.track.mirror import keep
from arf.track.runs import Metric, SourceRun, flat


def batches_experiment(experiment: str) -> str:
    """Returns the experiment of monitored batches beside that of the pipeline's runs."""
    return f"{experiment}-monitor"


def mirror_batch(
    experiment: str, found: Mapping[str, Any], key: str, files: Sequence[Path]
) -> bool:
    """Writes the run of a batch, named after it.

    Args:
        experiment: of the pipeline's runs.
        found: what `monitor.json` holds.
        key: the hash of all that the figures were made from.
        files: what to keep a copy of.

    Returns:
        Whether the run is new.

    Raises:
        ArfError: the store refuses or does not answer.
    """
    batch = found["batch"]
    run = SourceRun(
        source=batch["name"],
        tags={
            "pipeline_key": key,
            "against": found["against"],
            "alarm": str(found["alarm"]).lower(),
            "mlflow.note.content": found["verdict"],
        },
        params=dict(flat({"batch": batch, "against": found["against"],
                          "annotator": found["annotator"], "monitor": found["params"]})),
        metrics=tuple(_metrics(found)),
        table={},
        files=tuple(("", path) for path in files),
        texts={},
    )  # fmt: skip
    return keep(batches_experiment(experiment), run, "run this command again")


def _metrics(found: Mapping[str, Any]) -> Iterator[Metric]:
    for channel, block in found["channels"].items():
        yield Metric(f"monitor.{channel}/n", block["n"])
        yield Metric(f"monitor.{channel}/unscored", block["unscored"])
        for code, row in block["codes"].items():
            if row is not None:
                yield Metric(f"monitor.{channel}/{code}", row["batch"]["rate"])
                yield Metric(f"rise.{channel}/{code}", row["diff"])
        for name in ("errors_per_case", "rating"):
            if block[name]["batch"] is not None:
                yield Metric(f"monitor.{channel}/{name}", block[name]["batch"]["mean"])
