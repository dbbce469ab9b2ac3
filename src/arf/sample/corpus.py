"""The phrase and scenario data of the embedded corpus, read from the YAML files beside it.

Each family of phrases is a folder of its own. No scenario, phrase, name or place of one family is
in another, so that what was built on one can be tested on the other.
"""

from functools import cache
from pathlib import Path
from typing import TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from arf.errors import ArfError
from arf.files import describe
from arf.params import Section, read_yaml
from arf.sample.frame import Contact, Errors, Frame, Identifier, People
from arf.sample.scenario import TURN, Scenario

PHRASEBOOK = Path(__file__).parent / "phrasebook"

T = TypeVar("T")


class Channel(Section):
    """All that the cases of one channel are made from; scenarios by name."""

    frame: Frame
    scenarios: dict[str, Scenario] = Field(min_length=1)


class Shared(Section):
    """What all channels of a family share."""

    people: People
    identifiers: dict[str, Identifier]
    contacts: tuple[Contact, ...] = Field(min_length=1)
    errors: Errors


def families() -> tuple[str, ...]:
    """Returns the families of phrases."""
    return tuple(sorted(path.name for path in PHRASEBOOK.iterdir() if path.is_dir()))


def channels(family: str) -> tuple[str, ...]:
    """Returns the channels that a family has scenarios for."""
    return tuple(sorted(path.name for path in (PHRASEBOOK / family).iterdir() if path.is_dir()))


def _load(path: Path, model: type[T]) -> T:
    try:
        return TypeAdapter(model).validate_python(read_yaml(path))
    except ValidationError as error:
        raise ArfError(f"{path}: {describe(error)}") from error


@cache
def load_shared(family: str) -> Shared:
    """Reads what all channels of a family share.

    Raises:
        ArfError: a file is absent or wrong; the message names the file and the field.
    """
    folder = PHRASEBOOK / family
    return Shared(
        people=_load(folder / "people.yaml", People),
        identifiers=_load(folder / "identifiers.yaml", dict[str, Identifier]),
        contacts=_load(folder / "contacts.yaml", tuple[Contact, ...]),
        errors=_load(folder / "errors.yaml", Errors),
    )


@cache
def load_channel(family: str, name: str) -> Channel:
    """Reads the frame and the scenarios of a channel.

    Raises:
        ArfError: as for `load_shared`.
    """
    path = PHRASEBOOK / family / f"{name}.yaml"
    frame = _load(path, Frame)
    known = load_shared(family).identifiers
    scenarios = {}
    for file in sorted(path.with_suffix("").glob("*.yaml")):
        scenario = scenarios[file.stem] = _load(file, Scenario)
        for kind in scenario.identifiers:
            if kind not in known:
                raise ArfError(f"{file}: identifiers: {kind} is not in identifiers.yaml")
        _check_layout(file, scenario, frame)
    if not scenarios:
        raise ArfError(f"{path.with_suffix('')}: no scenarios; add a file for each")
    return Channel(frame=frame, scenarios=scenarios)


def _check_layout(path: Path, scenario: Scenario, frame: Frame) -> None:
    """Raises an error where a scenario does not suit the layout of its channel."""
    message = frame.layout == "message"
    if bool(scenario.fields) != message:
        needs = "needs" if message else "has no"
        raise ArfError(f"{path}: fields: a {frame.layout} {needs} fields")
    for where, unit in scenario.units():
        if message and any(TURN in phrase.source for phrase in unit.say):
            raise ArfError(f"{path}: {where}.say: a message has no turns ({TURN.strip()})")
