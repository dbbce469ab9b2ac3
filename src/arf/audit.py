"""What is wrong with the teacher: how often each error occurs in a sample of its outputs."""

import heapq
from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from typing import Any

from pydantic import Field

from arf.agreement import agreement
from arf.files import sha256_text
from arf.params import Section
from arf.records import Annotation, Case, Output
from arf.stats import rate
from arf.taxonomy import Taxonomy


class AuditParams(Section):
    """The `audit` section: how many outputs a channel, and the seed of the draw."""

    per_channel: int = Field(gt=0)
    seed: int


def draw(pairs: Iterable[tuple[Case, Output]], params: AuditParams) -> list[tuple[Case, Output]]:
    """Draws a simple random sample of training outputs, in file order, in one pass.

    The draw takes the outputs whose seeded hash is smallest, so that a longer file changes the
    sample as little as it can.
    """
    training = (pair for pair in pairs if pair[0].split == "train")
    drawn = heapq.nsmallest(
        params.per_channel,
        enumerate(training),
        key=lambda item: sha256_text(f"audit:{params.seed}:{item[1][0].id}"),
    )
    return [pair for _, pair in sorted(drawn, key=lambda item: item[0])]


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
