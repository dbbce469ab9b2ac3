"""How far people follow the labels of an annotator that they were shown beforehand."""

from collections.abc import Iterable, Mapping
from typing import Any

from arf.audit_stats.differences import rate_difference
from arf.labels import GOLD
from arf.records import Annotation
from arf.stats import rate, rounded


def anchoring(
    people: Iterable[Annotation], shown: Mapping[str, Mapping[str, Annotation]]
) -> dict[str, Any]:
    """Compares what people say where they saw an annotator's labels with what they say elsewhere.

    Only those count who saw its labels on some outputs. A label agrees with the annotator's if it
    has the same codes, of those that both assessed. Whose items were shown is drawn by chance
    (`arf.labelling.items.show`), so that the difference is what the showing did.

    Args:
        people: their labels, of a channel.
        shown: labels by annotator and id of the output.

    Returns:
        `{annotator: {saw: {n, rate, lo, hi}, bare: {n, rate, lo, hi}, difference: {diff, lo, hi}}}`
        for each annotator whose labels anybody saw; a difference is null where one side has no
        label. Its interval is Newcombe's for independent shares (1998, method 10).
    """
    counts: dict[str, dict[bool, list[int]]] = {}
    labels = [one for one in people if one.status == "scored" and one.annotator != GOLD]
    for who in sorted({label.seen for label in labels if label.seen is not None}):
        found = counts.setdefault(who, {True: [0, 0], False: [0, 0]})
        looked = {label.annotator for label in labels if label.seen == who}
        for label in labels:
            other = shown.get(who, {}).get(label.id)
            if (
                label.annotator in looked
                and label.seen in {None, who}
                and other
                and other.text_sha256 == label.text_sha256
            ):
                common = label.taxonomy.keys() & other.taxonomy.keys()
                same = label.codes() & common == other.codes() & common
                found[label.seen == who][0] += same
                found[label.seen == who][1] += 1
    return {
        who: {
            "saw": {"n": saw[1], **rate(*saw)},
            "bare": {"n": bare[1], **rate(*bare)},
            "difference": _difference(saw, bare),
        }
        for who, sides in counts.items()
        for saw, bare in (((sides[True][0], sides[True][1]), (sides[False][0], sides[False][1])),)
    }


def _difference(saw: tuple[int, int], bare: tuple[int, int]) -> dict[str, float | None] | None:
    if not saw[1] or not bare[1]:
        return None
    found = rate_difference(saw, bare)
    return {name: rounded(found[name]) for name in ("diff", "lo", "hi")}
