"""Mirror all figures to MLflow, running no model: `python -m arf.stages.track`."""

from pathlib import Path

from arf.params import load_section
from arf.progress import say
from arf.stages import run
from arf.track.mirror import TrackParams, track
from arf.track.traces import mirror_traces


def main() -> None:
    params = load_section("track", TrackParams)
    mirror = track(params, Path())
    say(
        f"MLflow experiment {params.experiment}: {len(mirror.written)} new runs, "
        f"{len(mirror.unchanged)} there already; make ui shows them"
    )
    mirror_traces(params.experiment)


if __name__ == "__main__":
    run(main)
