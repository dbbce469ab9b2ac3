"""`arf profile`: a whole set of models at once, in `params.yaml`."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import Field, ValidationError
from ruamel.yaml import YAML

from arf.cli.doctor import SECTIONS
from arf.errors import ArfError
from arf.files import describe, replacing
from arf.params import PARAMS, Section, did_you_mean, load_section, read_yaml
from arf.patch import PatchError, child, compose, flow, patch
from arf.progress import say

PROFILES = Path("profiles")

profile = typer.Typer(no_args_is_help=True)
Name = Annotated[str, typer.Argument(metavar="NAME", help="A file of profiles/, without .yaml.")]


class Contents(Section):
    """A file of `profiles/`.

    Attributes:
        description: what it is for, on one line.
        set: values of `params.yaml` by section and name; each replaces the old one whole.
    """

    description: str = Field(min_length=1)
    set: dict[str, dict[str, Any]] = Field(min_length=1)


@dataclass(frozen=True)
class Change:
    """A value of `params.yaml` that a profile changes, or adds where it is not there."""

    section: str
    name: str
    is_there: bool
    old: Any
    value: Any


@profile.callback()
def about() -> None:
    """Who teaches, annotates, edits, judges and learns: a whole set at once."""


@profile.command(name="list")
def list_profiles() -> None:
    """List the profiles; the one in force is marked with a star."""
    params, paths = _params(), _paths()
    width = max(map(len, paths))
    for name, path in paths.items():
        contents = load_profile(path)
        mark = " " if _without_own(changes(params, contents))[0] else "*"
        typer.echo(f"{mark} {name:{width}}  {contents.description}")


@profile.command()
def show(name: Name) -> None:
    """Print what a profile sets."""
    path = _find(name)
    load_profile(path)
    typer.echo(path.read_text(encoding="utf-8"), nl=False)


@profile.command()
def use(name: Name) -> None:
    """Set a profile's roles in params.yaml, and other values that are not your own."""
    path = _find(name)
    contents = load_profile(path)
    found, own = _without_own(changes(_params(), contents))
    for change in own:
        say(f"{change.section}.{change.name}: {flow(change.old)} is your own and stays")
    if not found:
        say(f"{PARAMS} is as {path} says; nothing to change")
        return
    values: dict[str, dict[str, Any]] = {}
    for change in found:
        values.setdefault(change.section, {})[change.name] = change.value
    try:
        text = patch(PARAMS.read_bytes().decode("utf-8"), values)
    except PatchError as error:
        raise ArfError(
            f"{PARAMS}: {error}: cannot be changed in place, for an alias, say; write that section "
            "out and run again"
        ) from error
    with replacing(PARAMS) as file:
        file.write(text)
        file.flush()
        _validate(Path(file.name), f"{PARAMS} with {path}")
    for change in found:
        old = flow(change.old) if change.is_there else "not there"
        say(f"{change.section}.{change.name}: {old} -> {flow(change.value)}")
    for line in next_steps(contents):
        say(line)


def load_profile(path: Path) -> Contents:
    """Reads a profile.

    Raises:
        ArfError: it is malformed; the message names the line.
    """
    read_yaml(path)  # for its messages
    text = path.read_text(encoding="utf-8")
    try:
        # Its own kind of numbers and quotes, so that 2.0e-4 is written as it stands.
        return Contents.model_validate(_plain(YAML(pure=True).load(text)))
    except ValidationError as error:
        node = compose(text)
        for part in error.errors()[0]["loc"]:
            node = child(node, part) or node
        line = node.start_mark.line + 1 if node else 1
        raise ArfError(f"{path}:{line}: {describe(error)}") from error


def changes(params: Mapping[str, Any], contents: Contents) -> Iterator[Change]:
    """Yields what a profile changes in the parameters."""
    for section, values in contents.set.items():
        there = params.get(section)
        for name, value in values.items():
            is_there = isinstance(there, Mapping) and name in there
            old = there[name] if isinstance(there, Mapping) and is_there else None
            if not is_there or old != value:
                yield Change(section, name, is_there, old, value)


def _without_own(found: Iterable[Change]) -> tuple[list[Change], list[Change]]:
    """Splits off changes of values that no profile has: people's own, which stay.

    Roles are what a profile is about and are always set.
    """
    known = [load_profile(path).set for path in _paths().values()]

    def is_own(change: Change) -> bool:
        values = [profile[change.section] for profile in known if change.section in profile]
        told = [value[change.name] for value in values if change.name in value]
        return change.section != "roles" and change.is_there and change.old not in told

    parts: tuple[list[Change], list[Change]] = ([], [])
    for change in found:
        parts[is_own(change)].append(change)
    return parts


def next_steps(contents: Contents) -> Iterator[str]:
    """Yields what to type before a run with a profile."""
    roles = [role for role in contents.set.get("roles", {}).values() if isinstance(role, Mapping)]
    keys = dict.fromkeys(role["key"] for role in roles if role.get("key"))
    for key in keys:
        if not os.environ.get(str(key)):
            yield f"next: export {key}=..."
    if any(role.get("provider") == "openai" for role in roles):
        yield "next: arf doctor --endpoints   # does each of them answer"
        yield "next: dvc repro ingest         # the cases; nobody is asked"
        yield "next: arf estimate             # what it will cost"
    yield "next: dvc repro"


def _plain(value: Any) -> Any:
    """Returns mappings and lists without the comments that ruamel keeps in them."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value


def _params() -> dict[str, Any]:
    params = read_yaml(PARAMS)
    if not isinstance(params, dict):
        raise ArfError(f"{PARAMS}: expected a mapping of sections")
    return params


def _paths() -> dict[str, Path]:
    found = {path.stem: path for path in sorted(PROFILES.glob("*.yaml"))}
    if not found:
        raise ArfError(f"{PROFILES}: no profile here; run arf profile in the folder of the project")
    return found


def _find(name: str) -> Path:
    paths = _paths()
    if name not in paths:
        guess = did_you_mean(name, list(paths)) or f" (there are {', '.join(paths)})"
        raise ArfError(f"{PROFILES}: no profile {name}{guess}")
    return paths[name]


def _validate(path: Path, label: str) -> None:
    try:
        for section, model in SECTIONS.items():
            load_section(section, model, path)
    except ArfError as error:
        raise ArfError(str(error).replace(str(path), label)) from error
