import errno
from pathlib import Path

import pytest

from arf.disk import explaining_full_disk, is_disk_full
from arf.errors import ArfError

FULL = Path("/dev/full")


@pytest.mark.parametrize(
    ("error", "full"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (RuntimeError("Error while serializing: I/O error: No space left on device"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (RuntimeError("out of memory"), False),
    ],
)
def test_is_disk_full(error: Exception, full: bool) -> None:
    assert is_disk_full(error) is full


@pytest.mark.skipif(not FULL.exists(), reason="no /dev/full on this system")
@pytest.mark.parametrize("size", [10, 100_000])  # the two come out as different errors
def test_torch_on_a_full_disk_is_one_line(size: int) -> None:
    import torch

    with (
        pytest.raises(ArfError, match=r"^train s: the disk is full; .* dvc repro again: it resume"),
        explaining_full_disk("train s", "resumes"),
    ):
        torch.save({"weights": torch.zeros(size)}, FULL)


def test_other_errors_pass() -> None:
    with pytest.raises(ValueError, match="other"), explaining_full_disk("train s", "resumes"):
        raise ValueError("other")
