"""What an audit reads: which outputs are looked at, and everybody's labels of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from arf.audit.gather import gather, of_people
from arf.audit.params import AuditParams
from arf.audit.sample import Strata, draw_ids, stratify
from arf.audit.summary import Channel
from arf.channels import read_pairs
from arf.errors import ArfError
from arf.files import read_records
from arf.labels import read_labels
from arf.layout import annotations, audited, people
from arf.params import did_you_mean
from arf.records import Annotation, Case, Output
from arf.rounds import TEACHER
from arf.taxonomy import Taxonomy


def everybody(channels: Sequence[str], params: AuditParams) -> dict[str, list[Annotation]]:
    """Returns the labels of the people that count, by channel: of `data.dir` and of this project.

    Raises:
        ArfError: a label is broken, a file is of no channel, or `audit.people` names somebody who
            has labelled nothing.
    """
    for path in sorted(params.labels.glob("*/*.jsonl")):
        if path.stem not in channels:
            guess = did_you_mean(path.stem, list(channels))
            raise ArfError(f"{path}: no channel {path.stem!r}{guess}; rename the file")
    found = [
        label
        for channel in channels
        for source in (
            read_records(people(channel), Annotation),
            read_labels(params.labels, channel),
        )
        for label in source
    ]
    counted = of_people(found, params.people)
    return {name: [label for label in counted if label.channel == name] for name in channels}


def label_path(role: str, channel: str) -> Path:
    """Returns where the labels of a role's annotator lie."""
    prefix, _, name = role.rpartition(".")
    return audited(name, channel) if prefix else annotations("audit", TEACHER, channel)


@dataclass(frozen=True)
class Looked:
    """Which outputs of one channel are looked at.

    Attributes:
        name: of the channel.
        strata: how its training outputs are spread.
        labels: people's labels of its outputs.
    """

    name: str
    strata: Strata
    labels: Sequence[Annotation]

    @classmethod
    def at(cls, name: str, labels: Sequence[Annotation], params: AuditParams) -> "Looked":
        """Looks a channel through."""
        strata = stratify((case for case, _ in read_pairs(TEACHER, [name])), params.strata)
        return cls(name, strata, labels)

    def pairs(self, size: int, params: AuditParams) -> Iterator[tuple[Case, Output]]:
        """Streams the outputs that an annotator labels: a draw, and all that people labelled."""
        wanted = self._drawn(size, params).keys() | {label.id for label in self.labels}
        return (pair for pair in read_pairs(TEACHER, [self.name]) if pair[0].id in wanted)

    def _drawn(self, size: int, params: AuditParams) -> dict[str, str]:
        return draw_ids(lambda: read_pairs(TEACHER, [self.name]), self.strata, size, params)

    def load(self, roles: Sequence[str], taxonomy: Taxonomy) -> Channel:
        """Reads what the annotators said, and joins it with people's labels.

        Raises:
            ArfError: two annotators go by one name.
        """
        machines: dict[str, list[Annotation]] = {}
        for role in roles:
            labels = list(read_records(label_path(role, self.name), Annotation))
            for name in {label.annotator for label in labels}:
                if name in machines:
                    raise ArfError(
                        f"params.yaml: {role}: another annotator goes by the name {name}; models "
                        "that are held against one another need different names"
                    )
                machines[name] = labels
        known = {label.id for own in machines.values() for label in own}
        known |= {label.id for label in self.labels}
        labelled = {label.id for label in self.labels}
        stratum: dict[str, str] = {}
        received: dict[str, str | None] = {}
        outputs: dict[str, Output] = {}
        for case, output in read_pairs(TEACHER, [self.name]):
            if case.split == "train" and case.id in known:
                stratum[case.id] = self.strata.of(case)
                received[case.id] = case.received_at
            if case.id in labelled:
                outputs[case.id] = output
        gathered = gather(self.labels, outputs, self.name, taxonomy)
        return Channel(self.name, self.strata, stratum, received, outputs, gathered, machines)
