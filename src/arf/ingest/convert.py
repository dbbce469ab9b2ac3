"""From a folder of raw files to records: the only reader of `data.dir`."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

from pydantic import Field, TypeAdapter, ValidationError, field_validator, model_validator

from arf.errors import ArfError
from arf.files import describe, listing, read_records, sha256_text, write_records
from arf.ingest.near import NearDuplicates
from arf.ingest.people import to_annotation
from arf.ingest.quarantine import Quarantine
from arf.ingest.raw import BrokenRowError, Row, check_channel, row_id, text_of, to_case
from arf.ingest.received import ReceivedAt
from arf.ingest.store import Store
from arf.params import Section
from arf.records import (
    Annotation,
    Case,
    RecordedEdit,
    RecordedEdits,
    RecordedText,
    Split,
)
from arf.taxonomy import Taxonomy

COUNTS = (
    "n", "train", "heldout", "test", "exact_duplicates", "near_duplicates",
    "near_duplicates_across_splits", "without_recorded_output", "recorded_for_unknown_ids",
    "labels", "labels_without_output",
)  # fmt: skip
_EDITS = TypeAdapter(tuple[RecordedEdit, ...])


class Splits(Section):
    """Shares of the cases: to train on, to measure the editor on, to compare on."""

    train: float = Field(gt=0)
    heldout: float = Field(ge=0)
    test: float = Field(gt=0)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(self.train + self.heldout + self.test - 1) > 1e-9:
            raise ValueError("train, heldout and test must add up to 1")
        return self

    def of(self, case_id: str) -> Split:
        """Returns the split of a case: a stable hash of its id, whatever else is in the file."""
        digest = hashlib.sha256(f"split:{case_id}".encode()).digest()
        point = int.from_bytes(digest[:8]) / 2**64
        if point < self.train:
            return "train"
        return "heldout" if point < self.train + self.heldout else "test"


class DataParams(Section):
    """The `data` section.

    Attributes:
        dir: the folder of raw files.
        limit: the most cases a channel.
        splits: shares of the cases.
        max_quarantine: the share of broken rows above which ingest stops.
        max_words: what a case may have of them.
        received_at: the field that says when a case was received, where its row has no
            `received_at`: a dotted name, such as `fields.date_received`.
    """

    dir: Path
    limit: int | None = Field(default=None, gt=0)
    splits: Splits
    max_quarantine: float = Field(ge=0, le=1)
    max_words: int = Field(gt=0)
    received_at: str | None = Field(default=None, min_length=1)

    @field_validator("dir", mode="before")
    @classmethod
    def _as_dvc_writes_it(cls, folder: object) -> object:
        # DVC compares paths as text: with a slash it would not see which stage writes the folder.
        if str(folder).endswith("/"):
            raise ValueError("write it without the slash at its end")
        return folder


class Channel:
    """One channel on its way from raw files to records.

    Methods are called in the order in which they stand: each looks things up in what the ones
    before it kept in `store`.
    """

    def __init__(
        self, name: str, params: DataParams, received: ReceivedAt, out: Path, store: Store
    ) -> None:
        self.name = name
        self.received = received
        self.params = params
        self.file = f"{name}.jsonl"
        self.out = out
        self.store = store
        self.quarantine = Quarantine(out / "quarantine", params.max_quarantine)
        self.counts: Counter[str] = Counter()

    def keep_teacher(self) -> None:
        """Keeps the recorded outputs by id."""
        path = self.params.dir / "teacher" / self.file
        if path.is_file():
            kept = self.quarantine.sift(path, f"teacher-{self.name}", self._teacher_row)
            self.counts["recorded_for_unknown_ids"] = sum(1 for _ in kept)

    def keep_edits(self) -> None:
        """Keeps the recorded edits by id, in file order."""
        path = self.params.dir / "edits" / self.file
        if path.is_file():
            for item, edit in self.quarantine.sift(path, f"edits-{self.name}", self._edit_row):
                earlier = _EDITS.validate_json(self.store.get("edits", item) or "[]")
                self.store.put("edits", item, _EDITS.dump_json((*earlier, edit)).decode())

    def cases(self, recorded_teacher: bool) -> Iterator[Case]:
        """Streams the cases: valid, without duplicates, at most `limit`."""
        path = self.params.dir / self.file
        for case in self.quarantine.sift(path, self.name, self._case_row):
            full = self.params.limit is not None and self.counts["n"] == self.params.limit
            if full or self._left_out(case, recorded_teacher):
                continue
            self.counts["n"] += 1
            self.counts[case.split] += 1
            self.store.add("case", case.id)
            yield case

    def note_near_duplicates(self, cases: Path) -> None:
        """Lists the cases that are nearly the same as an earlier one."""
        with (
            NearDuplicates(self.store) as near,
            listing(self.out / "quarantine" / f"near-{self.file}") as add,
        ):
            for case in read_records(cases, Case):
                near.add(case.id, case.body())
            split = self.params.splits.of
            for item, twin in near.pairs():
                self.counts["near_duplicates"] += 1
                self.counts["near_duplicates_across_splits"] += split(item) != split(twin)
                add({"id": item, "near": twin})

    def recorded_texts(self, cases: Path) -> Iterator[RecordedText]:
        """Streams the recorded outputs of the cases, in their order."""
        for case in read_records(cases, Case):
            text = self.store.get("teacher", case.id)
            if text is not None:
                yield RecordedText(id=case.id, text=text)

    def recorded_edits(self, cases: Path) -> Iterator[RecordedEdits]:
        """Streams the recorded edits of the cases, in their order."""
        for case in read_records(cases, Case):
            edits = self.store.get("edits", case.id)
            original = edits and self.store.get("teacher", case.id)
            if edits and original:
                yield RecordedEdits(
                    id=case.id, original=original, edits=_EDITS.validate_json(edits)
                )

    def annotations(self, taxonomy: Taxonomy) -> Iterator[Annotation]:
        """Streams people's labels, annotator by annotator."""
        for path in sorted((self.params.dir / "annotations").glob(f"*/{self.file}")):
            who = path.parent.name
            for label in self.quarantine.sift(
                path, f"annotations-{who}-{self.name}", self._label_row(who, taxonomy)
            ):
                if label is None or self.store.get("case", label.id) is None:
                    self.counts["labels_without_output"] += 1
                else:
                    self.counts["labels"] += 1
                    yield label

    def _teacher_row(self, row: Row) -> str:
        check_channel(row, self.name)
        item = row_id(row)
        if not self.store.add("teacher", item, text_of(row)):
            raise BrokenRowError(f"repeated id {item}")
        return item

    def _edit_row(self, row: Row) -> tuple[str, RecordedEdit]:
        check_channel(row, self.name)
        item = row_id(row)
        fields = {name: row.value.get(name) for name in ("round", "code", "text")}
        try:
            return item, RecordedEdit.model_validate(fields)
        except ValidationError as error:
            raise BrokenRowError(describe(error)) from error

    def _case_row(self, row: Row) -> Case:
        item = row_id(row)
        row = self.received.fill(row)
        case = to_case(row, self.name, self.params.splits.of(item), self.params.max_words)
        if not self.store.add("id", item):
            raise BrokenRowError(f"repeated id {item}")
        if self.store.get("teacher", item) is not None:
            self.counts["recorded_for_unknown_ids"] -= 1
        return case

    def _label_row(self, who: str, taxonomy: Taxonomy) -> Callable[[Row], Annotation | None]:
        def convert(row: Row) -> Annotation | None:
            label = to_annotation(
                row, self.name, who, taxonomy, lambda item: self.store.get("teacher", item)
            )
            if label is not None and not self.store.add(f"labels-{who}", label.id):
                raise BrokenRowError(f"repeated id {label.id}")
            return label

        return convert

    def _left_out(self, case: Case, recorded_teacher: bool) -> bool:
        if recorded_teacher and self.store.get("teacher", case.id) is None:
            self.counts["without_recorded_output"] += 1
            return True
        if not self.store.add("body", sha256_text(case.body())):
            self.counts["exact_duplicates"] += 1
            return True
        return False


