"""How long a stage takes to start, and which import dominates: `python benchmarks/start.py`.

Each stage's module is imported in a fresh, warm process. The ratio is to `python -c pass` in the
same run. The dominating imports are the third-party packages with the largest own share.
"""

import subprocess
import sys
import time
from collections import Counter

STAGES = ("sample", "ingest", "teach", "audit", "trial", "targets", "revise", "judge", "compare",
          "track", "base", "train", "predict", "predict_base", "predict_sampled")  # fmt: skip
REPEATS = 5


def seconds(code: str) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times.append(time.perf_counter() - start)
    return min(times)


def dominating(code: str) -> str:
    """The packages whose modules take most of the time, by Python's own import clock."""
    told = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], check=True, capture_output=True, text=True
    ).stderr
    own: Counter[str] = Counter()
    for line in told.splitlines()[1:]:
        micros, _, name = line.removeprefix("import time:").split("|")
        own[name.strip().split(".")[0]] += int(micros)
    return ", ".join(f"{name} {micros / 1e6:.2f} s" for name, micros in own.most_common(3))


def main() -> None:
    bare = seconds("pass")
    print(f"{'stage':12} {'seconds':>8} {'ratio':>6}  dominated by")
    for stage in STAGES:
        code = f"import arf.stages.{stage}"
        taken = seconds(code)
        print(f"{stage:12} {taken:8.2f} {taken / bare:6.1f}  {dominating(code)}")


if __name__ == "__main__":
    main()
