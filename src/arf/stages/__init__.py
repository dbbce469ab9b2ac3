"""One thin entry point per stage of dvc.yaml: read parameters and files, one call, write files."""

import errno
import sys
from collections.abc import Callable

from arf.errors import ArfError


def run(main: Callable[..., None]) -> None:
    """Runs a stage with the arguments of the command line; a user's mistake ends in one line."""
    try:
        main(*sys.argv[1:])
    except ArfError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        sys.exit("error: the disk is full; free space (dvc gc -w helps) and run dvc repro again")
    except KeyboardInterrupt:
        sys.exit("stopped; dvc repro goes on from here")
