"""What people disagree on, put before them once more; what they decide becomes `gold`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from arf.consensus import unanimous
from arf.findings import LabelError, to_finding
from arf.labelling.items import Item
from arf.labelling.tables import read_table, write_table
from arf.labelling.workbook import Column
from arf.labels import GOLD
from arf.records import Annotation, Finding
from arf.taxonomy import Taxonomy

RATING = "rating"
YES, NO = "yes", "no"
COLUMNS = (
    Column("item", hidden=True), Column("channel", 10), Column("case", 60), Column("output", 50),
    Column("code", 24), Column("given by", 16), Column("not given by", 16), Column("words", 40),
    Column("notes", 40), Column("verdict", 10, (YES, NO)), Column("right words", 30),
    Column("reason", 40), Column("definition", hidden=True),
)  # fmt: skip


class Labelled(NamedTuple):
    """An output with the labels of those who labelled it, `gold`'s of an earlier time apart."""

    item: Item
    labels: Sequence[Annotation]
    gold: Annotation | None = None


class Verdict(NamedTuple):
    """What was decided on one code of one item, by which definition of the code."""

    value: str
    words: str
    reason: str
    definition: str


class Decided(NamedTuple):
    """What a file came to: labels by `gold`, or faults, each with its place and what to do."""

    labels: list[Annotation]
    faults: list[str]


def disagreements_on(labelled: Labelled) -> Iterator[str]:
    """Yields the codes on which people disagree, and `rating` where their ratings differ."""
    yield from (code for code, said in unanimous(labelled.labels).items() if said is None)
    if len({one.rating for one in labelled.labels if one.rating is not None}) > 1:
        yield RATING


def write_disagreements(path: Path, labelled: Iterable[Labelled]) -> int:
    """Writes a row for each code that people disagree on, for them to talk about.

    What was decided before stands in it already.

    Args:
        path: a workbook or csv.
        labelled: the outputs, in the order that is wanted.

    Returns:
        How many rows there are.
    """
    rows = [
        _row(one, code) for one in labelled if len(one.labels) > 1 for code in disagreements_on(one)
    ]
    write_table(path, COLUMNS, rows)
    return len(rows)


def _row(labelled: Labelled, code: str) -> list[str]:
    item, labels, gold = labelled
    if code == RATING:
        given = [f"{one.annotator}: {one.rating}" for one in labels if one.rating is not None]
        absent, words, notes = (
            [],
            [],
            [f"{one.annotator}: {one.note}" for one in labels if one.note],
        )
    else:
        able = [one for one in labels if code in one.taxonomy]
        given = [one.annotator for one in able if code in one.codes()]
        absent = [one.annotator for one in able if code not in one.codes()]
        found = [
            (one.annotator, error) for one in able for error in one.errors if error.code == code
        ]
        words = [f"{who}: {error.span}" for who, error in found if error.span]
        notes = [f"{who}: {error.note}" for who, error in found if error.note]
    return [
        item.key, item.output.channel, item.case.body(), item.output.text, code, ", ".join(given),
        ", ".join(absent), "\n".join(words), "\n".join(notes), *_decided(gold, code),
        _definition(labels, code),
    ]  # fmt: skip


def _definition(labels: Iterable[Annotation], code: str) -> str:
    """Returns the hash of the definition that people label a code by, empty where none does."""
    return next((one.taxonomy[code] for one in labels if code in one.taxonomy), "")


def decides(gold: Annotation | None, code: str) -> bool:
    """Tells whether gold says something of a code, or of the rating."""
    if gold is None:
        return False
    return gold.rating is not None if code == RATING else code in gold.taxonomy


def _decided(gold: Annotation | None, code: str) -> tuple[str, str, str]:
    """Returns verdict, words and reason of an earlier time."""
    reason = dict(_reasons(gold.note or "")).get(code, "") if gold else ""
    if gold is None or not decides(gold, code):
        return "", "", ""
    if code == RATING:
        return str(gold.rating or ""), "", reason
    words = next((error.span or "" for error in gold.errors if error.code == code), "")
    return (YES, words, reason) if code in gold.codes() else (NO, "", reason)


def _reasons(note: str) -> Iterator[tuple[str, str]]:
    for line in note.splitlines():
        code, _, reason = line.partition(": ")
        yield code, reason


