"""What is wrong with a file of people's, told all at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import typer

SHOWN = 20


def refuse(file: Path, faults: Sequence[str]) -> NoReturn:
    """Lists the faults of a file and ends the command; nothing of the file is taken.

    Raises:
        typer.Exit: always, with 1.
    """
    for fault in faults[:SHOWN]:
        typer.echo(fault, err=True)
    more = f", the first {SHOWN} of them above" if len(faults) > SHOWN else ""
    typer.echo(f"error: {file}: {len(faults)} faults{more}; nothing is imported", err=True)
    raise typer.Exit(1)
