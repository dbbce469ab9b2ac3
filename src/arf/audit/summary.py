"""How often each error occurs, from the labels of a sample."""

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from typing import Any

from arf.agreement import agreement
from arf.records import Annotation, Case
from arf.stats import rate
from arf.taxonomy import Taxonomy


def training_ids(cases: Iterable[Case], labels: Iterable[Annotation]) -> set[str]:
    """Returns which of the labelled cases are training cases, in memory that the labels bound."""
    labelled = {label.id for label in labels}
    return {case.id for case in cases if case.id in labelled and case.split == "train"}


def audit(
    labels: Sequence[Annotation],
    people: Sequence[Annotation],
    training: Container[str],
    channel: str,
    taxonomy: Taxonomy,
) -> dict[str, Any]:
    """Estimates how often each error occurs on a channel.

    People's labels of training outputs count where there are any, else the annotator's: what is
    fixed must not be chosen by what is measured later. An output has an error when at least half
    of those who looked for it say so.

    Args:
        labels: the annotator's labels of the drawn sample.
        people: people's labels, of any split; agreement counts them all.
        training: ids of the training cases among those that people labelled.
        channel: the channel.
        taxonomy: the codes.

    Returns:
        `n` outputs, `basis` (whose labels), `agreement` between people by code, and
        `prevalence` by code with 95 % Wilson intervals, null where nobody could tell.
    """
    by_people = [label for label in people if label.id in training]
    basis = [label for label in by_people or labels if label.status == "scored"]
    votes: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for label in basis:
        for code in label.taxonomy:
            votes[code][label.id].append(code in label.codes())
    codes = [name for name, code in taxonomy.codes.items() if code.applies_to(channel)]
    return {
        "n": len({label.id for label in basis}),
        "basis": "people" if by_people else labels[0].annotator if labels else None,
        "agreement": agreement(people, codes),
        "prevalence": {code: _prevalence(votes[code]) if votes[code] else None for code in codes},
    }


def _prevalence(votes: dict[str, list[bool]]) -> dict[str, float | None]:
    positive = sum(2 * sum(vote) >= len(vote) for vote in votes.values())
    return rate(positive, len(votes))
