"""What truth or people say of recorded outputs: read from a raw folder, joined by id."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from sys import maxsize
from typing import NamedTuple, TypeVar, cast

from pydantic import ValidationError

from arf.channels import POOLED
from arf.consensus import by_people
from arf.detection import TRAPS, Labelled, Mark, Reference, Span, Trap
from arf.errors import ArfError
from arf.files import describe
from arf.ingest.people import to_annotation
from arf.ingest.raw import BrokenRowError, Row, check_channel, read_rows, row_id, text_of, to_case
from arf.ingest.store import Store
from arf.params import did_you_mean
from arf.records import Annotation, Case, Output
from arf.rounds import TEACHER
from arf.taxonomy import Taxonomy
from arf.truth import Truth

TRUTH = "truth"
T = TypeVar("T")


def to_truth(row: Row, text: str, taxonomy: Taxonomy) -> Truth:
    """Checks a raw truth row against the output's text and the taxonomy.

    Raises:
        BrokenRowError: a field is malformed, a code or a kind of trap is unknown, or the words of
            a span do not stand where it starts.
    """
    try:
        truth = Truth.model_validate(row.value)
    except ValidationError as error:
        raise BrokenRowError(describe(error)) from error
    for marked in truth.errors:
        if marked.code not in taxonomy.codes:
            raise BrokenRowError(
                f"unknown code {marked.code!r}; prompts/taxonomy.yaml lists the codes"
            )
    for trap in truth.traps:
        if trap.kind not in TRAPS:
            raise BrokenRowError(f"unknown trap {trap.kind!r}; there are {', '.join(TRAPS)}")
    for item in (*truth.errors, *truth.traps):
        if not text.startswith(item.span, item.start):
            raise BrokenRowError(f"the span {item.span!r} is not at {item.start} of the output")
    return truth


def by_truth(truth: Truth, channel: str, taxonomy: Taxonomy) -> Reference:
    """Returns what the truth says: a code that it does not list is absent."""
    there = {error.code for error in truth.errors}
    return Reference(
        source=TRUTH,
        verdicts={
            name: name in there for name, code in taxonomy.codes.items() if code.applies_to(channel)
        },
        marks=tuple(Mark(e.code, Span(e.start, e.end), e.form) for e in truth.errors),
        traps=tuple(Trap(trap.kind, Span(trap.start, trap.end)) for trap in truth.traps),
    )


class Labels(NamedTuple):
    """Where labels lie: a folder for each who labelled. `are_truth`: it is the truth's alone."""

    folders: dict[str, Path]
    are_truth: bool


def find_labels(
    data: Path, truth: Path | None = None, annotators: Sequence[str] | None = None
) -> Labels:
    """Finds the labels of a raw folder: its truth if there is one, else people's annotations.

    Args:
        data: the raw folder.
        truth: another folder of the truth.
        annotators: count these alone, and no truth; all if null.

    Raises:
        ArfError: a folder or an annotator is missing, there are no labels at all, or both a
            truth and annotators are asked for.
    """
    if not data.is_dir():
        raise ArfError(f"--data: there is no folder {data}; see docs/rules.md")
    if truth is not None and annotators is not None:
        raise ArfError("--truth and --annotators: give one of them, not both")
    if truth is not None and not truth.is_dir():
        raise ArfError(f"--truth: there is no folder {truth}; arf sample writes one")
    own = truth or data / TRUTH
    if annotators is None and own.is_dir():
        return Labels({TRUTH: own}, are_truth=True)
    people = {path.name: path for path in sorted(data.glob("annotations/*")) if path.is_dir()}
    if not people:
        raise ArfError(
            f"--data: {data} has neither truth/ nor annotations/<annotator>/; add labels, or name "
            "a truth that lies elsewhere with --truth: see docs/rules.md"
        )
    for name in annotators or ():
        if name not in people:
            guess = did_you_mean(name, [*people])
            raise ArfError(
                f"--annotators: nobody called {name!r} in {data / 'annotations'}{guess}; "
                f"there are: {', '.join(people)}"
            )
    return Labels({name: people[name] for name in annotators or people}, are_truth=False)


