"""`arf.robustness --downstream`: the pipeline once per person, as DVC experiments."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from arf.compare import ALL, HEADLINES
from arf.errors import ArfError
from arf.files import read_json, sha256_text, write_json
from arf.layout import METRICS
from arf.progress import say

FIGURES = METRICS / "downstream.json"
COMPARISON = METRICS / "comparison.json"


def downstream(people: Sequence[str], console: Console) -> None:
    """Revises, trains and judges by each person's labels alone, and compares the comparisons.

    Each is an experiment of DVC, `audit-by-NAME`, in a folder of its own: nothing here changes, and
    stages that come out the same are taken from DVC's cache.

    Args:
        people: who labelled.
        console: where the table goes.

    Raises:
        ArfError: fewer than two people labelled, or an experiment fails.
    """
    if len(people) < 2:
        raise ArfError(
            "--downstream: labels of at least two people are wanted, there are those of "
            f"{', '.join(people) or 'nobody'}; see docs/audit.md"
        )
    found: dict[str, Mapping[str, Any]] = {"everybody": read_json(COMPARISON)["contrasts"]}
    for who in people:
        plain = "".join(c if c.isascii() and c.isalnum() else "-" for c in who)
        name = f"audit-by-{plain}-{sha256_text(who)[:6]}"
        say(f"experiment {name}: revise, train and judge by {who}'s labels alone")
        _run("dvc", "exp", "run", "--temp", "--force", "--name", name,
             "--set-param", f"audit.people=[{json.dumps(who, ensure_ascii=False)}]")  # fmt: skip
        found[who] = json.loads(_run("git", "show", f"{_revision(name)}:{COMPARISON}"))["contrasts"]
    moved = {
        contrast: {metric: _spread(found, contrast, metric) for metric in HEADLINES}
        for contrast in found["everybody"]
    }
    write_json(FIGURES, moved)
    console.print(_table(moved, list(found)))
    say(verdict(moved))
    say(f"figures: {FIGURES}")


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip() or "no word").splitlines()[-1]
        raise ArfError(f"{' '.join(command[:3])}: {last}")
    return done.stdout


def _revision(name: str) -> str:
    """Returns the experiment that started from today's commit, none of an earlier one."""
    sha = _run("git", "rev-parse", "HEAD").strip()
    return f"refs/exps/{sha[:2]}/{sha[2:]}/{name}"


def _spread(
    found: Mapping[str, Mapping[str, Any]], contrast: str, metric: str
) -> dict[str, float | None]:
    blocks = {who: rows[contrast][ALL][metric] for who, rows in found.items()}
    return {who: block["diff"] if block else None for who, block in blocks.items()}


def _table(moved: Mapping[str, Any], names: Sequence[str]) -> Table:
    table = Table("contrast", "metric", *names, box=None)
    for contrast, metrics in moved.items():
        for metric, values in metrics.items():
            cells = ("-" if values[who] is None else f"{values[who]:+.2f}" for who in names)
            table.add_row(contrast.replace("_vs_", " − "), metric.replace("_", " "), *cells)
    return table


def verdict(moved: Mapping[str, Mapping[str, Mapping[str, float | None]]]) -> str:
    """Says in one line how far the comparison moves with who audited."""
    widest, where, turned = 0.0, "", []
    for contrast, metrics in moved.items():
        for metric, values in metrics.items():
            known = [value for value in values.values() if value is not None]
            if not known:
                continue
            if min(known) < 0 < max(known):
                turned.append(f"{contrast.replace('_vs_', ' − ')} ({metric.replace('_', ' ')})")
            if max(known) - min(known) > widest:
                widest = max(known) - min(known)
                where = f"{contrast.replace('_vs_', ' − ')} ({metric.replace('_', ' ')})"
    if not widest:
        return "Whoever audits, the comparison comes out the same."
    signs = f"the sign turns in {', '.join(turned)}" if turned else "no difference changes its sign"
    return f"Whoever audits, differences move by {widest:.2f} at most, in {where}; {signs}."
