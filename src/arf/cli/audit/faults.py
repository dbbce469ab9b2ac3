"""What is wrong with a file of people's, told all at once."""

from collections.abc import Sequence
from pathlib import Path

from arf.errors import ArfError
from arf.progress import say

TOLD = 20  # faults that are told one by one


def refuse(file: Path, faults: Sequence[str]) -> None:
    """Lists the faults of a file, if there are any.

    Raises:
        ArfError: there are; nothing of the file may be taken.
    """
    if not faults:
        return
    for fault in faults[:TOLD]:
        say(fault)
    more = f", {len(faults) - TOLD} more than are told above" if len(faults) > TOLD else ""
    count = f"{len(faults)} faults" if len(faults) > 1 else "1 fault"
    raise ArfError(f"{file}: {count}{more}; nothing is imported: mend them and import again")
