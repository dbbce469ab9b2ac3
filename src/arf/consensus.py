"""What several annotators say of one output, taken together."""

from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from arf.detection import Mark, Reference, spans_of
from arf.labels import GOLD
from arf.records import Annotation


def _votes(labels: Iterable[Annotation]) -> Mapping[str, list[bool]]:
    """Returns who gave each code; where `gold` has decided on one, its word alone counts."""
    votes: dict[str, list[bool]] = {}
    decided: dict[str, list[bool]] = {}
    for label in labels:
        if label.status == "scored":
            found = decided if label.annotator == GOLD else votes
            for code in label.taxonomy:
                found.setdefault(code, []).append(code in label.codes())
    return votes | decided


def majority(labels: Iterable[Annotation]) -> dict[str, bool]:
    """Returns by code whether at least half of those who looked for it give it."""
    return {code: 2 * sum(votes) >= len(votes) for code, votes in _votes(labels).items()}


def unanimous(labels: Iterable[Annotation]) -> dict[str, bool | None]:
    """Returns by code what all who looked for it say, null where they disagree."""
    return {
        code: votes[0] if len(set(votes)) == 1 else None for code, votes in _votes(labels).items()
    }


def middle_rating(labels: Iterable[Annotation]) -> float | None:
    """Returns the rating of `gold`, else the median of all; null without any."""
    given = [(label.annotator, label.rating) for label in labels if label.rating is not None]
    gold = [rating for who, rating in given if who == GOLD]
    ratings = gold or [rating for _, rating in given]
    return median(ratings) if ratings else None


def by_people(labels: Sequence[Annotation], text: str) -> Reference:
    """Returns what annotators say of one output, to hold another against.

    A code is there if all who looked for it give it, absent if none does, and else open; where
    `gold` has decided, that holds. Its places are those of all annotators together.
    """
    return Reference(
        source=", ".join(label.annotator for label in labels),
        verdicts=unanimous(labels),
        marks=tuple(
            Mark(code, span)
            for label in labels
            for code in sorted(label.codes())
            for span in spans_of(label.errors, code, text)
        ),
    )
