"""Progress of long work: a bar with time left on a terminal, plain lines elsewhere."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic

LINE_EVERY = 30.0  # seconds between two plain lines

Advance = Callable[..., None]


def say(line: str) -> None:
    """Tells people one line on the error stream."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def clock(seconds: float) -> str:
    """Returns a duration as `1:02:03` or `2:03`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@contextmanager
def progress(label: str, total: int | None, done: int = 0) -> Iterator[Advance]:
    """Shows how far a piece of work is and how long the rest takes.

    Args:
        label: what is being done.
        total: how many units there are, null where nobody knows.
        done: how many of them an earlier run did.

    Yields:
        A function `advance(count, note="")` to call after each `count` units.
    """
    shown = _bar if sys.stderr.isatty() else _lines
    with shown(label, total, done) as advance:
        yield advance


@contextmanager
def _lines(label: str, total: int | None, done: int) -> Iterator[Advance]:
    start = last = monotonic()
    begun = done
    if total is not None:
        say(f"{label}: {done}/{total}")

    def advance(count: int = 1, note: str = "") -> None:
        nonlocal done, last
        done += count
        now = monotonic()
        if done != total and now - last < LINE_EVERY:
            return
        last = now
        spent = now - start
        if total is None or done >= total:
            time = f"{clock(spent)} in all"
        else:
            time = f"{clock(spent / max(done - begun, 1) * (total - done))} left"
        far = f"{done}" if total is None else f"{done}/{total}"
        say(", ".join(part for part in (f"{label}: {far}", note, time) if part))

    yield advance


@contextmanager
def _bar(label: str, total: int | None, done: int) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[note]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(label, total=total, completed=done, note="")

        def advance(count: int = 1, note: str = "") -> None:
            bar.update(task, advance=count, note=note)

        yield advance
