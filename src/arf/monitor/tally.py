"""What the labels of one channel count up to."""

from collections import Counter
from collections.abc import Iterable

from arf.records import Annotation


class Tally:
    """Counts of one channel's labels.

    Attributes:
        unscored: outputs without a verdict, which are in no other count.
        assessed: by code, outputs on which it was looked for.
        found: by code, those of them that have it.
        errors: how many outputs have so many errors, by that number.
        ratings: how many outputs have a rating, by rating.
    """

    def __init__(self, labels: Iterable[Annotation] = ()) -> None:
        self.unscored = 0
        self.assessed: Counter[str] = Counter()
        self.found: Counter[str] = Counter()
        self.errors: Counter[int] = Counter()
        self.ratings: Counter[int] = Counter()
        for label in labels:
            self.add(label)

    @property
    def n(self) -> int:
        """How many outputs were scored."""
        return self.errors.total()

    def add(self, label: Annotation) -> None:
        """Counts a label."""
        if label.status == "unscored":
            self.unscored += 1
            return
        self.errors[len(label.errors)] += 1
        if label.rating is not None:
            self.ratings[label.rating] += 1
        self.assessed.update(label.taxonomy.keys())
        self.found.update(label.codes() & label.taxonomy.keys())
