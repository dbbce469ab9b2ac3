"""How well the rules find errors, and how fast: `python benchmarks/rules.py [--data DIR]`.

The families of the synthetic corpus share no phrase. The rules were built on `a` and `b`, and
without a look at family `c`. `--data` adds your own labelled folder (docs/rules.md).
"""

import argparse
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from sys import maxsize
from time import process_time
from typing import Any

from rich.console import Console

from arf.annotate.rules import RulesAnnotator
from arf.cli.rules import WIDTH, tables
from arf.detection import Labelled, Scores, detect
from arf.ingest.raw import Row, to_case
from arf.params import load_section
from arf.records import Case, Output
from arf.references import (
    LabelledChannel,
    by_truth,
    find_channels,
    find_labels,
    recorded,
    to_truth,
)
from arf.sample import SampleParams, make_rows
from arf.taxonomy import Taxonomy, load_taxonomy

SEED = 1
UNSEEN = "c"
BUILT_ON = ("b", "a")
F1 = 0.95
REAL = {  # recall, specificity and span overlap that are wanted of labelled data
    "inferred_sentiment": {"recall": 0.85, "specificity": 0.6, "span_overlap": 0.6},
    "unn_content_pleasantry": {"recall": 0.85, "specificity": 0.8, "span_overlap": 0.6},
    "unn_content_redundant": {"recall": 0.6, "specificity": 0.9},
}


def made(family: str, n: int, seed: int = SEED) -> Iterator[tuple[Case, Output, dict[str, Any]]]:
    """Makes outputs of one family at the rates of params.yaml, each with its case and truth row."""
    rates = load_section("sample", SampleParams).rates
    params = SampleParams(per_channel=n // len(rates), seed=seed, rates=rates, families=(family,))
    for channel in rates:
        for rows in make_rows(params, channel):
            case = to_case(Row(0, rows.case, None, ""), channel, "train", maxsize)
            yield case, recorded(case.id, channel, rows.teacher["text"]), rows.truth


def planted(family: str, n: int, taxonomy: Taxonomy) -> Iterator[Labelled]:
    """Makes outputs with what the truth says of them."""
    for case, output, row in made(family, n):
        truth = to_truth(Row(0, row, None, ""), output.text, taxonomy)
        yield Labelled(case, output, by_truth(truth, case.channel, taxonomy))


def labelled(data: Path, taxonomy: Taxonomy) -> Iterator[Labelled]:
    """Reads the labelled outputs of a raw folder, channel by channel."""
    labels = find_labels(data)
    for channel in find_channels(data, labels):
        yield from LabelledChannel(data, labels, channel, taxonomy)


def score(items: Iterable[Labelled], taxonomy: Taxonomy) -> dict[str, Any]:
    """Returns the figures of all channels together, as `arf rules evaluate` has them."""
    scores = Scores()
    for detected in detect(items, RulesAnnotator(taxonomy)):
        scores.add(detected)
    return scores.figures(taxonomy.codes)


def against_f1(figures: Mapping[str, Any]) -> None:
    """Prints each code's F1 beside the target."""
    for code, rows in figures["codes"].items():
        f1 = rows["found"]["f1"]
        print(f"{code:24} F1 {f1 or 0:.3f}, wanted {F1}: {verdict(f1, F1)}")


def against_real(figures: Mapping[str, Any]) -> None:
    """Prints what is wanted of labelled data beside what is there, and beside flagging all."""
    for code, wanted in REAL.items():
        for name, least in wanted.items():
            rows = figures["codes"][code]
            found, all_flagged = (value(rows[row][name]) for row in ("found", "flag_everything"))
            print(
                f"{code:24} {name:12} {found or 0:.3f}, wanted {least}: {verdict(found, least)}"
                f" (flagging everything: {all_flagged or 0:.3f})"
            )


def value(figure: Mapping[str, float | None]) -> float | None:
    return figure["mean"] if "mean" in figure else figure["rate"]


def verdict(found: float | None, least: float) -> str:
    return "met" if found is not None and found >= least else "MISSED"


def corpus_parser(description: str | None) -> argparse.ArgumentParser:
    """Returns a command line that says which outputs to make."""
    parser = argparse.ArgumentParser(description=description, allow_abbrev=False)
    parser.add_argument("--n", type=int, default=10_000, help="outputs, half of each channel")
    parser.add_argument("--family", default=UNSEEN)
    parser.add_argument("--seed", type=int, default=SEED)
    return parser


def speed(taxonomy: Taxonomy, n: int) -> float:
    """Returns outputs a second on one core, of processor time."""
    pairs = [(item.case, item.output) for item in islice(planted(UNSEEN, 2 * n, taxonomy), n)]
    annotator = RulesAnnotator(taxonomy)
    start = process_time()
    for _ in annotator.annotate(pairs):
        pass
    return len(pairs) / (process_time() - start)


def main() -> None:
    """Prints all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10_000, help="outputs a family")
    parser.add_argument("--data", type=Path, help="a raw folder with labels")
    options = parser.parse_args()
    taxonomy = load_taxonomy()
    console = Console(width=WIDTH, soft_wrap=True, markup=False)
    for family in (UNSEEN, *BUILT_ON):
        figures = score(planted(family, options.n, taxonomy), taxonomy)
        print(f"family {family}, {figures['n']} outputs")
        against_f1(figures)
        for table in tables(figures):
            console.print(table)
    if options.data is not None:
        figures = score(labelled(options.data, taxonomy), taxonomy)
        print(f"{options.data}, {figures['n']} outputs")
        against_real(figures)
        for table in tables(figures):
            console.print(table)
    print(f"annotating: {speed(taxonomy, 2000):.0f} outputs a second on one core")


if __name__ == "__main__":
    main()
