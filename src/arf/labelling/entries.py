"""What comes back from people in a file: checked as a whole, imported as a whole or not at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from arf.findings import LabelError, to_finding
from arf.labelling.drafts import read_draft, to_label
from arf.labelling.items import Item
from arf.records import Annotation, Subject
from arf.taxonomy import Taxonomy


class Entry(NamedTuple):
    """One labelled item of a file.

    Attributes:
        place: where it stands, such as `labels.xlsx:7`, for messages.
        key: of the item (`Item.key`).
        value: what `read_draft` takes.
        faults: what its reader could make nothing of.
    """

    place: str
    key: str
    value: Mapping[str, Any]
    faults: tuple[str, ...] = ()


@dataclass
class Checked:
    """What a file came to.

    Attributes:
        new: labels of items that the annotator had not labelled.
        replaced: labels of items that the annotator had labelled otherwise.
        unchanged: labels that the annotator had so.
        faults: each with its place and what to do; where there is one, nothing may be imported.
    """

    new: list[Annotation] = field(default_factory=list)
    replaced: list[Annotation] = field(default_factory=list)
    unchanged: list[Annotation] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def check(
    entries: Iterable[Entry],
    items: Mapping[str, Item],
    annotator: str,
    taxonomy: Taxonomy,
    known: Mapping[Subject, Annotation],
    replace: bool = False,
) -> Checked:
    """Makes labels of all entries, and names everything for which one cannot be a label.

    Args:
        entries: of the file, in its order.
        items: what could have been labelled, by key.
        annotator: who labelled.
        taxonomy: the codes.
        known: the labels that the annotator has, by `Item.name`.
        replace: whether another label of an item that is labelled takes that one's place.
    """
    checked = Checked()
    places: dict[str, str] = {}
    for entry in entries:
        place, key = entry.place, entry.key
        if not key:
            gone = ("the item's key is gone; restore it from the export",)
            checked.faults += [f"{place}: {fault}" for fault in entry.faults or gone]
            continue
        if key not in items:
            checked.faults.append(
                f"{place}: unknown item {key!r}: there is no such output, or its text has changed "
                "since the export; export anew"
            )
            continue
        if key in places:
            checked.faults.append(f"{place}: the same item as {places[key]}; delete one of the two")
            continue
        places[key] = place
        label, faults = _label(entry, items[key], annotator, taxonomy)
        checked.faults += [f"{place}: {fault}" for fault in faults]
        if label is None:
            continue
        before = known.get(items[key].name)
        if before is None:
            checked.new.append(label)
        elif before == label:
            checked.unchanged.append(label)
        elif replace:
            checked.replaced.append(label)
        else:
            checked.faults.append(
                f"{place}: {annotator} has labelled this item otherwise; --replace takes this label"
            )
    return checked


def _label(
    entry: Entry, item: Item, annotator: str, taxonomy: Taxonomy
) -> tuple[Annotation | None, list[str]]:
    """Returns the label of an entry, or all that is wrong with it."""
    faults = list(entry.faults)
    output = item.output
    for error in entry.value.get("errors", ()):
        try:
            to_finding(error, output.text, output.channel, taxonomy)
        except LabelError as fault:
            faults.append(str(fault))
    if faults:
        return None, faults
    try:
        return to_label(read_draft(entry.value), item, annotator, taxonomy), []
    except LabelError as fault:
        return None, [str(fault)]


def stale(labels: Iterable[Annotation], taxonomy: Taxonomy) -> dict[str, int]:
    """Returns by code how many labels were made under another definition than today's."""
    counts: dict[str, int] = {}
    for label in labels:
        today = taxonomy.hashes(frozenset(taxonomy.codes), label.channel)
        for code, sha in label.taxonomy.items():
            if today.get(code) != sha:
                counts[code] = counts.get(code, 0) + 1
    return counts
