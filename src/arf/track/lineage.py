"""Which pipeline state a source's figures come from, told from `dvc.lock`."""

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from arf.files import sha256_text
from arf.params import read_yaml

LOCK = "dvc.lock"
# What differs between runs that are the same to the byte: times, and what the cache answered.
BESIDE = ("metrics/timing", "metrics/requests")


def _meet(a: str, b: str) -> bool:
    """Says whether two paths are the same or one lies inside the other."""
    left, right = PurePosixPath(a), PurePosixPath(b)
    return left.is_relative_to(right) or right.is_relative_to(left)


def _is_beside(path: str) -> bool:
    return any(_meet(path, folder) for folder in BESIDE)


def upstream(stages: Mapping[str, Any], stage: str) -> dict[str, Any]:
    """Returns a stage's entry of `dvc.lock` and those of all stages that it depends on, by name."""
    found: dict[str, Any] = {}
    waiting = [stage]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found[name] = stages[name]
        needed = [dep["path"] for dep in stages[name].get("deps", ())]
        waiting += [
            other
            for other, entry in stages.items()
            if any(_meet(out["path"], path) for out in entry.get("outs", ()) for path in needed)
        ]
    return found


def read_stages(root: Path) -> dict[str, Any]:
    """Returns the stages of the project's `dvc.lock`, none where it has no such file."""
    path = root / LOCK
    return dict((read_yaml(path) or {}).get("stages", {})) if path.exists() else {}


def pipeline_key(root: Path, stages: Mapping[str, Any], source: str) -> str:
    """Returns the hash of all that a source's judgement was made from.

    That is the entries of `dvc.lock` upstream of `judge@<source>`. Where they are missing, it is
    the source's judge metrics and outputs themselves.
    """
    stage = f"judge@{source}"
    if stage in stages:
        made_from: Any = {
            name: entry
            | {"outs": [out for out in entry.get("outs", ()) if not _is_beside(out["path"])]}
            for name, entry in upstream(stages, stage).items()
        }
    else:
        files = [
            root / "metrics" / "judge" / f"{source}.json",
            *(root / "data" / "outputs" / source).glob("*.jsonl"),
        ]
        made_from = {
            file.relative_to(root).as_posix(): sha256_text(file.read_text(encoding="utf-8"))
            for file in files
            if file.exists()
        }
    return sha256_text(json.dumps([source, made_from], sort_keys=True))
