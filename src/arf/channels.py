"""The section `channels` of `params.yaml`, and the records of channels in one stream."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

from pydantic import Field, RootModel, field_validator

from arf.files import read_records, replacing
from arf.layout import cases, outputs
from arf.records import Annotation, Case, Name, Output, Split, pair

POOLED = "all"  # what metrics call all channels together


class Channels(RootModel[Annotated[tuple[Name, ...], Field(min_length=1)]]):
    """Names of the channels, each once; `root` holds them in order."""

    @field_validator("root")
    @classmethod
    def _distinct(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        if len(set(names)) < len(names):
            raise ValueError("a channel is named twice")
        if POOLED in names:
            raise ValueError(f"{POOLED} is what metrics call all channels together; rename it")
        return names


def read_cases(channels: Iterable[str]) -> Iterator[Case]:
    """Streams the cases of one channel after the other."""
    for channel in channels:
        yield from read_records(cases(channel), Case)


def read_pairs(source: str, channels: Iterable[str]) -> Iterator[tuple[Case, Output]]:
    """Streams a source's outputs with their cases, of one channel after the other.

    Raises:
        ArfError: an output's case is missing or out of order.
    """
    for channel in channels:
        written = read_records(outputs(source, channel), Output)
        yield from pair(read_cases([channel]), written)


def count_cases(channels: Iterable[str], split: Split | None = None) -> int:
    """Returns how many cases the channels have together, of one split or of all."""
    return sum(split in (None, case.split) for case in read_cases(channels))


def write_by_channel(
    records: Iterable[Output | Annotation], channels: Iterable[str], path: Callable[[str], Path]
) -> None:
    """Streams records of all channels into one file for each, in the order in which they come.

    So a model gets the questions of all channels at once: one batch, one file to hand over.

    Args:
        records: of these channels.
        channels: each gets a file, also one without records.
        path: gives the file of a channel.
    """
    with ExitStack() as stack:
        files = {name: stack.enter_context(replacing(path(name))) for name in channels}
        for record in records:
            files[record.channel].write(record.model_dump_json() + "\n")
