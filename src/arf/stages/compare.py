"""Compare all judged sources and write the report: `python -m arf.stages.compare`."""

from collections.abc import Iterable
from itertools import chain
from typing import Any

from arf.channels import Channels, read_cases
from arf.compare import CompareParams, compare, error_rows, mean_rows
from arf.files import read_json, read_records, replacing, write_csv, write_json
from arf.judge import JudgedSource
from arf.layout import METRICS, annotations, outputs
from arf.params import load_section
from arf.records import Annotation, Output
from arf.report.examples import side_by_side
from arf.report.figures import picture
from arf.report.page import Report, render
from arf.stages import run
from arf.taxonomy import load_taxonomy

EXAMPLES = 4  # a channel


def main() -> None:
    params = load_section("compare", CompareParams)
    sources = load_section("judge.sources", dict[str, JudgedSource])
    channels = load_section("channels", Channels).root
    taxonomy = load_taxonomy()
    labels = {
        source: {
            channel: list(read_records(annotations("judge", source, channel), Annotation))
            for channel in channels
        }
        for source in sources
    }
    synthetic = any(case.extra.get("synthetic", False) for case in read_cases(channels))
    comparison = compare(params, labels, list(taxonomy.codes), synthetic=synthetic)
    write_json(METRICS / "comparison.json", comparison)
    for metric in ("rating", "errors_per_case"):
        write_csv(METRICS / "plots" / f"{metric}.csv", mean_rows(comparison, metric))
    write_csv(METRICS / "plots" / "error_rate.csv", error_rows(comparison))
    picture(comparison, METRICS / "comparison.png")
    examples = chain.from_iterable(
        side_by_side(
            read_cases([channel]),
            {source: read_records(outputs(source, channel), Output) for source in sources},
            {source: labels[source][channel] for source in sources},
            EXAMPLES,
        )
        for channel in channels
    )
    report = Report(
        comparison=comparison,
        titles={name: code.title for name, code in taxonomy.codes.items()},
        audit=read_json(METRICS / "audit.json"),
        revise=_figures("revise", load_section("rounds", dict[str, Any])),
        train=_figures("train", load_section("students", dict[str, Any])),
        examples=list(examples),
        judge=load_section("roles.judge.provider", str),
        annotator=load_section("roles.annotator.provider", str),
        judges=sorted(
            {label.annotator for own in labels.values() for rows in own.values() for label in rows}
        ),
    )
    with replacing(METRICS / "report.html") as file:
        file.write(render(report))


def _figures(stage: str, names: Iterable[str]) -> dict[str, Any]:
    return {name: read_json(METRICS / stage / f"{name}.json") for name in names}


if __name__ == "__main__":
    run(main)
