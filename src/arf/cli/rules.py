"""`arf rules evaluate`: how well the rules annotator finds what people or a truth say is there."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from arf.annotate.rules import RulesAnnotator
from arf.channels import POOLED
from arf.detection import Detected, Scores, detect, mistakes
from arf.errors import ArfError
from arf.files import replacing, write_json
from arf.layout import METRICS
from arf.references import LabelledChannel, Labels, find_channels, find_labels
from arf.taxonomy import load_taxonomy

FIGURES = "evaluation.json"
FILES = {
    "false_positive": "false_positives.jsonl",
    "false_negative": "false_negatives.jsonl",
}
WIDTH = 150  # of the widest table, whatever the terminal
COLUMNS = ("n", "positives", "left out", "precision", "recall", "specificity", "F1", "span overlap")

rules = typer.Typer(no_args_is_help=True)


@rules.callback()
def about() -> None:
    """The rules annotator: how well it does on your data."""


@rules.command()
def evaluate(
    data: Annotated[Path, typer.Option(help="A raw folder with labels: see docs/rules.md.")],
    truth: Annotated[
        Path | None, typer.Option(help="A folder of the truth, where it is not DATA/truth.")
    ] = None,
    annotators: Annotated[
        str | None,
        typer.Option(help="Count these people's labels alone, such as A,B, and no truth."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Where the figures and the mistakes go.")] = (
        METRICS / "rules"
    ),
) -> None:
    """Compare what the rules find with what people, or the truth of a sample, say is there.

    An error counts as there if all who labelled the output give it, and as absent if none does.
    Prints figures for each channel and code; the mistakes lie in two files, to be read.
    """
    names = None if annotators is None else [name.strip() for name in annotators.split(",")]
    labels = find_labels(data, truth, names)
    figures = _compare(data, labels, out)
    against = ", ".join(labels.folders)
    write_json(out / FIGURES, {"annotator": "rules", "reference": against, "channels": figures})
    console = Console(width=WIDTH, soft_wrap=True, markup=False)
    for name, found in figures.items():
        console.print(f"{name}, against {against}; left out: {told(found['left_out'])}", style="b")
        for table in tables(found):
            console.print(table, "")
    for path in (FIGURES, *FILES.values()):
        console.print(str(out / path))


def _compare(data: Path, labels: Labels, out: Path) -> dict[str, Any]:
    """Returns the figures by channel and of all channels, and writes the mistakes."""
    taxonomy = load_taxonomy()
    annotator = RulesAnnotator(taxonomy)
    scores: dict[str, Scores] = defaultdict(Scores)
    left_out: dict[str, Counter[str]] = defaultdict(Counter)
    with ExitStack() as stack:
        files = {kind: stack.enter_context(replacing(out / name)) for kind, name in FILES.items()}
        for name in find_channels(data, labels):
            channel = LabelledChannel(data, labels, name, taxonomy)
            for detected in detect(channel, annotator):
                scores[name].add(detected)
                scores[POOLED].add(detected)
                for kind, row in _mistakes(detected):
                    files[kind].write(json.dumps(row, ensure_ascii=False) + "\n")
            left_out[name] = channel.counts
            left_out[POOLED] += channel.counts
        if not scores[POOLED].n:
            raise ArfError(
                f"--data: no case of {data} has both an output and a label "
                f"({told(left_out[POOLED])}); see docs/rules.md"
            )
    return {
        name: {"left_out": dict(counts), **scores[name].figures(taxonomy.codes)}
        for name, counts in sorted(left_out.items(), key=lambda item: item[0] == POOLED)
    }


def _mistakes(detected: Detected) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yields each mistake as a row to read, after its kind."""
    output = detected.output
    for mistake in mistakes(detected):
        yield (
            mistake.kind,
            {
                "id": output.id,
                "channel": output.channel,
                "code": mistake.code,
                "spans": [output.text[span.start : span.end] for span in mistake.spans],
                "text": output.text,
                "source": detected.reference.source,
            },
        )


def told(counts: Mapping[str, int]) -> str:
    """Returns what was left out, in words."""
    return (
        ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in counts.items() if n) or "nothing"
    )


def tables(figures: Mapping[str, Any]) -> Iterator[Table]:
    """Yields the tables of `Scores.figures`: codes, and where the truth tells, forms and traps."""
    codes = Table("code", *COLUMNS, box=None)
    for code, rows in figures["codes"].items():
        codes.add_row(code, *_cells(rows["found"]))
        codes.add_row("  flag everything", *_cells(rows["flag_everything"]), style="dim")
    yield codes
    if figures["forms"]:
        forms = Table("code", "form", "n", "found", "recall", box=None)
        for code, by_form in figures["forms"].items():
            for form, hits in by_form.items():
                forms.add_row(code, form, *_hits(hits))
        yield forms
    if figures["traps"]:
        traps = Table("trap", "n", "walked into", "share", box=None)
        for kind, hits in figures["traps"].items():
            traps.add_row(kind, *_hits(hits))
        yield traps


def _cells(found: Mapping[str, Any]) -> Iterable[str]:
    yield from (str(found[name]) for name in ("n", "positives", "left_out"))
    yield from (_share(found[name]) for name in ("precision", "recall", "specificity"))
    yield from (_number(value) for value in (found["f1"], found["span_overlap"]["mean"]))


def _hits(hits: Mapping[str, Any]) -> tuple[str, str, str]:
    return str(hits["n"]), str(hits["hit"]), _share(hits)


def _share(share: Mapping[str, float | None]) -> str:
    if share["rate"] is None:
        return "-"
    return f"{share['rate']:.2f} ({share['lo']:.2f} to {share['hi']:.2f})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
