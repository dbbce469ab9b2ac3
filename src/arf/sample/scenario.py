"""The shape of a scenario: what is said in its cases, and how a summary tells it."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from arf.params import Section
from arf.sample.phrases import PhraseField
from arf.sample.values import SpecField

Kind = Literal["resolved", "pending", "refused"]
TellingTrap = Literal["repeated_words", "email_is_the_point", "open_outcome"]
Phrases = tuple[PhraseField, ...]
Some = Annotated[Phrases, Field(min_length=1)]

VOICE = frozenset({"who", "they", "them", "their", "theirs", "was", "bot"})
"""Slots by which a summary speaks of the two sides."""
PERSON = frozenset({"name", "first"})
GIVEN = frozenset({"identifier", "idname", "answer", "contact", "feeling"})
INVENTED = frozenset({"wrong_number", "wrong_day", "wrong_amount", "wrong_name", "wrong_reference"})
TURN = " // "
"""Stands between two turns in what is said in a chat."""


def check_slots(where: str, phrases: Phrases, allowed: frozenset[str]) -> None:
    """Raises an error where a phrase has a slot that nothing fills there."""
    for number, phrase in enumerate(phrases):
        for slot in sorted(phrase.slots - allowed):
            raise ValueError(
                f"{where}.{number}: nothing fills {{{slot}}} here; known are "
                + ", ".join(sorted(allowed))
            )


class Aside(Section):
    """Something that a summary adds: as a sentence of its own, or hung on another one."""

    sentences: Some
    clauses: Phrases = ()

    def check(self, where: str, allowed: frozenset[str]) -> None:
        """Raises an error where a phrase has an unknown slot."""
        check_slots(f"{where}.sentences", self.sentences, allowed)
        check_slots(f"{where}.clauses", self.clauses, allowed)


class Telling(Section):
    """How a summary puts something, one sentence without its full stop.

    Attributes:
        again: how a careless summary says the same once more.
        trap: what it looks like without being an error.
    """

    text: PhraseField
    again: Phrases = ()
    trap: TellingTrap | None = None

    @model_validator(mode="after")
    def _again_says_nothing_new(self) -> Self:
        check_slots("again", self.again, self.text.slots | VOICE)
        return self


def _as_mapping(value: Any) -> Any:
    return {"text": value} if isinstance(value, str) else value


Tellings = Annotated[
    tuple[Annotated[Telling, BeforeValidator(_as_mapping)], ...], Field(min_length=1)
]


class Unit(Section):
    """One thing that a case says, with how a summary tells it.

    Attributes:
        say: how customer or bot puts it; `TURN` separates turns.
    """

    say: Some
    tell: Tellings

    def check(self, where: str, slots: frozenset[str]) -> None:
        """Raises an error where a phrase has an unknown slot."""
        check_slots(f"{where}.say", self.say, slots | PERSON)
        for number, telling in enumerate(self.tell):
            check_slots(f"{where}.tell.{number}.text", (telling.text,), slots | VOICE)


class Ending(Unit):
    """How a case stands at its end."""

    kind: Kind


class Scenario(Section):
    """One kind of case.

    Attributes:
        complaint: whether the customer makes contact because something went wrong.
        about_copy: whether it is about a copy or confirmation sent by e-mail.
        fields: choices for the fields of a form.
        identifiers: kinds of identifiers that the customer may give.
        values: how the slots of this scenario are filled.
        opening: why the customer makes contact.
        background: what the customer may add.
        finding: what was found or tried; every case has one.
        request: what the customer asks for, where the endings do not say it.
        endings: how it may end.
    """

    complaint: bool = True
    about_copy: bool = False
    fields: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    identifiers: tuple[str, ...] = Field(min_length=1)
    values: dict[str, SpecField]
    opening: Unit
    background: tuple[Unit, ...] = Field(min_length=2)
    finding: tuple[Unit, ...] = Field(min_length=1)
    request: Unit | None = None
    endings: tuple[Ending, ...] = Field(min_length=1)

    def units(self) -> list[tuple[str, Unit]]:
        """Returns all units, each with its place in the file."""
        return [
            ("opening", self.opening),
            *((f"background.{number}", unit) for number, unit in enumerate(self.background)),
            *((f"finding.{number}", unit) for number, unit in enumerate(self.finding)),
            *([("request", self.request)] if self.request else []),
            *((f"endings.{number}", unit) for number, unit in enumerate(self.endings)),
        ]

    @field_validator("values")
    @classmethod
    def _no_reserved_slot(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in values:
            if name in VOICE | PERSON | GIVEN | INVENTED:
                raise ValueError(f"{name} is filled by the generator; choose another name")
        return values

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for where, unit in self.units():
            unit.check(where, frozenset(self.values))
            for number, telling in enumerate(unit.tell):
                if telling.trap == "email_is_the_point" and not self.about_copy:
                    raise ValueError(
                        f"{where}.tell.{number}.trap: email_is_the_point needs about_copy: true"
                    )
        for number, telling in enumerate(self.opening.tell):
            if "who" not in telling.text.slots:
                raise ValueError(f"opening.tell.{number}: an opening has to name {{who}}")
        return self
