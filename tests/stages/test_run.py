"""What a stage says when something is wrong: one line, and never a traceback."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from arf.errors import ArfError
from arf.stages import run

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    return tmp_path


def stage(folder: Path, *arguments: str) -> str:
    """Runs a stage that must fail, and returns its one line."""
    done = subprocess.run(
        [sys.executable, "-m", f"arf.stages.{arguments[0]}", *arguments[1:]],
        cwd=folder, env=os.environ | {"DVC_ROOT": str(folder)}, text=True, capture_output=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 1, done
    (line,) = done.stderr.splitlines()
    return line


def edit(folder: Path, old: str, new: str) -> None:
    path = folder / "params.yaml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize(
    ("old", "new", "arguments", "line"),
    [
        ("max_words", "max_wrods", ["ingest"], "unknown parameter data.max_wrods"),
        ("dir: data/sample", "dir: data/rwa", ["ingest"], "data.dir: there is no folder data/rwa"),
        ("per_channel: 120", "per_channel: many", ["sample"], "sample.per_channel"),
        ("max_new_tokens", "max_tokens", ["predict", "student-r1"], "predict.max_tokens"),
        ("name: smollm2", "name: smollm3", ["base", "default"], "bases.default"),
        ("learning_rate: 2.0e-3", "learning_rate: -1", ["train", "student-r1"], "learning_rate"),
        ("[r1, r0]", "[r1, r1]", ["compare"], "r1 is held against itself"),
        ("provider: recorded", "provider: openai", ["teach"], "teacher.base_url: Field required"),
    ],
)
def test_mistakes_in_params(
    folder: Path, old: str, new: str, arguments: list[str], line: str
) -> None:
    edit(folder, old, new)
    assert line in stage(folder, *arguments)


def test_what_is_not_there_yet(folder: Path) -> None:
    assert "metrics/audit.json: no such file" in stage(folder, "targets")
    assert "run the stage that writes it" in stage(folder, "judge", "r0")
    (folder / "prompts" / "teacher.yaml").unlink()
    assert "prompts/teacher.yaml: no such file" in stage(folder, "predict", "student-r1")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ArfError("that is wrong"), "error: that is wrong"),
        (OSError(errno.ENOSPC, "No space left on device"), "error: the disk is full"),
        (
            PermissionError(errno.EACCES, "Permission denied", "a.yaml"),
            "error: a.yaml: no permission",
        ),
        (IsADirectoryError(errno.EISDIR, "Is a directory", "b"), "error: b: Is a directory; move"),
        (KeyboardInterrupt(), "stopped; dvc repro goes on"),
    ],
)
def test_run_ends_in_one_line(
    monkeypatch: pytest.MonkeyPatch, error: BaseException, line: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["stage"])

    def main() -> None:
        raise error

    with pytest.raises(SystemExit) as stopped:
        run(main)
    assert str(stopped.value).startswith(line)
    assert "\n" not in str(stopped.value)


def test_a_bug_of_ours_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["stage"])

    def main() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(main)
