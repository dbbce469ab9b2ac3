"""Where state lives that outlasts a run and belongs to neither git nor DVC."""

import os
from pathlib import Path


def state_dir(name: str) -> Path:
    """Returns `.arf/<name>` of the project, made if absent.

    The project is `DVC_ROOT` where DVC set it, else the root found from this file. It is never
    the working directory, which is a throw-away copy under `dvc exp run --temp`.
    """
    root = os.environ.get("DVC_ROOT") or Path(__file__).resolve().parents[2]
    folder = Path(root) / ".arf" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
