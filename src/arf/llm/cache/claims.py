"""Claims on questions, so that two processes never pay for the same one at once."""

import errno
import fcntl
import os
from pathlib import Path

from arf.errors import ArfError


class Claims:
    """Locks on single bytes of one file; the kernel frees those of a process that dies.

    A process opens the file once: closing it anywhere would free all its locks.

    Raises:
        ArfError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: set[int] = set()
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise ArfError(f"{path}: {error.strerror}; make its folder writable") from error

    def claim(self, key: str) -> bool:
        """Takes a key, a SHA-256 in hex; returns False where anyone holds it."""
        offset = _offset(key)
        if offset in self._held:
            return False
        try:
            fcntl.lockf(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, offset)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN):
                return False
            raise ArfError(f"{self.path}: cannot be locked ({error.strerror})") from error
        self._held.add(offset)
        return True

    def release(self, key: str) -> None:
        """Gives a key back; one that is not held is left alone."""
        offset = _offset(key)
        if offset in self._held:
            self._held.remove(offset)
            fcntl.lockf(self._file, fcntl.LOCK_UN, 1, offset)


def _offset(key: str) -> int:
    return int(key[:16], 16) >> 2
