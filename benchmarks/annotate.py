"""What `arf annotate` takes with 10,000 items: `python benchmarks/annotate.py`.

The corpus has as many outputs as people are asked to label. Times are of one process on loopback:
from its start to the address, from there to the page and its first item, from process start to both
(what a person waits for), and of saves, each with its `fsync`: new labels, and labels given again,
for which the channel's file is written anew.
"""

import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
from ruamel.yaml import YAML

from arf.files import write_records
from arf.layout import cases, outputs
from arf.records import Case, Output

ROOT = Path(__file__).parents[1]
CHANNELS = ("botchat", "webform")
ITEMS = 10_000
SAVES = 200
WORDS = (
    "The customer asked for a refund of the delivery fee and the agent said that it was paid. " * 3
)


def build(root: Path) -> None:
    """Puts down as many cases and outputs, and asks for a label of each."""
    shutil.copytree(ROOT / "prompts", root / "prompts")
    yaml = YAML()
    params = yaml.load(ROOT / "params.yaml")
    params["audit"] |= {"per_channel": ITEMS, "labels": "data/labels"}
    yaml.dump(params, root / "params.yaml")
    for channel in CHANNELS:
        ids = [f"{channel}-{i:06}" for i in range(ITEMS // len(CHANNELS))]
        write_records(
            root / cases(channel),
            (Case(id=i, channel=channel, split="train", text=f"{i} {WORDS * 3}") for i in ids),
        )
        write_records(
            root / outputs("r0", channel),
            (
                Output(id=i, channel=channel, source="r0", text=f"{i} {WORDS}", provider="recorded")
                for i in ids
            ),
        )


def started(root: Path) -> tuple[subprocess.Popen[str], str]:
    """Types the command; returns its process and the address that it says."""
    env = os.environ | {"DVC_ROOT": str(root), "PYTHONPATH": str(ROOT / "src")}
    process = subprocess.Popen(
        [sys.executable, "-c", "from arf.cli import main; main()",
         "annotate", "--as", "anna", "--no-open"],
        cwd=root, env=env, text=True, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    line = process.stderr.readline()
    assert f"{ITEMS} open" in line, line
    return process, line.split(" at ")[1].split()[0]


def saves(client: httpx.Client, address: str, places: range) -> list[float]:
    """Labels items; returns the seconds of each save."""
    taken = []
    for place in places:
        key = client.get(f"{address}items/{place}").json()["key"]
        given = {"rating": 1 + place % 5, "errors": [], "note": str(time.perf_counter())}
        start = time.perf_counter()
        client.post(f"{address}items/{key}", json=given).raise_for_status()
        taken.append(time.perf_counter() - start)
    return taken


def told(name: str, taken: list[float]) -> None:
    worst = statistics.quantiles(taken, n=20)[-1]
    print(
        f"{name:34} {statistics.median(taken) * 1e3:7.1f} ms median, {worst * 1e3:.1f} ms at 95 %"
    )


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        build(root)
        start = time.perf_counter()
        process, address = started(root)
        ready = time.perf_counter()
        with httpx.Client(trust_env=False) as client:
            size = len(client.get(address).content) + len(
                client.get(f"{address}items/next").content
            )
            shown = time.perf_counter()
            print(f"{ITEMS} items")
            print(f"{'process start to address':34} {ready - start:7.2f} s")
            print(f"{'page and first item':34} {shown - ready:7.2f} s, {size / 1e3:.0f} kB")
            print(f"{'process start to first item':34} {shown - start:7.2f} s")
            told("save", saves(client, address, range(SAVES)))
            told(
                f"save again, {SAVES // 2} labels in the file", saves(client, address, range(SAVES))
            )
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)


if __name__ == "__main__":
    main()
