"""One person before their items: what is labelled, what comes next, and every label on disk."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from arf.labelling.drafts import Draft, read_draft, to_draft, to_label
from arf.labelling.items import Item
from arf.labels import append, check_spelling, cut_half_line, label_file, read_own, rewrite
from arf.records import Annotation, Subject
from arf.taxonomy import Taxonomy

State = Literal["open", "done", "skipped"]


class Desk:
    """The items of one annotator, and the labels that they have.

    Attributes:
        annotator: the person.
        items: what there is to label, in its order.
        taxonomy: the codes.
        progress: how many items of each channel are open, done and skipped.
        cut: files whose last line was half-written, and was cut.
    """

    def __init__(self, annotator: str, items: Sequence[Item], folder: Path, taxonomy: Taxonomy):
        """Reads what the person has labelled before.

        Args:
            annotator: the person.
            items: what there is to label.
            folder: of people's labels.
            taxonomy: the codes.

        Raises:
            ArfError: a file of the person's labels is broken, or somebody has the same name but for
                capitals, which some file systems cannot tell apart.
        """
        self.annotator = annotator
        self.items = items
        self.taxonomy = taxonomy
        self._folder = folder
        check_spelling(folder, annotator)
        self._names = [item.name for item in items]
        self._today = {
            channel: taxonomy.hashes(frozenset(taxonomy.codes), channel)
            for channel in dict.fromkeys(item.output.channel for item in items)
        }
        self._places = {item.key: place for place, item in enumerate(items)}
        self._labels: dict[Subject, Annotation] = {}
        self._saved: set[int] = set()
        self.cut: list[Path] = []
        # Labels of texts that are not asked for today stay in their files, and so in `_labels`.
        for channel in dict.fromkeys(item.output.channel for item in items):
            path = label_file(folder, annotator, channel)
            if cut_half_line(path):
                self.cut.append(path)
            for label in read_own(folder, annotator, channel):
                self._labels[label.about] = label
        self.progress: dict[str, Counter[State]] = {}
        for place, item in enumerate(items):
            self.progress.setdefault(item.output.channel, Counter())[self.state(place)] += 1

    @property
    def saved(self) -> int:
        """How many items were saved since this desk was opened."""
        return len(self._saved)

    def place(self, key: str) -> int | None:
        """Returns where an item stands, by its key."""
        return self._places.get(key)

    def state(self, place: int) -> State:
        """Says whether an item is labelled, or was skipped with a reason.

        A label made by another definition than today's is open again, with what was given.
        """
        label = self._labels.get(self._names[place])
        if label is None or self._is_stale(label):
            return "open"
        return "done" if label.status == "scored" else "skipped"

    def _is_stale(self, label: Annotation) -> bool:
        today = self._today[label.channel]
        return any(today.get(code, sha) != sha for code, sha in label.taxonomy.items())

    def draft(self, place: int) -> Draft | None:
        """Returns what the person gave for an item, null where it is open."""
        label = self._labels.get(self._names[place])
        return None if label is None else to_draft(label)

    def next_open(self, place: int = 0) -> int | None:
        """Returns the first open item from a place on, all around; null where all are labelled."""
        for step in range(len(self.items)):
            here = (place + step) % len(self.items)
            if self.state(here) == "open":
                return here
        return None

    def count(self, state: State) -> int:
        """Returns how many items are in a state."""
        return sum(counts[state] for counts in self.progress.values())

    def save(self, place: int, given: Mapping[str, Any]) -> Annotation:
        """Makes a label of what a person gave; it is on disk when this returns.

        An item that had a label gets another instead. The label says whose opinion was before the
        person's eyes, now or when they first labelled it.

        Raises:
            LabelError: what was given is no label; nothing has changed.
        """
        item, name = self.items[place], self._names[place]
        before = self._labels.get(name)
        seen = item.shown.annotator if item.shown else before.seen if before else None
        draft = read_draft({**given, "seen": seen})
        label = to_label(draft, item, self.annotator, self.taxonomy)
        if before is None:
            append(self._folder, label)
        elif label != before:
            channel = item.output.channel
            kept = {key: old for key, old in self._labels.items() if key[1] == channel}
            rewrite(self._folder, self.annotator, (kept | {name: label}).values())
        counts = self.progress[item.output.channel]
        counts[self.state(place)] -= 1
        self._labels[name] = label
        counts[self.state(place)] += 1
        self._saved.add(place)
        return label
