"""Room on the disk that is kept for the answers that are under way when it gets full."""

import os
from pathlib import Path

BYTES = 8 * 2**20  # for a thousand answers under way


class Reserve:
    """A file that takes up room until the room is needed.

    Args:
        path: the file; processes that share it share its room.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def is_held(self) -> bool:
        """Whether the room is still there."""
        return self._path.exists()

    def hold(self) -> None:
        """Takes the room.

        Raises:
            OSError: there is not so much.
        """
        with self._path.open("ab") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, BYTES)
            except OSError:
                self.give()
                raise

    def give(self) -> None:
        """Frees the room."""
        self._path.unlink(missing_ok=True)
