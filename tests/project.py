"""A copy of this project in a folder of its own, as a clone would be, on the tiny model."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]


class Project:
    """A project folder under git and DVC in which commands can be typed."""

    def __init__(self, root: Path):
        self.root = root
        self.env = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(root / "src"),
            "DVC_NO_ANALYTICS": "1",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "GIT_AUTHOR_NAME": "t", "GIT_AUTHOR_EMAIL": "t@example.org",
            "GIT_COMMITTER_NAME": "t", "GIT_COMMITTER_EMAIL": "t@example.org",
        }  # fmt: skip
        self.env.pop("DVC_ROOT", None)
        self.env.pop("MLFLOW_TRACKING_URI", None)

    def type(self, command: str, **env: str) -> subprocess.CompletedProcess[str]:
        """Runs a command line and returns what it printed, both streams in `stdout`."""
        return subprocess.run(
            ["bash", "-c", command], cwd=self.root, env=self.env | env, text=True, timeout=600,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip

    def start(self, command: str) -> subprocess.Popen[str]:
        """Starts a command line in the background."""
        return subprocess.Popen(
            ["bash", "-c", f"exec {command}"], cwd=self.root, env=self.env, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip

    def ok(self, command: str, **env: str) -> str:
        """Runs a command line that must succeed."""
        done = self.type(command, **env)
        assert done.returncode == 0, f"{command}\n{done.stdout[-5000:]}"
        return done.stdout

    def ran(self, command: str) -> set[str]:
        """Runs `dvc repro` and returns the stages that it really ran."""
        out = self.ok(command)
        marker = "Running stage '"
        return {line.split("'")[1] for line in out.splitlines() if line.startswith(marker)}

    def set(self, **values: object) -> None:
        """Changes parameters: a dotted name, its dots written as two underscores."""
        yaml = YAML()
        path = self.root / "params.yaml"
        params = yaml.load(path)
        for name, value in values.items():
            *parents, last = name.split("__")
            section = params
            for parent in parents:
                section = section[parent]
            section[last] = value
        yaml.dump(params, path)

    def commit(self) -> None:
        """Commits everything."""
        self.ok("git add -A && git commit -qm state")


def copy_project(root: Path) -> Project:
    """Copies what git tracks or would track, and sets it up for the tiny model."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, text=True,
        capture_output=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file() and name not in {"dvc.lock", "metrics/comparison.json"}:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    project = Project(root)
    project.set(
        bases={"default": {"source": "tiny"}},
        sample__per_channel=40,
        data__splits={"train": 0.5, "heldout": 0.25, "test": 0.25},
        train__token_budget=6000,
        predict__max_new_tokens=8,
        compare__resamples=200,
    )
    project.ok("git init -q -b main")
    project.commit()
    return project
