"""A full disk, told as one line."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from arf.errors import ArfError


def is_disk_full(error: BaseException) -> bool:
    """Says whether an exception means that there is no room left to write.

    Only Python's own carries a number: safetensors tells it in words, and PyTorch's archive writer
    just that a write came out short.
    """
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    words = ("No space left on device", "inline_container.cc", "iostream error")
    return any(word in str(error) for word in words)


@contextmanager
def explaining_full_disk(label: str, then: str) -> Iterator[None]:
    """Turns the failure of a write for lack of room into a plain line.

    Args:
        label: what was being done.
        then: what `dvc repro` does when there is room again.

    Raises:
        ArfError: the disk is full.
    """
    try:
        yield
    except Exception as error:
        if not is_disk_full(error):
            raise
        raise ArfError(
            f"{label}: the disk is full; free space and run dvc repro again: it {then}"
        ) from error
