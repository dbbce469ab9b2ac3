"""Which `dvc repro` this process belongs to."""

import os
from functools import cache
from pathlib import Path
from typing import Any


def current_run() -> str:
    """Returns an id of this `dvc repro`, the same in all of its stages.

    It is that of the nearest ancestor process that is DVC, else of this process; the environment
    variable ARF_RUN overrides it.
    """
    return os.environ.get("ARF_RUN") or _run_of_process()


@cache
def _run_of_process() -> str:
    import psutil

    this = psutil.Process()
    run = next((process for process in this.parents() if _is_dvc(process)), this)
    # The hash holds the start since boot, which a clock that jumps does not change.
    return f"{run.pid}-{hash(run) & 0xFFFFFFFFFFFF:x}"


def _is_dvc(process: Any) -> bool:
    import psutil

    try:
        words = [Path(word).name for word in process.cmdline()[:3]]
    except psutil.Error:
        return False
    return "dvc" in words[:2] or words[1:3] == ["-m", "dvc"]