def read_verdicts(path: Path, labelled: Mapping[str, Labelled], taxonomy: Taxonomy) -> Decided:
    """Makes `gold` of what people decided, a label for each output, in the order of `labelled`.

    A code that nobody has decided on is not in it: gold says nothing of that, and what people agree
    on anyway needs no gold. So whoever labels later still counts there.

    Args:
        path: a file of `write_disagreements`, with verdicts.
        labelled: all outputs that two people or more have labelled, by key of their item.
        taxonomy: the codes.
    """
    decided: dict[str, dict[str, Verdict]] = {}
    seen: set[tuple[str, str]] = set()
    faults: list[str] = []
    wanted = [column.name for column in COLUMNS[:5]] + ["verdict", "definition"]
    for place, cells in read_table(path, wanted):
        key, code = cells["item"].strip(), cells["code"].strip()
        said = Verdict(
            cells["verdict"].strip().lower(),
            cells.get("right words", ""),
            " ".join(cells.get("reason", "").split()),
            cells["definition"].strip(),
        )
        fault = _fault(said, key, code, labelled, taxonomy)
        if not fault and (key, code) in seen:
            fault = "the same item and code as a row before; delete one of the two"
        seen.add((key, code))
        if fault:
            faults.append(f"{place}: {fault}")
        elif said.value:
            decided.setdefault(key, {})[code] = said
    if faults:
        return Decided([], faults)
    labels = [_gold(one, decided.get(key, {}), taxonomy) for key, one in labelled.items()]
    return Decided(labels, [])


def _fault(
    said: Verdict, key: str, code: str, labelled: Mapping[str, Labelled], taxonomy: Taxonomy
) -> str | None:
    if key not in labelled:
        return f"unknown item {key!r}: no such output, or its text has changed; list them anew"
    if code == RATING:
        known = {"", "1", "2", "3", "4", "5"}
        return None if said.value in known else f"verdict {said.value!r}: a rating is 1 to 5"
    if said.value not in {"", YES, NO}:
        return f"verdict {said.value!r}: write {YES} or {NO}, or leave it empty"
    output = labelled[key].item.output
    try:
        to_finding(_finding(code, said.words), output.text, output.channel, taxonomy)
    except LabelError as error:
        return str(error)
    today = _definition(labelled[key].labels, code)
    if said.value and (not today or said.definition != today):
        return (
            f"{code}: decided by another definition than today's, or labelled here by nobody under "
            "today's; list them anew"
        )
    return None


def _finding(code: str, words: str) -> dict[str, str | None]:
    return {"code": code, "span": words or None}


def _gold(labelled: Labelled, decided: Mapping[str, Verdict], taxonomy: Taxonomy) -> Annotation:
    item, labels, _ = labelled
    hashes = {code: sha for one in labels for code, sha in one.taxonomy.items()}
    told = {code: said.value == YES for code, said in decided.items() if code != RATING}
    errors: list[Finding] = []
    for code, there in told.items():
        if there:
            words = decided[code].words
            given = [e for one in labels for e in one.errors if e.code == code]
            own = to_finding(_finding(code, words), item.output.text, item.output.channel, taxonomy)
            errors += [own] if words else _distinct(given, item.output.text) or [own]
    rating = decided[RATING].value if RATING in decided else ""
    return labels[0].model_copy(
        update={
            "annotator": GOLD,
            "taxonomy": {code: sha for code, sha in hashes.items() if code in told},
            "rating": int(rating) if rating else None,
            "errors": tuple(errors),
            "seen": next((one.seen for one in labels if one.seen), None),
            "note": "\n".join(f"{code}: {s.reason}" for code, s in decided.items() if s.reason)
            or None,
        }
    )


def _distinct(errors: Sequence[Finding], text: str) -> list[Finding]:
    """Returns the findings that touch none before them, without notes."""
    kept: list[Finding] = []
    taken: list[tuple[int, int]] = []
    for error in errors:
        place = error.place(text)
        if place is None:
            if not kept and not any(one.span for one in errors):
                kept.append(error.model_copy(update={"note": None}))
        elif all(place[1] <= start or end <= place[0] for start, end in taken):
            taken.append(place)
            kept.append(error.model_copy(update={"note": None}))
    return kept
