"""What happened in a case: the people, the values and the course of events."""

from dataclasses import dataclass
from datetime import date, timedelta

from arf.sample.corpus import Channel, Shared
from arf.sample.frame import Contact, Courtesy, Feeling
from arf.sample.phrases import Draw
from arf.sample.plan import Features, Planner, shown
from arf.sample.scenario import Ending, Kind, Scenario, Unit
from arf.sample.values import Style, Value, fill

_CONTACT = 0.2
"""Share of cases with a contact of the company."""
_SLOPPY = 0.35
"""Share of customers who type sloppily."""
_EPOCH = date(2024, 1, 8)
_PRONOUNS = {
    "female": {"they": "she", "them": "her", "their": "her", "theirs": "hers", "was": "was"},
    "male": {"they": "he", "them": "him", "their": "his", "theirs": "his", "was": "was"},
    "unknown": {
        "they": "they", "them": "them", "their": "their", "theirs": "theirs", "was": "were",
    },
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A customer; `pronouns` fill the slots `they`, `them`, `their`, `theirs` and `was`."""

    first: str
    last: str
    gender: str

    @property
    def name(self) -> str:
        """The full name."""
        return f"{self.first} {self.last}"


def pronouns(gender: str) -> dict[str, str]:
    """Returns the pronoun slots for `female`, `male` or `unknown`."""
    return _PRONOUNS[gender]


@dataclass(frozen=True)
class Story:
    """All that is true of one case.

    Attributes:
        identifier_kind: which kind of identifier the customer gives.
        drawn: the values of the scenario's slots.
        values: what each slot says, `name`, `first`, `identifier` and `contact` included.
        features: what the case shows; `feeling` and `courtesy` are null where it does not.
        contact: a contact of the company, where the case gives one.
        typos: the share of words that the customer misspells.
        planned: the codes of the errors that its summary gets.
    """

    scenario_name: str
    scenario: Scenario
    ending: Ending
    finding: Unit
    style: Style
    person: Person
    identifier_kind: str
    drawn: dict[str, Value]
    values: dict[str, str]
    features: Features
    feeling: Feeling | None
    courtesy: Courtesy | None
    contact: Contact | None
    typos: float
    planned: frozenset[str]

    @property
    def early_feeling(self) -> bool:
        """Whether the customer states a feeling together with the reason for contact."""
        return self.feeling is not None and not self.feeling.positive and self.scenario.complaint


def endings(channel: Channel) -> dict[tuple[Kind, bool], float]:
    """Returns how likely a case is to end in each way and to be, or not, about a copy."""
    share: dict[tuple[Kind, bool], float] = {}
    for scenario in channel.scenarios.values():
        for ending in scenario.endings:
            key = (ending.kind, scenario.about_copy)
            mass = 1 / len(channel.scenarios) / len(scenario.endings)
            share[key] = share.get(key, 0.0) + mass
    return share


def draw_person(shared: Shared, draw: Draw) -> Person:
    """Draws a name."""
    gender = draw.pick(("female", "male"))
    first = draw.pick(shared.people.female if gender == "female" else shared.people.male)
    return Person(first, draw.pick(shared.people.last), gender)


def _identifier(pattern: str, person: Person, draw: Draw) -> str:
    """Fills a pattern, with the person's names in an e-mail address."""
    names = {"first": person.first.lower(), "last": person.last.lower()}
    return fill(pattern.format(**names) if "{" in pattern else pattern, draw)


def draw_story(channel: Channel, shared: Shared, planner: Planner, draw: Draw, key: str) -> Story:
    """Draws a case, and plans the errors of its summary, which its key decides."""
    frame = channel.frame
    scenario_name = draw.pick(tuple(channel.scenarios))
    scenario = channel.scenarios[scenario_name]
    ending = draw.pick(scenario.endings)
    drawn = Features(
        kind=ending.kind,
        about_copy=scenario.about_copy,
        feeling=draw.chance(frame.shares.feeling),
        copy=draw.chance(frame.shares.copy_),
        courtesy=draw.chance(frame.shares.courtesy),
        identifier=draw.chance(frame.shares.identifier),
    )
    planned = planner.plan(drawn, key)
    features = shown(drawn, planned)

    style = Style(
        currency=draw.pick(("$", "$", "$", "£", "€")),
        month_first=draw.chance(0.5),
        number_words=draw.chance(0.6),
        today=_EPOCH + timedelta(days=draw.between(0, 700)),
    )
    person = draw_person(shared, draw)
    drawn_values = {name: style.value(spec, draw) for name, spec in scenario.values.items()}
    identifier_kind = draw.pick(scenario.identifiers)
    identifier = shared.identifiers[identifier_kind]
    contact = draw.pick(shared.contacts) if draw.chance(_CONTACT) else None
    values = {name: value.text for name, value in drawn_values.items()} | {
        "name": person.name,
        "first": person.first,
        "idname": identifier.title,
        "identifier": _identifier(draw.pick(identifier.patterns), person, draw),
        "contact": fill(draw.pick(contact.patterns), draw) if contact else "",
    }
    values["answer"] = draw.pick(identifier.answer).render(draw, values).text
    positive = ending.kind == "resolved" and (draw.chance(0.5) or not scenario.complaint)
    feeling = draw.pick([word for word in frame.feelings.words if word.positive == positive])
    courtesy = draw.pick(frame.courtesies)
    return Story(
        scenario_name=scenario_name,
        scenario=scenario,
        ending=ending,
        finding=draw.pick(scenario.finding),
        style=style,
        person=person,
        identifier_kind=identifier_kind,
        drawn=drawn_values,
        values=values,
        features=features,
        feeling=feeling if features.feeling else None,
        courtesy=courtesy if features.courtesy else None,
        contact=contact,
        typos=draw.pick((0.04, 0.07, 0.12)) if draw.chance(_SLOPPY) else 0.0,
        planned=planned,
    )
