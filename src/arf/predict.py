"""A writer's answers to the test cases of all channels, in one go: it loads its model once."""

from collections.abc import Mapping, Sequence
from itertools import chain

from arf.records import Case, Output
from arf.write import Writer


def predict(writer: Writer, cases: Mapping[str, Sequence[Case]]) -> dict[str, list[Output]]:
    """Returns a writer's outputs for the test cases, by channel and in the order of the cases."""
    by_channel: dict[str, list[Output]] = {channel: [] for channel in cases}
    test = (case for case in chain.from_iterable(cases.values()) if case.split == "test")
    for output in writer.write(test):
        by_channel[output.channel].append(output)
    return by_channel
