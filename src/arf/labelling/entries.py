"""What comes back from people in a file: checked as a whole, imported as a whole or not at all."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from arf.findings import LabelError
from arf.labelling.drafts import read_draft, to_label
from arf.labelling.items import Item
from arf.records import Annotation
from arf.taxonomy import Taxonomy


class Entry(NamedTuple):
    """One labelled item of a file.

    Attributes:
        place: where it stands, such as `labels.xlsx:7`, for messages.
        key: of the item (`Item.key`).
        value: what `read_draft` takes.
    """

    place: str
    key: str
    value: Mapping[str, Any]


class Checked(NamedTuple):
    """What a file came to: labels, or faults, each with its place and what to do."""

    labels: list[Annotation]
    faults: list[str]


def check(
    entries: Iterable[Entry], items: Mapping[str, Item], annotator: str, taxonomy: Taxonomy
) -> Checked:
    """Makes labels of all entries, and names every one that cannot be one.

    Args:
        entries: of the file, in its order.
        items: what could have been labelled, by key.
        annotator: who labelled.
        taxonomy: the codes.
    """
    labels: list[Annotation] = []
    faults: list[str] = []
    places: dict[str, str] = {}
    for place, key, value in entries:
        if key not in items:
            faults.append(
                f"{place}: unknown item {key!r}: there is no such output, or its text has changed "
                "since the export; export anew"
            )
            continue
        if key in places:
            faults.append(f"{place}: the same item as {places[key]}; delete one of the two")
            continue
        places[key] = place
        try:
            labels.append(to_label(read_draft(value), items[key], annotator, taxonomy))
        except LabelError as error:
            faults.append(f"{place}: {error}")
    return Checked(labels, faults)
