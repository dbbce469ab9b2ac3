"""People's labels that were made in this project: `<folder>/<annotator>/<channel>.jsonl`.

The folder, `audit.labels` of `params.yaml`, is nobody's output: DVC never deletes what people did.
"""

import errno
import os
import re
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

from pydantic import ValidationError

from arf.errors import ArfError
from arf.files import read_records, replacing
from arf.records import Annotation

GOLD = "gold"  # the annotator that adjudication writes
_NAME = re.compile(r"[\w][\w .-]{0,63}")
_TAKEN = frozenset({"rules", "openai", "local", "truth", "people"})


def check_name(name: str) -> str:
    """Returns the name of a person who labels.

    Raises:
        ArfError: it cannot be a folder's name, or is another annotator's.
    """
    if not _NAME.fullmatch(name) or name.endswith((" ", ".")):
        raise ArfError(f"the name {name!r}: use letters, digits, spaces, dots, _ and -")
    if name.casefold() in _TAKEN:
        raise ArfError(f"the name {name!r} is taken by an annotator that is no person")
    if name.casefold() == GOLD:
        raise ArfError(f"the name {name!r} is for what was settled between people")
    return name


def check_spelling(folder: Path, annotator: str) -> None:
    """Refuses a name that differs from a labeller's by capitals alone.

    Raises:
        ArfError: it does; some file systems cannot tell the two apart.
    """
    for other in labellers(folder):
        if other != annotator and other.casefold() == annotator.casefold():
            raise ArfError(f"{other} has labelled before; type that name, or take another")


def label_file(folder: Path, annotator: str, channel: str) -> Path:
    """Returns where a person's labels of a channel lie."""
    return folder / annotator / f"{channel}.jsonl"


def labellers(folder: Path) -> list[str]:
    """Returns who has labelled, in order of their names."""
    return (
        sorted(path.name for path in folder.glob("*") if path.is_dir()) if folder.exists() else []
    )


def read_labels(folder: Path, channel: str) -> Iterator[Annotation]:
    """Streams all labels of a channel, annotator by annotator.

    Raises:
        ArfError: a line is no label, is another annotator's or channel's, or an output is labelled
            twice; the message names file and line.
    """
    for who in labellers(folder):
        yield from read_own(folder, who, channel)


def read_own(folder: Path, annotator: str, channel: str) -> Iterator[Annotation]:
    """Streams the labels of one annotator and channel, none where there is no file.

    Raises:
        ArfError: as `read_labels` has it.
    """
    path = label_file(folder, annotator, channel)
    if not path.exists():
        return
    seen: set[tuple[str, str, str]] = set()
    for number, label in enumerate(read_records(path, Annotation), start=1):
        if label.annotator != annotator:
            raise ArfError(
                f"{path}:{number}: by {label.annotator!r}, in the folder of {annotator!r}; two "
                "people need two names and two folders"
            )
        if label.channel != channel:
            raise ArfError(f"{path}:{number}: of channel {label.channel!r}; move it to its file")
        item = (label.source, label.id, label.text_sha256)
        if item in seen:
            raise ArfError(f"{path}:{number}: {label.id} is labelled twice; delete one of the two")
        seen.add(item)
        yield label


def cut_half_line(path: Path) -> bool:
    """Cuts what a killed process left half-written at the end of a file of labels.

    Such a line was never acknowledged. One that lacks nothing but its end of line, as some editors
    leave it, is given that. Returns whether anything was cut.
    """
    if not path.exists():
        return False
    with path.open("rb+") as file:
        content = file.read()
        whole = content.rfind(b"\n") + 1
        if whole == len(content):
            return False
        try:
            Annotation.model_validate_json(content[whole:])
        except ValidationError:
            file.truncate(whole)
        else:
            file.write(b"\n")
            return False
    return True


def append(folder: Path, label: Annotation) -> None:
    """Adds a label to its file; it is on disk when this returns."""
    path = label_file(folder, label.annotator, label.channel)
    path.parent.mkdir(parents=True, exist_ok=True)
    line = label.model_dump_json().encode() + b"\n"
    with path.open("ab", buffering=0) as file:
        before = file.seek(0, os.SEEK_END)
        try:
            if file.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
            os.fsync(file.fileno())
        except OSError:
            # What was told to have failed must not be there when it is tried again.
            os.ftruncate(file.fileno(), before)
            raise


def rewrite(folder: Path, annotator: str, labels: Iterable[Annotation]) -> None:
    """Writes all labels of one annotator anew, of every channel that occurs, or none of them.

    They are on disk when this returns.
    """
    with ExitStack() as stack:
        files = {}
        for label in labels:
            if label.channel not in files:
                path = label_file(folder, annotator, label.channel)
                files[label.channel] = stack.enter_context(replacing(path))
            files[label.channel].write(label.model_dump_json() + "\n")
        for file in files.values():
            file.flush()
            os.fsync(file.fileno())
