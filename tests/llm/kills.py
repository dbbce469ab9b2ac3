"""Runs `ask_many.py`, killing it at random moments until it has been killed often enough."""

import os
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from mock_endpoint import MockEndpoint

PROGRAM = Path(__file__).with_name("ask_many.py")


class Killed(NamedTuple):
    """What became of a run that was killed again and again.

    Attributes:
        texts: each question's answer, by id.
        seen: requests that the server has seen.
        in_flight: requests that the server was answering at each kill.
    """

    texts: dict[str, str]
    seen: int
    in_flight: list[int]


def begin(url: str, count: int, concurrency: int, folder: Path) -> subprocess.Popen[bytes]:
    """Starts the program with `folder` as its project."""
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), url, str(count), str(concurrency), str(folder)],
        env=os.environ | {"DVC_ROOT": str(folder)},
        stderr=subprocess.DEVNULL,
    )


def texts(folder: Path) -> dict[str, str]:
    """Returns what the program wrote at its end."""
    lines = (folder / "done").read_text().splitlines()
    return dict(tuple(line.split("\t", 1)) for line in lines)  # type: ignore[misc]


def run_and_kill(
    server: MockEndpoint, count: int, concurrency: int, kills: int, folder: Path, seed: int
) -> Killed:
    """Kills the program so many times while it is asking, each time after a part of the rows."""
    chance = random.Random(seed)
    in_flight = []
    for done in range(1, kills + 1):
        before = server.stats.total
        process = begin(server.url, count, concurrency, folder)
        share = count * done / (kills + 1) - before
        wanted = before + max(1, int(share * chance.uniform(0.2, 1)))
        while server.stats.total < wanted and process.poll() is None:
            time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.02))
        in_flight.append(server.stats.in_flight)
        process.kill()
        process.wait()
        time.sleep(0.1)  # requests that had left before the kill
    process = begin(server.url, count, concurrency, folder)
    process.wait(timeout=120)
    return Killed(texts(folder), server.stats.total, in_flight)
