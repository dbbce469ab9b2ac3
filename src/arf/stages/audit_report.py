"""Write the audit's page and plots: `python -m arf.stages.audit_report`."""

from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path

from arf.audit_page.examples import examples
from arf.audit_page.figures import agreement_rows, period_rows, prevalence_rows
from arf.audit_page.page import AuditPage, render
from arf.channels import Channels, read_cases, read_pairs
from arf.files import read_json, read_records, replacing, write_csv
from arf.labels import read_labels
from arf.layout import METRICS, annotations, people
from arf.params import load_section
from arf.records import Annotation
from arf.rounds import TEACHER, Round
from arf.stages import run
from arf.taxonomy import load_taxonomy


def main() -> None:
    channels = load_section("channels", Channels).root
    rounds = load_section("rounds", dict[str, Round])
    folder = load_section("audit.labels", Path)
    taxonomy = load_taxonomy()
    audit = read_json(METRICS / "audit.json")

    def by_annotator(channel: str) -> Iterator[Annotation]:
        return read_records(annotations("audit", TEACHER, channel), Annotation)

    def by_people(channel: str) -> Iterator[Annotation]:
        """Streams the labels of the people that count (`audit.people`)."""
        given = chain(read_records(people(channel), Annotation), read_labels(folder, channel))
        return (label for label in given if label.annotator in audit[channel]["labels"])

    page = AuditPage(
        audit=audit,
        targets=read_json(METRICS / "targets.json"),
        titles={name: code.title for name, code in taxonomy.codes.items()},
        min_rate=load_section("targets.min_rate", float),
        by_hand=frozenset(name for name, entry in rounds.items() if entry.codes != "auto"),
        synthetic=any(case.extra.get("synthetic", False) for case in read_cases(channels)),
        examples={
            channel: examples(
                partial(by_people, channel),
                partial(by_annotator, channel),
                read_pairs(TEACHER, [channel]),
                taxonomy.hashes(frozenset(taxonomy.codes), channel),
            )
            for channel in channels
        },
    )
    with replacing(METRICS / "audit.html") as file:
        file.write(render(page))
    plots = METRICS / "audit-plots"
    write_csv(plots / "prevalence.csv", prevalence_rows(audit))
    write_csv(plots / "agreement.csv", agreement_rows(audit))
    write_csv(plots / "periods.csv", period_rows(audit))


if __name__ == "__main__":
    run(main)
