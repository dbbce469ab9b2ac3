"""One process at a time labels under a name."""

from collections.abc import Iterator
from contextlib import contextmanager

from arf.errors import ArfError
from arf.state import state_dir


@contextmanager
def held(annotator: str) -> Iterator[None]:
    """Keeps every other process from labelling under a name while the block runs.

    Raises:
        ArfError: another process does so now.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(state_dir("labels") / f"{annotator.casefold()}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise ArfError(
            f"{annotator} is labelling in another process; end that one, or take another name"
        ) from error
    try:
        yield
    finally:
        lock.release()
