"""Checkpoints of trainings: whole or not at all, one folder for each distinct training."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from arf.files import sha256_file
from arf.progress import say
from arf.state import state_dir

SEAL = "arf.json"


@contextmanager
def checkpoints_of(key: str, label: str) -> Iterator[Path]:
    """Opens the checkpoint folder of one training, for one process at a time.

    Args:
        key: hash of all that shapes the training.
        label: what a waiting process says it waits for.

    Yields:
        The folder. It stays when the block raises, and is removed when it ends well.
    """
    from filelock import FileLock, Timeout

    folder = state_dir("checkpoints") / key
    lock = FileLock(folder.with_suffix(".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        say(f"{label}: another process runs the same training; waiting for it")
        lock.acquire()
    try:
        folder.mkdir(exist_ok=True)
        yield folder
        shutil.rmtree(folder)
    finally:
        lock.release()


def seal(checkpoint: Path) -> None:
    """Marks a checkpoint as whole by the hashes of its files."""
    hashes = {file.name: sha256_file(file) for file in _files(checkpoint)}
    part = checkpoint / f".{SEAL}"
    part.write_text(json.dumps(hashes), encoding="utf-8")
    part.replace(checkpoint / SEAL)


def newest_whole(folder: Path) -> Path | None:
    """Returns the newest whole checkpoint of a training and removes newer, torn ones."""
    numbered = {
        int(path.name.rpartition("-")[2]): path
        for path in folder.glob("checkpoint-*")
        if path.name.rpartition("-")[2].isdecimal()
    }
    for _, checkpoint in sorted(numbered.items(), reverse=True):
        if _is_whole(checkpoint):
            return checkpoint
        say(f"{checkpoint}: torn, so left out")
        shutil.rmtree(checkpoint)
    return None


def _files(checkpoint: Path) -> list[Path]:
    return sorted(
        path for path in checkpoint.iterdir() if path.is_file() and not path.name.endswith(SEAL)
    )


def _is_whole(checkpoint: Path) -> bool:
    try:
        hashes = json.loads((checkpoint / SEAL).read_text(encoding="utf-8"))
        return bool(hashes == {file.name: sha256_file(file) for file in _files(checkpoint)})
    except (OSError, ValueError):
        return False


def folder_sha256(folder: Path) -> str:
    """Returns one hash of all files of a folder, names included."""
    digest = hashlib.sha256()
    for file in sorted(path for path in folder.iterdir() if path.is_file()):
        digest.update(f"{file.name} {sha256_file(file)}\n".encode())
    return digest.hexdigest()