def find_channels(data: Path, labels: Labels) -> list[str]:
    """Returns the channels of a raw folder: the names of its files.

    Raises:
        ArfError: there is none, or labels belong to a channel that there is not.
    """
    channels = sorted(path.stem for path in data.glob("*.jsonl"))
    if not channels:
        raise ArfError(f"--data: {data} has no <channel>.jsonl; see docs/your-data.md")
    if POOLED in channels:
        raise ArfError(f"{data / POOLED}.jsonl: {POOLED} means all channels; rename the channel")
    for folder in labels.folders.values():
        for path in sorted(folder.glob("*.jsonl")):
            if path.stem not in channels:
                guess = did_you_mean(path.stem, channels)
                raise ArfError(f"{path}: there are no cases in {data / path.name}{guess}")
    return channels


class LabelledChannel:
    """One channel of a raw folder: iterating streams its labelled outputs, in order of the cases.

    `counts` says afterwards what was left out: outputs that are `unlabelled`,
    `cases_without_output`, `labels_without_output` and `labels_without_case`.

    Raises:
        ArfError: while iterating, at the first broken row; it names file and line.
    """

    def __init__(self, data: Path, labels: Labels, name: str, taxonomy: Taxonomy) -> None:
        self._data = data
        self._labels = labels
        self._name = name
        self._file = f"{name}.jsonl"
        self._taxonomy = taxonomy
        self.counts = Counter[str](
            unlabelled=0, cases_without_output=0, labels_without_output=0, labels_without_case=0
        )

    def __iter__(self) -> Iterator[Labelled]:
        with Store() as store:
            self._keep_outputs(store)
            self._keep_labels(store)
            for case in _convert(self._data / self._file, partial(self._case, store)):
                text = store.get("teacher", case.id)
                if text is None:
                    self.counts["cases_without_output"] += 1
                elif store.get("labelled", case.id) is None:
                    self.counts["unlabelled"] += 1
                else:
                    self.counts["labels_without_case"] -= 1
                    reference = self._reference(store, case.id, text)
                    yield Labelled(case, recorded(case.id, self._name, text), reference)

    def _keep_outputs(self, store: Store) -> None:
        def keep(row: Row) -> None:
            check_channel(row, self._name)
            _add(store, "teacher", row_id(row), text_of(row))

        path = self._data / "teacher" / self._file
        if path.is_file():
            deque(_convert(path, keep), maxlen=0)

    def _keep_labels(self, store: Store) -> None:
        def keep(who: str, row: Row) -> None:
            item = row_id(row)
            text = store.get("teacher", item)
            if text is None:
                self.counts["labels_without_output"] += 1
                return
            label = self._label(who, row, text)
            _add(store, f"by {who}", item, label.model_dump_json())
            self.counts["labels_without_case"] += store.add("labelled", item)

        for who, folder in self._labels.folders.items():
            if (folder / self._file).is_file():
                deque(_convert(folder / self._file, partial(keep, who)), maxlen=0)

    def _label(self, who: str, row: Row, text: str) -> Truth | Annotation:
        if self._labels.are_truth:
            return to_truth(row, text, self._taxonomy)
        label = to_annotation(row, self._name, who, self._taxonomy, lambda _: text)
        return cast(Annotation, label)  # null only where there is no text

    def _case(self, store: Store, row: Row) -> Case:
        case = to_case(row, self._name, "train", maxsize)
        _add(store, "case", case.id)
        return case

    def _reference(self, store: Store, item: str, text: str) -> Reference:
        kept = [found for who in self._labels.folders if (found := store.get(f"by {who}", item))]
        if self._labels.are_truth:
            return by_truth(Truth.model_validate_json(kept[0]), self._name, self._taxonomy)
        return by_people([Annotation.model_validate_json(label) for label in kept], text)


def recorded(item: str, channel: str, text: str) -> Output:
    """Returns a recorded text as an output."""
    return Output(id=item, channel=channel, source=TEACHER, provider="recorded", text=text)


def _add(store: Store, part: str, item: str, value: str = "") -> None:
    if not store.add(part, item, value):
        raise BrokenRowError(f"repeated id {item}")


def _convert(path: Path, convert: Callable[[Row], T]) -> Iterator[T]:
    """Streams what `convert` makes of a file's rows; the first that it refuses is an error."""
    for row in read_rows(path):
        try:
            yield convert(row)
        except BrokenRowError as error:
            raise ArfError(f"{path}:{row.line}: {error}; mend or delete the line") from error
