"""`arf monitor`: which errors have moved in a batch of new outputs since the last audit."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from arf.annotate import Annotator
from arf.annotate.providers import AnnotatorRole, RulesRole, open_annotator
from arf.audit_words import shortfalls
from arf.channels import Channels
from arf.errors import ArfError
from arf.files import read_json, replacing, sha256_file, sha256_text, write_json
from arf.ingest.convert import DataParams
from arf.layout import METRICS
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.monitor.baseline import Labeller, baseline_path, check_source, read_baseline, role_for
from arf.monitor.batch import Batch
from arf.monitor.compare import compare
from arf.monitor.mirror import batches_experiment, mirror_batch
from arf.monitor.params import MonitorParams
from arf.monitor.tally import Tally
from arf.monitor.verdict import alarmed, told, verdict
from arf.params import load_section
from arf.progress import say
from arf.prompts import load_prompt
from arf.rounds import TEACHER
from arf.taxonomy import load_taxonomy
from arf.track.mirror import TrackParams

ALARM = 3  # the exit code when a rise is over the threshold
WIDTH = 150  # of the table, whatever the terminal


def monitor(
    new: Annotated[
        Path,
        typer.Argument(metavar="NEW.jsonl", help="New outputs, a case each: docs/monitor.md."),
    ],
    against: Annotated[
        str, typer.Option(help="What to hold them against: r0 (the audit) or a judged source.")
    ] = TEACHER,
    out: Annotated[
        Path | None, typer.Option(help="Where the figures go; else metrics/monitor/NEW.")
    ] = None,
) -> None:
    """Audit a batch of new outputs and say which errors have moved since the last audit.

    Exits with 3 where an error has surely risen by more than `monitor.max_rise`.
    """
    params = load_section("monitor", MonitorParams)
    channels = load_section("channels", Channels).root
    tracking = load_section("track", TrackParams)
    role = load_section(f"roles.{role_for(against)}", AnnotatorRole)
    folder = out or METRICS / "monitor" / new.stem
    check_source(against)
    batch = Batch(new, channels, load_section("data", DataParams), folder)
    there = [name for name in channels if batch.counts[name]]
    labelled, baseline, annotator = _label(batch, there, against, role, folder)
    figures = compare(labelled, baseline, params)
    lines = verdict(figures, params)
    found = {
        "batch": {"name": batch.name, "sha256": sha256_file(new), "n": batch.counts.total(),
                  "broken": batch.broken},
        "against": against,
        "annotator": annotator,
        "params": params.model_dump(),
        "alarm": alarmed(figures),
        "verdict": "; ".join(lines),
        "channels": figures,
    }  # fmt: skip
    write_json(folder / "monitor.json", found)
    _draw(figures, (f"batch {batch.name}", f"baseline {against}"), folder / "monitor.png")
    _print(found, lines, batch, folder)
    for line in _doubts(annotator, there):
        say(line)
    _mirror(tracking, found, [baseline_path(against, name) for name in there], folder)
    if found["alarm"]:
        raise typer.Exit(ALARM)


def _label(
    batch: Batch, channels: list[str], against: str, role: AnnotatorRole, folder: Path
) -> tuple[dict[str, Tally], dict[str, Tally], str]:
    """Labels the batch; returns its counts and the baseline's by channel, and who labelled."""
    taxonomy = load_taxonomy()
    name = role_for(against)
    prompt = None if isinstance(role.root, RulesRole) else load_prompt(role.root.prompt).sha256
    llm = load_section("llm", LlmParams)
    with account("monitor", llm, expected=batch.counts.total) as spending:
        annotator = open_annotator(role, name, taxonomy, spending)
        hashes = {one: taxonomy.hashes(annotator.codes, one) for one in channels}
        labeller = Labeller(name, annotator.name, prompt, hashes)
        baseline = {one: Tally(read_baseline(against, one, labeller)) for one in channels}
        labelled = _count(annotator, batch, channels, folder / "labels.jsonl")
    return labelled, baseline, annotator.name


def _count(annotator: Annotator, batch: Batch, channels: list[str], path: Path) -> dict[str, Tally]:
    """Counts the labels of a batch by channel, and keeps them in a file."""
    tallies = {channel: Tally() for channel in channels}
    with replacing(path) as file:
        for label in annotator.annotate(batch.pairs()):
            tallies[label.channel].add(label)
            file.write(label.model_dump_json() + "\n")
    return tallies


def _draw(figures: Mapping[str, Any], names: tuple[str, str], path: Path) -> None:
    from arf.monitor.plot import draw_forest

    draw_forest(figures, names, path)


def _print(found: Mapping[str, Any], lines: list[str], batch: Batch, folder: Path) -> None:
    console = Console(width=WIDTH, soft_wrap=True, markup=False, highlight=False)
    if batch.broken:
        whole = batch.broken + batch.counts.total()
        say(f"{batch.broken} of {whole} rows are broken, listed in {batch.quarantine}")
    names = (f"baseline {found['against']}", f"batch {batch.name}")
    table = Table("channel", "code", *names, "difference", "p (Holm)", "", box=None)
    for channel, block in found["channels"].items():
        for code, row in block["codes"].items():
            if row is not None:
                table.add_row(channel, code, *_cells(row), style="bold" if row["over"] else "")
        for name in ("errors_per_case", "rating"):
            table.add_row(channel, name, *_means(block[name]), style="dim")
    console.print(table, "")
    for line in lines:
        console.print(line)
    for name in ("monitor.json", "monitor.png", "labels.jsonl"):
        console.print(str(folder / name))


def _cells(row: Mapping[str, Any]) -> Iterator[str]:
    for which in ("baseline", "batch"):
        yield "{rate:.3f} ({lo:.3f} to {hi:.3f})".format(**row[which])
    yield told(row)
    yield "-" if row["p_holm"] is None else f"{row['p_holm']:.2g}"
    yield "over" if row["over"] else row["moved"] or ""


def _means(block: Mapping[str, Any]) -> Iterator[str]:
    for mean in (block["baseline"], block["batch"]):
        if mean is None:
            yield "-"
        elif mean["lo"] is None:
            yield f"{mean['mean']:.2f}"
        else:
            yield "{mean:.2f} ({lo:.2f} to {hi:.2f})".format(**mean)
    if block["diff"] is None:
        yield "-"
    elif block["lo"] is None:
        yield f"{block['diff']:+.2f}"
    else:
        yield "{diff:+.2f}, {lo:.2f} to {hi:.2f}".format(**block)
    yield from ("", "")


def _doubts(annotator: str, channels: list[str]) -> Iterator[str]:
    """Yields what the last audit has found wanting in the annotator."""
    path = METRICS / "audit.json"
    audit = read_json(path) if path.exists() else {}
    for channel in channels:
        if channel in audit:
            yield from shortfalls(channel, audit[channel], annotator, {})


def _mirror(
    tracking: TrackParams, found: Mapping[str, Any], baselines: list[Path], folder: Path
) -> None:
    """Writes the MLflow run; a store that does not answer costs the run alone."""
    made_from = [found["batch"]["sha256"], *map(sha256_file, baselines), found["params"]]
    key = sha256_text(json.dumps(made_from))
    files = [folder / "monitor.json", folder / "monitor.png"]
    experiment = batches_experiment(tracking.experiment)
    try:
        new = mirror_batch(tracking.experiment, found, key, files)
    except ArfError as error:
        say(f"no MLflow run: {error}")
        return
    state = "a new run" if new else "its run was there already"
    say(f"MLflow experiment {experiment}: {state}; make ui shows it")
