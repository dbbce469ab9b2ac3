"""The figures of one channel's audit, from everybody's labels."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from arf.audit.agreement import agreement, by_annotator, rating_agreement
from arf.audit.anchoring import anchoring
from arf.audit.calibration import calibrate
from arf.audit.gather import Gathered
from arf.audit.params import AuditParams
from arf.audit.periods import over_time
from arf.audit.rates import PEOPLE, Verdicts, own_rates, rates, verdicts
from arf.audit.sample import Strata
from arf.labels import GOLD
from arf.records import Annotation, Output
from arf.taxonomy import Taxonomy


@dataclass(frozen=True)
class Channel:
    """What an audit knows of one channel.

    Attributes:
        name: of the channel.
        strata: how the training outputs are spread.
        stratum: of each training output that was drawn or labelled, by id.
        received: when the cases of those were received, by id.
        outputs: those that people labelled, by id.
        people: people's labels that count.
        machines: the labels of annotators that are no person, by name; first `roles.annotator`'s.
    """

    name: str
    strata: Strata
    stratum: Mapping[str, str]
    received: Mapping[str, str | None]
    outputs: Mapping[str, Output]
    people: Gathered
    machines: Mapping[str, Sequence[Annotation]]

    def by_people(self) -> Verdicts:
        """Returns what people say together of the training outputs."""
        return self.among(self.people.labels)

    def among(self, labels: Iterable[Annotation]) -> Verdicts:
        """Returns what some labels say together of the training outputs."""
        by_item: dict[str, list[Annotation]] = {}
        for label in labels:
            if label.status == "scored":
                by_item.setdefault(label.id, []).append(label)
        return verdicts(by_item, self.stratum)

    def codes(self, taxonomy: Taxonomy) -> list[str]:
        """Returns the codes that can occur on the channel."""
        return [name for name, code in taxonomy.codes.items() if code.applies_to(self.name)]


def summarize(channel: Channel, params: AuditParams, taxonomy: Taxonomy) -> dict[str, Any]:
    """Returns all figures of a channel's audit; docs/audit.md says what each means.

    Prevalence counts training outputs alone: what is fixed must not be chosen by what is measured
    later. Agreement and calibration count every output that people labelled. Labels made in sight
    of an annotator's say nothing of how good that annotator is.
    """
    codes = channel.codes(taxonomy)
    name, labels = next(iter(channel.machines.items()), (None, ()))
    people, machine = channel.by_people(), channel.among(labels)
    by_item = channel.people.by_item()
    judged = {
        who: {label.id: label for label in own if label.id in by_item}
        for who, own in channel.machines.items()
    }
    scored = by_annotator(
        [*channel.people.labels, *(label for own in judged.values() for label in own.values())]
    )
    texts = {item: output.text for item, output in channel.outputs.items()}
    persons = [who for who in scored if who not in judged and who != GOLD]
    basis = people or machine
    return {
        "n": len(basis),
        "basis": PEOPLE if people else name if machine else None,
        "annotator": name,
        "population": sum(channel.strata.population.values()),
        "prevalence": rates(
            people,
            channel.among(one for one in channel.people.labels if one.seen != name),
            machine,
            channel.stratum,
            channel.strata,
            codes,
        ),
        "strata": _by_stratum(basis, channel, codes),
        "time": over_time(basis, channel.received, codes, params.period),
        "labels": _counts(channel),
        "agreement": agreement(scored, persons, codes, texts),
        "ratings": rating_agreement(scored, persons),
        "anchoring": anchoring(channel.people.labels, judged),
        "calibration": {
            who: calibrate(channel.outputs.values(), own, _blind(by_item, who), codes, params.least)
            for who, own in judged.items()
            if own
        },
    }


def _blind(
    by_item: Mapping[str, Sequence[Annotation]], annotator: str
) -> dict[str, list[Annotation]]:
    """Returns the labels that were made without seeing an annotator's, by id of the output.

    Whoever saw them is no measure of how good they are.
    """
    kept = {
        item: [one for one in labels if one.seen != annotator] for item, labels in by_item.items()
    }
    return {item: labels for item, labels in kept.items() if labels}


def _by_stratum(found: Verdicts, channel: Channel, codes: Sequence[str]) -> dict[str, Any]:
    """Returns population and rates of each stratum, none where there is but one."""
    population = channel.strata.population
    if len(population) < 2:
        return {}
    result = {}
    for name, size in population.items():
        own = {item: row for item, row in found.items() if channel.stratum[item] == name}
        alone = Strata(channel.strata.field, {name: size})
        shares = own_rates(own, channel.stratum, alone, codes)
        result[name] = {"population": size, "n": len(own), "prevalence": shares}
    return result


def _counts(channel: Channel) -> dict[str, Any]:
    """Returns by annotator whether it is a person, how many labels count and how many are old."""
    people = channel.people
    counted = by_annotator(
        [*people.labels, *(one for own in channel.machines.values() for one in own)]
    )
    names = sorted({*counted, *people.outdated, *people.stale})
    return {
        who: {
            "person": who not in channel.machines,
            "scored": len(counted.get(who, ())),
            "outdated": people.outdated[who],
            "stale": dict(sorted(people.stale.get(who, {}).items())),
        }
        for who in names
    }
