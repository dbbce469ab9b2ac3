"""`arf audit export` and `arf audit import`: outputs out to people in a file, their labels back."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from arf.audit.params import AuditParams
from arf.channels import Channels, read_pairs
from arf.cli.asked import (
    ChannelOption,
    ShareOption,
    ShownOption,
    channels_of,
    check_not_in_data,
    with_labelled,
    with_suggestions,
)
from arf.cli.audit.faults import refuse
from arf.errors import ArfError
from arf.labelling.entries import Checked, Entry, check, stale
from arf.labelling.items import Item, draw_items
from arf.labelling.label_studio import read_export, write_tasks
from arf.labelling.lock import held
from arf.labelling.sheet import read_sheet, write_sheet
from arf.labels import (
    check_name,
    check_spelling,
    cut_half_line,
    label_file,
    labellers,
    read_own,
    rewrite,
)
from arf.params import did_you_mean, load_section
from arf.progress import say
from arf.records import Annotation, Subject
from arf.rounds import TEACHER
from arf.taxonomy import Taxonomy, load_taxonomy


class Format(NamedTuple):
    """A way out.

    Attributes:
        suffix: of its files.
        write: writes items, and labels by `Item.key`.
    """

    suffix: str
    write: Callable[[Path, Sequence[Item], Mapping[str, Annotation], Taxonomy], None]


FORMATS = {
    "xlsx": Format(".xlsx", write_sheet),
    "csv": Format(".csv", write_sheet),
    "label-studio": Format(".json", write_tasks),
}


def _entries(file: Path, user: str | None) -> list[Entry]:
    """Reads what people labelled, by the file's suffix."""
    if file.suffix.lower() == ".json":
        return read_export(file, user)
    if user is not None:
        raise ArfError("--user: a spreadsheet has no users; leave it out")
    return read_sheet(file)


def export_items(
    out: Annotated[Path, typer.Argument(help="File to write; it must not exist.")],
    to: Annotated[str, typer.Option(metavar="|".join(FORMATS), help="The format.")],
    channel: ChannelOption = None,
    labels: Annotated[
        str | None,
        typer.Option(metavar="ANNOTATOR", help="Fill in what a person has labelled so far."),
    ] = None,
    shown: ShownOption = None,
    share: ShareOption = 0.5,
) -> None:
    """Write the outputs of the audit's sample to a file in which people label errors.

    Who wrote an output is nowhere in it.
    """
    if to not in FORMATS:
        raise ArfError(f"--to {to}: no format{did_you_mean(to, list(FORMATS))}; "
                       f"there are {', '.join(FORMATS)}")  # fmt: skip
    form = FORMATS[to]
    if out.suffix.lower() != form.suffix:
        raise ArfError(f"{out}: name a file that ends in {form.suffix}, or another --to")
    for path in (out, out.with_suffix(".xml")) if to == "label-studio" else (out,):
        if path.exists():
            raise ArfError(f"{path}: is there already, perhaps with labels; name another file")
    params = load_section("audit", AuditParams)
    channels = channels_of(channel)
    items = draw_items(channels, lambda names: read_pairs(TEACHER, names), params)
    known = {} if labels is None else _known(params.labels, labels, channels)
    items = with_labelled(items, known.values(), channels, params.seed)
    if not items:
        raise ArfError("there is no output to label; run dvc repro teach")
    if shown is not None:
        items = with_suggestions(items, shown, channels, share, params)
    filled = {item.key: known[item.name] for item in items if item.name in known}
    form.write(out, items, filled, load_taxonomy())
    say(f"{out}: {len(items)} outputs, {len(filled)} of them labelled")
    if len(filled) < len(known):
        say(f"{len(known) - len(filled)} labels are of outputs whose text has changed: left out")
    say(f"Take them in:   arf audit import {out} --as NAME")


def _known(folder: Path, annotator: str, channels: Sequence[str]) -> dict[Subject, Annotation]:
    """Returns the labels of a person.

    Raises:
        ArfError: there are none.
    """
    there = labellers(folder)
    if annotator not in there:
        raise ArfError(
            f"--labels {annotator}: no labels by that name in {folder}"
            f"{did_you_mean(annotator, there)}; there are: {', '.join(there) or 'none'}"
        )
    return _by_name(folder, annotator, channels)


def _by_name(folder: Path, annotator: str, channels: Sequence[str]) -> dict[Subject, Annotation]:
    return {
        label.about: label for channel in channels for label in read_own(folder, annotator, channel)
    }


def import_labels(
    file: Annotated[
        Path, typer.Argument(help="What people labelled: xlsx, csv or Label Studio's JSON.")
    ],
    name: Annotated[str, typer.Option("--as", metavar="NAME", help="Who labelled.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Let labels take the place of those that there are.")
    ] = False,
    user: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Whose labels, where a file has several users'."),
    ] = None,
) -> None:
    """Take in the labels of a file, all of them or, where one cannot stand, none.

    Outputs that are not labelled in the file are left open. Other labels of that person stay.
    """
    check_name(name)
    check_not_in_data(name)
    params = load_section("audit", AuditParams)
    channels = load_section("channels", Channels).root
    taxonomy = load_taxonomy()
    entries = _entries(file, user)
    if not entries:
        raise ArfError(f"{file}: nothing in it is labelled; mark what has no error as done")
    keys = {entry.key for entry in entries}
    asked = (Item(case, output) for case, output in read_pairs(TEACHER, channels)
             if case.split == "train")  # fmt: skip
    items = {item.key: item for item in asked if item.key in keys}
    with held(name):
        check_spelling(params.labels, name)
        for channel in channels:
            if cut_half_line(path := label_file(params.labels, name, channel)):
                say(f"{path}: a last line that was half-written is gone")
        known = _by_name(params.labels, name, channels)
        checked = check(entries, items, name, taxonomy, known, replace)
        refuse(file, checked.faults)
        changed = [*checked.replaced, *checked.new]
        if changed:
            known |= {one.about: one for one in changed}
            rewrite(params.labels, name, known.values())
    _tell(checked, taxonomy, params.labels / name)


def _tell(checked: Checked, taxonomy: Taxonomy, folder: Path) -> None:
    say(
        f"{len(checked.new)} labels imported, {len(checked.replaced)} replaced, "
        f"{len(checked.unchanged)} unchanged; labels lie in {folder}"
    )
    if old := stale([*checked.new, *checked.replaced, *checked.unchanged], taxonomy):
        codes = ", ".join(f"{code} ({count})" for code, count in old.items())
        say(f"made under another definition than today's, and left out for that code: {codes}")
    say("Count them in:  dvc repro audit")
