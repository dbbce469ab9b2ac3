"""Cases written out: a dialogue with a bot, or a message with form fields."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Literal

from arf.sample.corpus import Shared
from arf.sample.frame import Frame
from arf.sample.phrases import Draw, Text
from arf.sample.scenario import TURN, Phrases, Unit
from arf.sample.story import Story
from arf.sample.typos import sloppy

SHORTEST, LONGEST = 60, 250
"""The fewest and most words of what customer and bot say."""

Speaker = Literal["customer", "bot"]
Turn = tuple[Speaker, str]
"""Speaker and text."""
_OTHER: dict[Speaker, Speaker] = {"customer": "bot", "bot": "customer"}


@dataclass(frozen=True)
class Written:
    """A case as written.

    Attributes:
        content: the content of the raw row: `turns`, or `text` and `fields`.
        body: all its words, as `Case.body` gives them.
        background: which of the scenario's background made it into the case.
        facts: the slots that the case states, with their values.
        named: whether the customer's name is in it.
    """

    content: dict[str, Any]
    body: str
    background: tuple[Unit, ...]
    facts: dict[str, str]
    named: bool


@dataclass
class _Pen:
    """Renders phrases of one story and remembers which slots they used."""

    story: Story
    draw: Draw
    capitals: bool
    used: set[str] = field(default_factory=set)

    def turns(self, speaker: Speaker, phrases: Phrases, capital: bool = True) -> list[Turn]:
        """Renders one of the phrases, which may change speakers; only customers make typos."""
        rendered = self.draw.pick(phrases).render(self.draw, self.story.values)
        for mark in rendered.marks:
            self.used.add(mark.slot)
        if TURN not in rendered.text:
            return [(speaker, self._typed(rendered, speaker, capital))]
        turns = []
        for part in rendered.split(TURN):
            turns.append((speaker, self._typed(part, speaker, capital)))
            speaker = _OTHER[speaker]
        return turns

    def _typed(self, part: Text, speaker: Speaker, capital: bool) -> str:
        text = capitalised(part.text) if capital else part.text
        if self.story.typos and speaker == "customer":
            return sloppy(Text(text, part.marks), self.draw, self.story.typos, self.capitals)
        return text

    def say(self, phrases: Phrases, speaker: Speaker = "customer", capital: bool = True) -> str:
        """Renders one of the phrases, none of which changes speakers."""
        return self.turns(speaker, phrases, capital)[0][1]

    def feeling(self, early: bool) -> list[Turn]:
        """Renders the stated feeling, without typos, if its place is early or late in the case."""
        feeling = self.story.feeling
        if feeling is None or self.story.early_feeling != early:
            return []
        return [("customer", self.draw.pick(feeling.say).render(self.draw, {}).text)]


def capitalised(text: str) -> str:
    """Returns the text with a capital first letter, unless it begins with an e-mail address."""
    return text if "@" in text.partition(" ")[0] else text[:1].upper() + text[1:]


def _uncapitalised(text: str) -> str:
    """Returns the text with a small first letter, unless it begins with I."""
    return text if text[:2] in ("I ", "I'") else text[:1].lower() + text[1:]


def _count(turns: Iterable[Turn]) -> int:
    return sum(len(text.split()) for _, text in turns)


def _goal(draw: Draw) -> int:
    """Returns how many words a case should have: about 80 most often, seldom 240."""
    share = draw.between(0, 1000) / 1000
    return 60 + int(165 * share**5)


@dataclass
class _Extras:
    """What is added to a case until it is long enough: `background` and `asides` as rendered."""

    units: list[Unit] = field(default_factory=list)
    background: list[list[Turn]] = field(default_factory=list)
    asides: list[list[Turn]] = field(default_factory=list)


def _extras(pen: _Pen, frame: Frame, words: int) -> _Extras:
    """Chooses what to add to a case that has so many words."""
    story, draw = pen.story, pen.draw
    extras = _Extras()
    least = draw.pick(frame.background)
    goal = _goal(draw)
    units, asides = list(story.scenario.background), list(frame.asides)
    while (units or asides) and (words < goal or len(extras.units) < least):
        used = set(pen.used)
        if units and (not asides or len(extras.units) < least or draw.chance(0.6)):
            unit, place = draw.take(units), extras.background
            turns = pen.turns("customer", unit.say)
        else:
            unit, place = None, extras.asides
            turns = pen.turns("customer", (draw.take(asides),))
        length = _count(turns)
        if words + length > LONGEST:
            pen.used = used
            continue
        words += length
        place.append(turns)
        if unit is not None:
            extras.units.append(unit)
    return extras


def _joined(turns: Iterable[Turn]) -> list[Turn]:
    """Joins neighbouring turns of one speaker."""
    joined: list[Turn] = []
    for speaker, text in turns:
        if joined and joined[-1][0] == speaker:
            joined[-1] = (speaker, f"{joined[-1][1]} {text}")
        else:
            joined.append((speaker, text))
    return joined


def _beginning(frame: Frame, pen: _Pen, opening: list[Turn]) -> tuple[list[Turn], list[Turn]]:
    """Returns what stands before and after the matter until the bot knows who writes.

    Args:
        frame: the phrases of the channel.
        pen: renders them.
        opening: what the customer says of the matter; its first turn gets the greeting.
    """
    draw, with_id = pen.draw, pen.story.features.identifier
    before: list[Turn] = []
    after: list[Turn] = []
    hello = hello_back = ""
    if draw.chance(0.4):
        before.append(("bot", pen.say(frame.welcome, "bot")))
    else:
        hello, hello_back = draw.pick(frame.greeting), draw.pick(frame.greeting_back)
    if draw.chance(0.45):
        hello += pen.say(frame.volunteer if with_id else frame.volunteer_name) + " "
    else:
        ask, give = (frame.ask, frame.give) if with_id else (frame.ask_name, frame.give_name)
        after = [("bot", hello_back + pen.say(ask, "bot")), ("customer", pen.say(give))]
    opening[0] = ("customer", hello + opening[0][1])
    return before, after


def _closing(frame: Frame, pen: _Pen, last: Speaker) -> list[Turn]:
    """Returns what follows the ending, whose last turn is of that speaker."""
    story = pen.story
    turns = pen.feeling(early=False)
    if last == "bot" and (turns or pen.draw.chance(0.35)):
        turns.insert(0, ("customer", pen.say(frame.reply[story.ending.kind])))
    if story.contact is not None:
        turns.append(("bot", pen.say(story.contact.bot, "bot")))
    if story.features.copy:
        turns.append(("bot", pen.say(frame.copy_.say, "bot")))
    if story.courtesy is not None and story.courtesy.before:
        turns.append(("bot", pen.say(story.courtesy.before, "bot")))
    if story.courtesy is not None and story.courtesy.after:
        turns.append(("customer", pen.say(story.courtesy.after)))
    return turns


def _write_dialogue(frame: Frame, shared: Shared, story: Story, draw: Draw) -> Written:
    pen = _Pen(story, draw, capitals=draw.chance(0.5))
    opening = pen.turns("customer", story.scenario.opening.say)
    before, after = _beginning(frame, pen, opening)
    feeling = pen.feeling(early=True)
    finding = pen.turns("bot", story.finding.say)
    finding[0] = ("bot", pen.say(frame.acknowledge, "bot") + finding[0][1])
    request = story.scenario.request
    wish = pen.turns("customer", request.say) if request else []
    ending = pen.turns("bot", story.ending.say)
    closing = _closing(frame, pen, ending[-1][0])
    fixed = [before, opening, feeling, after, finding, wish, ending, closing]
    extras = _extras(pen, frame, sum(map(_count, fixed)))
    early: list[Turn] = []
    late: list[Turn] = []
    for turns in draw.shuffled([*extras.background, *extras.asides]):
        (early if (late or wish) and draw.chance(0.5) else late).extend(turns)
    turns = _joined(
        [*before, *opening, *early, *feeling, *after, *finding, *late, *wish, *ending, *closing]
    )
    body = "\n".join(f"{speaker}: {text}" for speaker, text in turns)
    content = {"turns": [{"speaker": speaker, "text": text} for speaker, text in turns]}
    return Written(content, body, tuple(extras.units), _facts(pen), named=True)


def _write_message(frame: Frame, shared: Shared, story: Story, draw: Draw) -> Written:
    pen = _Pen(story, draw, capitals=draw.chance(0.5))
    named = draw.chance(0.7)
    greeting, courtesy, scenario = draw.pick(frame.greeting), story.courtesy, story.scenario
    if courtesy is not None and courtesy.before:
        kind_words = pen.say(courtesy.before)
        greeting += _uncapitalised(kind_words) if greeting.endswith(", ") else kind_words
    start = pen.turns("customer", scenario.opening.say, capital=not greeting.endswith(", "))
    start[0] = ("customer", greeting + start[0][1])
    course = [pen.turns("customer", story.finding.say) + pen.feeling(early=True)]
    if scenario.request is not None:
        course.append(pen.turns("customer", scenario.request.say))
    if story.contact is not None:
        course.insert(1, pen.turns("customer", story.contact.customer))
    course.append(pen.turns("customer", story.ending.say) + pen.feeling(early=False))
    if story.features.identifier:
        mention = pen.turns("customer", shared.identifiers[story.identifier_kind].mention)
        course.insert(draw.pick((0, len(course))), mention)
    end = pen.turns("customer", frame.copy_.say) if story.features.copy else []
    if courtesy is not None and courtesy.after:
        end += pen.turns("customer", courtesy.after)
    signature = pen.say(frame.signature) if named else ""
    extras = _extras(pen, frame, sum(map(_count, (start, *course, end))) + len(signature.split()))
    course[:0] = extras.background
    for aside in extras.asides:
        course.insert(draw.between(0, len(course)), aside)
    parts = [*start, *(turn for turns in course for turn in turns), *end]
    text = " ".join(part for _, part in parts) + ("\n" + signature if named else "")
    fields = {name: draw.pick(options) for name, options in scenario.fields.items()}
    fields["date_received"] = story.style.today.isoformat()
    body = "\n".join([text, *(f"{name}: {value}" for name, value in fields.items())])
    return Written({"text": text, "fields": fields}, body, tuple(extras.units), _facts(pen), named)


def _facts(pen: _Pen) -> dict[str, str]:
    """Returns the values that were said, in the order of the story."""
    hidden = {"answer", "first", "idname", "contact"}
    used = pen.used | ({"identifier"} if "answer" in pen.used else set())
    return {
        slot: value
        for slot, value in pen.story.values.items()
        if slot in used and slot not in hidden
    }


def write_case(frame: Frame, shared: Shared, story: Story, draw: Draw) -> Written:
    """Writes a case out, with as much background and asides as its length takes."""
    layout = _write_dialogue if frame.layout == "dialogue" else _write_message
    return layout(frame, shared, story, draw)
