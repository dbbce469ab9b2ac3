"""One thin entry point per stage of dvc.yaml: read parameters and files, one call, write files."""

import sys
from collections.abc import Callable
from signal import SIGTERM, default_int_handler, signal

from arf.disk import refusal_of_disk
from arf.errors import ArfError


def run(main: Callable[..., None]) -> None:
    """Runs a stage with the arguments of the command line; a user's mistake ends in one line.

    SIGTERM, as schedulers send it, stops it as Ctrl-C does: what is under way is kept.
    """
    signal(SIGTERM, default_int_handler)
    try:
        main(*sys.argv[1:])
    except ArfError as error:
        sys.exit(f"error: {error}")
    except KeyboardInterrupt:
        sys.exit("stopped; dvc repro goes on from here")
    except Exception as error:
        line = refusal_of_disk(error)
        if line is None:
            raise
        sys.exit(f"error: {line}")
