import threading
from pathlib import Path

import pytest

from arf.train.checkpoints import checkpoints_of, folder_sha256, newest_whole, seal


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    return tmp_path


def checkpoint(folder: Path, step: int, sealed: bool = True) -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir()
    (path / "weights").write_text(f"weights {step}")
    if sealed:
        seal(path)
    return path


def test_the_newest_by_number_wins(tmp_path: Path) -> None:
    checkpoint(tmp_path, 9)
    newest = checkpoint(tmp_path, 10)
    assert newest_whole(tmp_path) == newest


@pytest.mark.parametrize("damage", ["unsealed", "cut", "lost", "seal cut"])
def test_a_torn_one_is_skipped_and_removed(tmp_path: Path, damage: str) -> None:
    whole = checkpoint(tmp_path, 5)
    torn = checkpoint(tmp_path, 10, sealed=damage != "unsealed")
    if damage == "cut":
        (torn / "weights").write_text("weig")
    elif damage == "lost":
        (torn / "weights").unlink()
    elif damage == "seal cut":
        (torn / "arf.json").write_text('{"weights')
    assert newest_whole(tmp_path) == whole
    assert not torn.exists()


def test_none_in_an_empty_folder(tmp_path: Path) -> None:
    assert newest_whole(tmp_path) is None


def test_they_stay_after_a_failure_and_go_after_success() -> None:
    with pytest.raises(KeyError), checkpoints_of("key", "train s") as folder:
        checkpoint(folder, 5)
        raise KeyError
    with checkpoints_of("key", "train s") as folder:
        assert (folder / "checkpoint-5").is_dir()
    assert not folder.exists()


def test_the_same_training_waits_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    inside = threading.Event()
    order = []

    def second() -> None:
        inside.wait()
        with checkpoints_of("key", "train s"):
            order.append("second")

    thread = threading.Thread(target=second)
    thread.start()
    with checkpoints_of("key", "train s"), checkpoints_of("other", "train t"):
        inside.set()
        thread.join(timeout=0.3)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
    assert capsys.readouterr().err == (
        "train s: another process runs the same training; waiting for it\n"
    )


def test_folder_sha256_sees_names_and_bytes(tmp_path: Path) -> None:
    seen = set()
    for name, text in (("a", "1"), ("a", "2"), ("b", "2")):
        folder = tmp_path / f"{name}{text}"
        folder.mkdir()
        (folder / name).write_text(text)
        seen.add(folder_sha256(folder))
    assert len(seen) == 3
