"""Whether time is linear in the rows and memory flat: `python benchmarks/scale.py`.

`--sizes 10000,100000,1000000` is the full measurement; the sizes count the rows of both channels.
Each stage runs by its own entry point, as `dvc repro` runs it, on the embedded corpus with the
rules as annotator, editor and judge, on one core, in a temporary folder (TMPDIR says where).

Seconds are of the processor, user and system. What a stage needs before its first row, imports
above all, is measured by a run on START rows and taken off: time per row is (t - t_START) /
(rows - START), and a dash where t is not a second more: too little to tell. Linear is a ratio of
0.8 to 1.2 to the smallest size that tells; flat is a peak of resident memory of at most 1.2 times
the lowest and 50 MB. What is neither is marked by `!`.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
START = 400
CHOOSING = ("sample", "ingest", "teach", "audit", "trial", "targets")
STAGES = ("sample", "ingest", "teach", "audit", "revise r1", "revise r2", "judge r0", "judge r1")
TELLING = 1.0  # seconds
BYTES_PER_ROW = 12_000  # of all files of a run, and of the temporary ones of ingest
MAX_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass(frozen=True)
class Cost:
    """What one run of a stage took: seconds of the processor, bytes of memory at the peak."""

    seconds: float
    peak: int


def sizes(text: str) -> list[int]:
    found = sorted(int(size) for size in text.split(","))
    if found[0] <= 2 * START:
        raise argparse.ArgumentTypeError(f"sizes must be above {2 * START} rows")
    return found


def make_project(folder: Path, rows: int) -> None:
    """Lays out the parameters and prompts of this repository for so many rows."""
    yaml = YAML()
    params = yaml.load(ROOT / "params.yaml")
    params["sample"]["per_channel"] = rows // len(params["channels"])
    for role in ("annotator", "editor", "judge"):
        params["roles"][role] = {"provider": "rules"}
    folder.mkdir()
    yaml.dump(params, folder / "params.yaml")
    shutil.copytree(ROOT / "prompts", folder / "prompts")


def run(stage: str, folder: Path) -> Cost:
    name, *arguments = stage.split()
    child = subprocess.Popen(
        [sys.executable, "-m", f"arf.stages.{name}", *arguments],
        cwd=folder, env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{stage} failed")
    return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * MAX_RSS_UNIT)


def measure(folder: Path, rows: int, targets: Path) -> dict[str, Cost]:
    """Runs all stages on so many rows; the rounds clear the codes that START rows asked for."""
    make_project(folder, rows)
    (folder / "data").mkdir()
    shutil.copytree(targets, folder / "data" / "targets")
    costs = {}
    for stage in STAGES:
        costs[stage] = run(stage, folder)
        print(f"{rows:>9} {stage:10} {costs[stage].seconds:9.1f} s", file=sys.stderr, flush=True)
    shutil.rmtree(folder)
    return costs


def report(start: dict[str, Cost], costs: dict[int, dict[str, Cost]]) -> None:
    print("stage      " + "".join(f"{f'{rows} rows':>36}" for rows in costs))
    print("           " + "      rows/s  time per row  peak, MB " * len(costs))
    lowest = {stage: min(found[stage].peak for found in costs.values()) for stage in STAGES}
    for stage in STAGES:
        line = f"{stage:10} "
        first = 0.0
        for rows, found in costs.items():
            seconds = found[stage].seconds - start[stage].seconds
            if seconds < TELLING:
                line += f"{'-':>12}{'-':>13} "
            else:
                per_row = seconds / (rows - START)
                first = first or per_row
                mark = " " if 0.8 <= per_row / first <= 1.2 else "!"
                line += f"{1 / per_row:12.0f}{per_row / first:13.2f}{mark}"
            mark = " " if found[stage].peak <= 1.2 * lowest[stage] + 50e6 else "!"
            line += f"{found[stage].peak / 1e6:9.0f}{mark}"
        print(line.rstrip())


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=sizes, default=[2000, 20000], help="rows, by commas")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="arf-scale-") as name:
        scratch = Path(name)
        needed, free = max(options.sizes) * BYTES_PER_ROW, shutil.disk_usage(scratch).free
        if free < needed:
            sys.exit(f"{scratch} has {free / 1e9:.1f} GB free, {needed / 1e9:.1f} GB are needed: "
                     "set TMPDIR to a folder on a larger disk")  # fmt: skip
        make_project(scratch / "choosing", START)
        for stage in CHOOSING:
            run(stage, scratch / "choosing")
        targets = scratch / "choosing" / "data" / "targets"
        start = measure(scratch / "start", START, targets)
        costs = {rows: measure(scratch / str(rows), rows, targets) for rows in options.sizes}
    report(start, costs)


if __name__ == "__main__":
    main()
