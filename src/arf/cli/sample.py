"""`arf sample`: a synthetic corpus of any size and error rates, with the truth about it."""

import json
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError

from arf.errors import ArfError
from arf.files import describe
from arf.params import PARAMS, load_section
from arf.progress import say
from arf.sample import SampleParams, write_sample
from arf.sample.corpus import channels, families

Names = list[str] | None


def sample(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="Folder: new, empty, or one that holds a sample.")
    ],
    per_channel: Annotated[int | None, typer.Option(help="Cases a channel.")] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed gives other cases.")] = None,
    family: Annotated[
        Names, typer.Option(help="Family of phrases, a or b; repeat it for both.")
    ] = None,
    channel: Annotated[Names, typer.Option(help="Channel to write; repeat it for more.")] = None,
    rate: Annotated[
        Names,
        typer.Option(
            metavar="CHANNEL.CODE=SHARE",
            help="Share of teacher outputs with an error, such as "
            "botchat.inferred_sentiment=0.5; repeat it for more.",
        ),
    ] = None,
) -> None:
    """Write a synthetic corpus with planted errors, and the truth about them.

    What is not given is as in the section `sample` of params.yaml. OUT gets CHANNEL.jsonl,
    teacher/CHANNEL.jsonl and truth/CHANNEL.jsonl: name it as data.dir to run the pipeline on it.
    Truth is for evaluation alone. The same options give the same bytes.
    """
    if not PARAMS.exists():
        raise ArfError(
            f"{PARAMS}: no such file; arf sample takes its rates from there: run it in the folder "
            "of the project"
        )
    defaults = load_section("sample", SampleParams).model_dump()
    given = {"per_channel": per_channel, "seed": seed, "families": family}
    values: dict[str, Any] = defaults | {k: v for k, v in given.items() if v is not None}
    values["rates"] = _rates(defaults["rates"], channel, rate or [])
    try:
        params = SampleParams.model_validate(values)
    except ValidationError as error:
        raise ArfError(f"arf sample: {describe(error)}") from error
    earlier = _earlier_sample(out)
    write_sample(params, out, out / "truth")
    for path in earlier - _files(out, params.rates):
        path.unlink()
    count = params.per_channel * len(params.rates)
    say(f"{out}: {count} cases; set data.dir to this folder to use them")


def _rates(
    rates: dict[str, dict[str, float]], wanted: Names, changes: list[str]
) -> dict[str, dict[str, float]]:
    """Returns the rates of the wanted channels, changed as the command line says."""
    chosen = {name: dict(rates.get(name, {})) for name in wanted or rates}
    for change in changes:
        name, _, share = change.partition("=")
        channel, _, code = name.partition(".")
        if not code or not share:
            raise ArfError(f"--rate {change}: expected CHANNEL.CODE=SHARE")
        if channel not in chosen:
            raise ArfError(f"--rate {change}: channel {channel} is not among those to write")
        try:
            chosen[channel][code] = float(share)
        except ValueError as error:
            raise ArfError(f"--rate {change}: {share} is no number") from error
    return chosen


def _files(out: Path, names: Any) -> set[Path]:
    """Returns the files that a sample of these channels consists of."""
    folders = (out, out / "teacher", out / "truth")
    return {folder / f"{name}.jsonl" for folder, name in product(folders, names)}


def _earlier_sample(out: Path) -> set[Path]:
    """Returns the files of the sample that the folder holds.

    Raises:
        ArfError: it holds anything else, such as data of one's own.
    """
    if out.exists() and not out.is_dir():
        raise ArfError(f"{out}: is a file; name a folder")
    found = {path for path in out.rglob("*") if not path.is_dir()}
    names = {name for family in families() for name in channels(family)}
    strange = min(found - _files(out, names), default=None)
    if strange is not None:
        raise ArfError(f"{out}: holds {strange.relative_to(out)}; name a new or empty folder")
    for path in sorted(found & {out / f"{name}.jsonl" for name in names}):
        if not _is_synthetic(path):
            raise ArfError(f"{path}: holds data that is no sample; name a new or empty folder")
    return found


def _is_synthetic(path: Path) -> bool:
    """Returns whether the first row of a raw file bears the mark of the sample."""
    with path.open(encoding="utf-8", errors="replace") as file:
        try:
            row = json.loads(file.readline())
        except ValueError:
            return False
    return isinstance(row, dict) and row.get("synthetic") is True
