"""What the disk refuses, told as one line."""

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


def refusal_of_disk(error: BaseException) -> str | None:
    """Returns the line for a full disk or a path that the user has to mend, null for a bug."""
    if is_disk_full(error):
        return "the disk is full; free space (dvc gc -w helps) and run it again"
    if isinstance(error, PermissionError) and error.filename:
        return f"{error.filename}: no permission; make it readable and writable, and run it again"
    if (
        isinstance(error, IsADirectoryError | NotADirectoryError | FileExistsError)
        and error.filename
    ):
        return f"{error.filename}: {error.strerror}; move what is in the way, and run it again"
    return None


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
