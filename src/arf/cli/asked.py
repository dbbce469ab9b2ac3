"""What people are asked to label, by the options that all ways of asking share."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from arf.audit.params import AuditParams
from arf.channels import Channels, read_pairs
from arf.errors import ArfError
from arf.files import read_records
from arf.labelling.items import Item, show, shuffle
from arf.layout import annotations, audited, people
from arf.params import did_you_mean, load_section
from arf.records import Annotation
from arf.rounds import TEACHER

ChannelOption = Annotated[
    list[str] | None, typer.Option(help="Channel to label; repeat it for more. All if absent.")
]
ShownOption = Annotated[
    str | None,
    typer.Option(
        "--show",
        metavar="ANNOTATOR",
        help="Show the labels of an annotator that is no person, such as rules, marked as "
        "suggestions. Nothing is shown if absent.",
    ),
]
ShareOption = Annotated[
    float,
    typer.Option(
        min=0, max=1, help="Share of the items on which --show shows them; the rest is bare."
    ),
]


def channels_of(wanted: Sequence[str] | None) -> list[str]:
    """Returns the channels that `--channel` names, all without.

    Raises:
        ArfError: there is no such channel.
    """
    known = list(load_section("channels", Channels).root)
    for name in wanted or []:
        if name not in known:
            raise ArfError(
                f"--channel {name}: no channel{did_you_mean(name, known)}; there are "
                f"{', '.join(known)}"
            )
    return list(dict.fromkeys(wanted or known))


def check_not_in_data(name: str) -> None:
    """Refuses the name of somebody whose labels come with the data.

    Twice labelled, in `data.dir` and here, an output would stop the audit.

    Raises:
        ArfError: somebody in `data.dir` has that name.
    """
    for channel in load_section("channels", Channels).root:
        if not (path := people(channel)).exists():
            continue
        for label in read_records(path, Annotation):
            if label.annotator.casefold() == name.casefold():
                raise ArfError(
                    f"the name {name!r}: labels by {label.annotator} come with the data "
                    "(data.dir); take another name"
                )


def with_suggestions(
    items: list[Item], annotator: str, channels: Sequence[str], share: float, params: AuditParams
) -> list[Item]:
    """Attaches the labels of an annotator that is no person to a share of the items.

    Raises:
        ArfError: that annotator has labelled none of them.
    """
    labels = [label for channel in channels for label in _labels(annotator, channel, params)]
    if not any(item.shown for item in show(items, labels, 1, params.seed)):
        raise ArfError(
            f"--show {annotator}: no such labels of these outputs; dvc repro audit makes those of "
            "roles.annotator and audit.annotators"
        )
    return show(items, labels, share, params.seed)


def _labels(annotator: str, channel: str, params: AuditParams) -> Iterator[Annotation]:
    """Yields an annotator's labels, by the name on its labels or the one in `audit.annotators`."""
    paths: list[tuple[str | None, Path]] = [(None, annotations("audit", TEACHER, channel))]
    paths += [(name, audited(name, channel)) for name in params.annotators]
    for name, path in paths:
        if path.exists():
            for label in read_records(path, Annotation):
                if annotator in (name, label.annotator):
                    yield label


def with_labelled(
    items: list[Item], labels: Iterable[Annotation], channels: Sequence[str], seed: int
) -> list[Item]:
    """Adds the outputs that were labelled and are not among the items of today's draw."""
    names = {one.about for one in labels}
    names -= {item.name for item in items}
    if not names:
        return items
    others = (Item(case, output) for case, output in read_pairs(TEACHER, channels))
    return shuffle([*items, *(item for item in others if item.name in names)], seed)
