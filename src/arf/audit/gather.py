"""People's labels as they count today: of texts and definitions that are still the same."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from arf.errors import ArfError
from arf.params import did_you_mean
from arf.records import UNLISTED, Annotation, Output
from arf.taxonomy import Taxonomy


@dataclass
class Gathered:
    """Labels that count, and how many do not.

    Attributes:
        labels: of texts as they are, each without the codes whose definition has changed since.
        outdated: labels by annotator whose text has changed since, or is gone.
        stale: by annotator and code, labels under another definition.
    """

    labels: list[Annotation] = field(default_factory=list)
    outdated: Counter[str] = field(default_factory=Counter)
    stale: dict[str, Counter[str]] = field(default_factory=dict)

    def by_item(self) -> dict[str, list[Annotation]]:
        """Returns the scored labels by the id of their output, in order of the annotators."""
        items: dict[str, list[Annotation]] = {}
        for label in sorted(self.labels, key=lambda label: label.annotator):
            if label.status == "scored":
                items.setdefault(label.id, []).append(label)
        return items


def gather(
    labels: Iterable[Annotation], outputs: Mapping[str, Output], channel: str, taxonomy: Taxonomy
) -> Gathered:
    """Sorts one channel's labels into those that count and those that are of the past.

    Args:
        labels: of any number of people.
        outputs: the teacher's outputs that were labelled, by id.
        channel: the channel.
        taxonomy: today's codes.

    Raises:
        ArfError: two labels of one output have the same annotator, or a label has a code or words
            that it cannot have.
    """
    today = taxonomy.hashes(frozenset(taxonomy.codes), channel)
    found = Gathered()
    seen: set[tuple[str, str]] = set()
    for label in labels:
        output = outputs.get(label.id)
        if output is None or not label.of(output):
            found.outdated[label.annotator] += 1
            continue
        _check(label, output)
        if (label.annotator, label.id) in seen:
            raise ArfError(
                f"{label.annotator} labelled {label.id} ({channel}) twice, in data.dir and in "
                "audit.labels; two people need two names: rename one of the folders"
            )
        seen.add((label.annotator, label.id))
        current = {code: sha for code, sha in label.taxonomy.items() if today.get(code) == sha}
        if old := label.taxonomy.keys() - current.keys():
            found.stale.setdefault(label.annotator, Counter()).update(old)
            kept = tuple(e for e in label.errors if e.code in current or e.code == UNLISTED)
            label = label.model_copy(update={"taxonomy": current, "errors": kept})  # noqa: PLW2901
        found.labels.append(label)
    return found


def _check(label: Annotation, output: Output) -> None:
    """Refuses what no tool here writes, but an editor of files may."""
    where = f"{label.annotator}'s label of {label.id} ({label.channel})"
    for error in label.errors:
        if error.code != UNLISTED and error.code not in label.taxonomy:
            guess = did_you_mean(error.code, [*label.taxonomy])
            raise ArfError(f"{where}: unknown code {error.code!r}{guess}; mend it in its file")
        if error.span is not None and error.place(output.text) is None:
            raise ArfError(
                f"{where}: {error.code}: the words {error.span!r} are not in the output at "
                f"{error.start}; mend them in its file"
            )


def of_people(labels: Sequence[Annotation], names: Sequence[str] | None) -> list[Annotation]:
    """Returns the labels of the people that `audit.people` names, all if null.

    Raises:
        ArfError: nobody of a name has labelled anything.
    """
    known = sorted({label.annotator for label in labels})
    for name in names or ():
        if name not in known:
            guess = did_you_mean(name, known)
            raise ArfError(
                f"params.yaml: audit.people: no labels by {name!r}{guess}; there are: "
                f"{', '.join(known) or 'none'}"
            )
    return [label for label in labels if names is None or label.annotator in names]