def ingest(
    params: DataParams,
    channels: Sequence[str],
    recorded_teacher: bool,
    taxonomy: Taxonomy,
    out: Path,
) -> dict[str, dict[str, int]]:
    """Converts the files of `data.dir` to records.

    Args:
        params: the `data` section.
        channels: the channels, each with a file of its own.
        recorded_teacher: whether the teacher's outputs come from `data.dir`; a case without one
            is then left out.
        taxonomy: what people's labels are checked against.
        out: the folder in which `cases/`, `recorded/`, `annotations/people/` and `quarantine/`
            are written.

    Returns:
        Counts by channel: cases, cases per split, rows set aside, dropped or left out.

    Raises:
        ArfError: a channel or a split has no data, too many rows are broken, or no row has the
            field that `received_at` names.
    """
    if not params.dir.is_dir():
        raise ArfError(f"data.dir: there is no folder {params.dir}; see docs/your-data.md")
    counts = {}
    received = ReceivedAt(params.received_at)
    for name in channels:
        with Store() as store:
            channel = Channel(name, params, received, out, store)
            counts[name] = _ingest_channel(channel, recorded_teacher, taxonomy)
    received.check()
    return counts


def _ingest_channel(channel: Channel, recorded_teacher: bool, taxonomy: Taxonomy) -> dict[str, int]:
    data, file, out = channel.params.dir, channel.file, channel.out
    if not (data / file).is_file():
        raise ArfError(
            f"data.dir: {data / file} is missing; add it or take {channel.name} out of channels"
        )
    if recorded_teacher and not (data / "teacher" / file).is_file():
        raise ArfError(
            f"data.dir: {data / 'teacher' / file} is missing, and roles.teacher.provider is "
            "recorded; add the teacher's outputs or choose another provider"
        )
    cases = out / "cases" / file
    channel.keep_teacher()
    channel.keep_edits()
    write_records(cases, channel.cases(recorded_teacher))
    channel.note_near_duplicates(cases)
    write_records(out / "recorded" / "teacher" / file, channel.recorded_texts(cases))
    write_records(out / "recorded" / "edits" / file, channel.recorded_edits(cases))
    write_records(out / "annotations" / "people" / file, channel.annotations(taxonomy))
    _check_splits(channel)
    return {name: channel.counts[name] for name in COUNTS} | {
        "quarantined": channel.quarantine.count
    }


def _check_splits(channel: Channel) -> None:
    for split, share in channel.params.splits.model_dump().items():
        if share and not channel.counts[split]:
            raise ArfError(
                f"data.splits.{split}: channel {channel.name} has no case in it "
                f"({channel.counts['n']} cases in all); raise the share or add cases"
            )
