"""What happened in a case: the people, the values and the course of events."""

from dataclasses import dataclass
from datetime import date, timedelta

from arf.sample.corpus import (
    Channel,
    Courtesy,
    Ending,
    Feeling,
    Kind,
    Scenario,
    Shared,
    Unit,
    ValueSpec,
)
from arf.sample.phrases import Draw
from arf.sample.plan import Features, Planner, shown

_EPOCH = date(2024, 1, 8)
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven",
    "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
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
class Style:
    """How one case writes its values, and the day on which it is written."""

    currency: str
    month_first: bool
    number_words: bool
    today: date

    def value(self, spec: ValueSpec, draw: Draw) -> str:
        """Draws a value of a slot and writes it out."""
        if not isinstance(spec, dict):
            return draw.pick(spec)
        ((kind, (low, high)),) = spec.items()
        number = draw.between(low, high)
        if kind == "amount":
            return self._amount(number, draw)
        if kind == "day":
            day = self.today - timedelta(days=number)
            month = _MONTHS[day.month - 1]
            return f"{month} {day.day}" if self.month_first else f"{day.day} {month}"
        if kind == "month":
            return _MONTHS[(self.today.month - 1 - number) % 12]
        if kind == "time":
            minutes = draw.pick(("05", "10", "15", "20", "30", "40", "45", "50"))
            return f"{(number - 1) % 12 + 1}:{minutes} {'am' if number < 12 else 'pm'}"
        return _WORDS[number] if self.number_words and number < len(_WORDS) else str(number)

    def _amount(self, number: int, draw: Draw) -> str:
        if number >= 200:
            rounded = number // 10 * 10 if number >= 1000 else number
            return f"{self.currency}{rounded:,}"
        cents = draw.pick(("", "", "", ".50", ".99", f".{draw.between(10, 98)}"))
        return f"{self.currency}{number}{cents}"


@dataclass(frozen=True)
class Story:
    """All that is true of one case.

    Attributes:
        identifier_kind: which kind of identifier the customer gives.
        values: what each slot says, `name`, `first` and `identifier` included.
        background: what the customer may add, in the order in which it would be added.
        features: what the case shows; `feeling` and `courtesy` are null where it does not.
        planned: the codes of the errors that its summary gets.
    """

    scenario_name: str
    scenario: Scenario
    ending: Ending
    finding: Unit
    background: tuple[Unit, ...]
    style: Style
    person: Person
    identifier_kind: str
    values: dict[str, str]
    features: Features
    feeling: Feeling | None
    courtesy: Courtesy | None
    planned: frozenset[str]

    @property
    def early_feeling(self) -> bool:
        """Whether the customer states a feeling together with the reason for contact."""
        return self.feeling is not None and not self.feeling.positive and self.scenario.complaint


def kinds(channel: Channel) -> dict[Kind, float]:
    """Returns how likely a case of that channel is to end in each way."""
    share: dict[Kind, float] = {}
    for scenario in channel.scenarios.values():
        for ending in scenario.endings:
            mass = 1 / len(channel.scenarios) / len(scenario.endings)
            share[ending.kind] = share.get(ending.kind, 0.0) + mass
    return share


def draw_person(shared: Shared, draw: Draw) -> Person:
    """Draws a name."""
    gender = draw.pick(("female", "male"))
    first = draw.pick(shared.people.female if gender == "female" else shared.people.male)
    return Person(first, draw.pick(shared.people.last), gender)


def _identifier(pattern: str, person: Person, draw: Draw) -> str:
    """Fills a pattern: # a digit, @ a letter, or the parts of an e-mail address."""
    if "{" in pattern:
        name, domain = pattern.split("@")
        name = name.format(first=person.first.lower(), last=person.last.lower())
        return f"{_identifier(name, person, draw)}@{domain}"
    letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
    return "".join(
        str(draw.between(0, 9)) if mark == "#" else draw.pick(letters) if mark == "@" else mark
        for mark in pattern
    )


def draw_story(channel: Channel, shared: Shared, planner: Planner, key: str) -> Story:
    """Draws the case of that key, and plans the errors of its summary."""
    draw = Draw(key, "story")
    frame = channel.frame
    scenario_name = draw.pick(tuple(channel.scenarios))
    scenario = channel.scenarios[scenario_name]
    ending = draw.pick(scenario.endings)
    drawn = Features(
        kind=ending.kind,
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
    values = {name: style.value(spec, draw) for name, spec in scenario.values.items()}
    identifier_kind = draw.pick(scenario.identifiers)
    identifier = shared.identifiers[identifier_kind]
    values |= {
        "name": person.name,
        "first": person.first,
        "idname": identifier.title,
        "identifier": _identifier(draw.pick(identifier.patterns), person, draw),
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
        background=tuple(draw.shuffled(scenario.background)),
        style=style,
        person=person,
        identifier_kind=identifier_kind,
        values=values,
        features=features,
        feeling=feeling if features.feeling else None,
        courtesy=courtesy if features.courtesy else None,
        planned=planned,
    )
