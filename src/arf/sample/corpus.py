"""The phrase and scenario data of the embedded corpus, read from the YAML files beside it."""

from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError, field_validator

from arf.errors import ArfError
from arf.files import describe
from arf.params import Section, read_yaml
from arf.sample.phrases import PhraseField

PHRASEBOOK = Path(__file__).parent / "phrasebook"

T = TypeVar("T")
Kind = Literal["resolved", "pending", "refused"]
Phrases = tuple[PhraseField, ...]
RESERVED_SLOTS = frozenset(
    {"name", "first", "identifier", "idname", "answer", "who", "bot", "feeling"}
    | {"they", "them", "their", "theirs", "was"}
)
"""Slots that the generator fills."""

ValueKind = Literal["amount", "number", "day", "month", "time"]
ValueSpec = tuple[str, ...] | dict[ValueKind, tuple[int, int]]


class Aside(Section):
    """Something that a summary adds: as a sentence of its own, or hung on another one."""

    sentences: Phrases = Field(min_length=1)
    clauses: Phrases = ()


class Unit(Section):
    """One thing that a case says, with how a summary tells it.

    Attributes:
        say: how customer or bot puts it; ` // ` separates turns that change the speaker.
        tell: how a summary puts it, one sentence without its full stop.
        again: how a summary says it once more.
    """

    say: Phrases = Field(min_length=1)
    tell: Phrases = Field(min_length=1)
    again: Phrases = ()


class Ending(Unit):
    """How a case stands at its end."""

    kind: Kind
    again: Phrases = Field(min_length=1)


class Scenario(Section):
    """One family of cases.

    Attributes:
        complaint: whether the customer makes contact because something went wrong.
        fields: choices for the fields of a form.
        identifiers: kinds of identifiers that the customer may give.
        values: how the slots of this scenario are filled: from a list, or drawn from a range (for
            `day` and `month` in days and months before the day of contact).
        opening: why the customer makes contact.
        background: what the customer may add.
        finding: what was found or tried; every case has one.
        request: what the customer asks for, where the endings do not say it.
        endings: how it may end.
    """

    complaint: bool = True
    fields: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    identifiers: tuple[str, ...] = Field(min_length=1)
    values: dict[str, ValueSpec]
    opening: Unit
    background: tuple[Unit, ...] = Field(min_length=2)
    finding: tuple[Unit, ...] = Field(min_length=1)
    request: Unit | None = None
    endings: tuple[Ending, ...] = Field(min_length=1)

    @field_validator("values")
    @classmethod
    def _no_reserved_slot(cls, values: dict[str, ValueSpec]) -> dict[str, ValueSpec]:
        for name in values:
            if name in RESERVED_SLOTS:
                raise ValueError(f"{name} is filled by the generator; choose another name")
        return values


class Shares(Section):
    """How often a case shows what may trigger an error, each a probability."""

    feeling: float = Field(ge=0, le=1)
    copy_: float = Field(ge=0, le=1, alias="copy")
    courtesy: float = Field(ge=0, le=1)
    identifier: float = Field(ge=0, le=1)


class Reference(Section):
    """How often a summary names the customer in full, by first name, or not at all."""

    full: float
    first: float
    none: float


class Narrator(Section):
    """How a summary speaks of the two sides."""

    bot: tuple[str, ...]
    who: Reference


class Feeling(Section):
    """A feeling and how a customer states it."""

    word: str
    positive: bool = False
    say: Phrases


class Feelings(Section):
    """Stated feelings, and how a summary rightly reports one."""

    words: tuple[Feeling, ...]
    tell: Aside


class Copy(Section):
    """A copy sent by e-mail: how the case mentions and how a summary narrates it."""

    say: Phrases
    tell: Aside


class Courtesy(Section):
    """A courtesy: what is said `before` and `after` (see the channel's layout), and narrated."""

    before: Phrases = ()
    after: Phrases = ()
    tell: Aside


class Frame(Section):
    """What the cases of a channel have in common.

    The phrases of a dialogue (`greeting_back` to `reply`) are empty for forms, `signature` is empty
    for dialogues.
    """

    prefix: str
    layout: Literal["dialogue", "message"]
    background: tuple[int, ...]
    shares: Shares
    narrator: Narrator
    greeting: tuple[str, ...]
    signature: Phrases = ()
    greeting_back: Phrases = ()
    welcome: Phrases = ()
    ask: Phrases = ()
    ask_name: Phrases = ()
    give: Phrases = ()
    give_name: Phrases = ()
    volunteer: Phrases = ()
    volunteer_name: Phrases = ()
    acknowledge: Phrases = ()
    reply: dict[Kind, Phrases] = Field(default_factory=dict)
    feelings: Feelings
    copy_: Copy = Field(alias="copy")
    courtesies: tuple[Courtesy, ...]
    closers: dict[Kind, Phrases]


class Channel(Section):
    """All that the cases of one channel are made from; scenarios by name."""

    frame: Frame
    scenarios: dict[str, Scenario]


class People(Section):
    """Names to combine."""

    female: tuple[str, ...]
    male: tuple[str, ...]
    last: tuple[str, ...]


class Identifier(Section):
    """One kind of identifier (see the comment in its file)."""

    title: str
    patterns: tuple[str, ...]
    answer: Phrases
    mention: Phrases
    tell: Aside


class Sentiments(Section):
    """Feelings that nobody stated, by how the case ends."""

    negative: Aside
    positive: Aside


class Errors(Section):
    """The words of the errors that stand on no scenario."""

    inferred_sentiment: Sentiments
    unsupported_detail: Aside


class Shared(Section):
    """What all channels share."""

    people: People
    identifiers: dict[str, Identifier]
    errors: Errors


def channels() -> tuple[str, ...]:
    """Returns the channels that scenarios exist for."""
    return tuple(sorted(path.name for path in PHRASEBOOK.iterdir() if path.is_dir()))


def _load(name: str, model: type[T]) -> T:
    path = PHRASEBOOK / f"{name}.yaml"
    try:
        return TypeAdapter(model).validate_python(read_yaml(path))
    except ValidationError as error:
        raise ArfError(f"{path}: {describe(error)}") from error


@cache
def load_shared() -> Shared:
    """Reads what all channels share."""
    return Shared(
        people=_load("people", People),
        identifiers=_load("identifiers", dict[str, Identifier]),
        errors=_load("errors", Errors),
    )


@cache
def load_channel(name: str) -> Channel:
    """Reads the frame and the scenarios of a channel."""
    files = sorted((PHRASEBOOK / name).glob("*.yaml"))
    scenarios = {path.stem: _load(f"{name}/{path.stem}", Scenario) for path in files}
    return Channel(frame=_load(name, Frame), scenarios=scenarios)
