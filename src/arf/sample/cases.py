"""Cases written out: a dialogue with a bot, or a message with form fields."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from arf.sample.corpus import Frame, Phrases, Shared, Unit
from arf.sample.phrases import Draw
from arf.sample.story import Story

SHORTEST = 60
"""The fewest words of a case."""

Turn = tuple[str, str]
"""Speaker and text."""


@dataclass(frozen=True)
class Written:
    """A case as written.

    Attributes:
        content: the content of the raw row: `turns`, or `text` and `fields`.
        body: all its words, as `Case.body` gives them.
        background: which of the story's background made it into the case.
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
    used: set[str] = field(default_factory=set)

    def say(self, phrases: Phrases, capital: bool = True) -> str:
        """Renders one of the phrases."""
        rendered = self.draw.pick(phrases).render(self.draw, self.story.values)
        self.used.update(mark.slot for mark in rendered.marks)
        return capitalised(rendered.text) if capital else rendered.text

    def feeling(self, early: bool) -> str:
        """Renders the stated feeling after a space, if its place is early or late in the case."""
        feeling = self.story.feeling
        if feeling is None or self.story.early_feeling != early:
            return ""
        return " " + self.say(feeling.say)


def capitalised(text: str) -> str:
    """Returns the text with a capital first letter."""
    return text[:1].upper() + text[1:]


def _opening_turns(frame: Frame, background: tuple[Unit, ...], pen: _Pen) -> list[Turn]:
    """Returns the turns up to the point where the bot knows who writes and why."""
    story, draw = pen.story, pen.draw
    with_id = story.features.identifier
    matter = pen.say(story.scenario.opening.say)
    matter += "".join(" " + pen.say(unit.say) for unit in background)
    matter += pen.feeling(early=True)
    turns: list[Turn] = []
    hello = hello_back = ""
    if draw.chance(0.4):
        turns.append(("bot", pen.say(frame.welcome)))
    else:
        hello = draw.pick(frame.greeting)
        hello_back = pen.say(frame.greeting_back)
    if draw.chance(0.45):
        name = pen.say(frame.volunteer if with_id else frame.volunteer_name)
        turns.append(("customer", f"{hello}{name} {matter}"))
    else:
        turns.append(("customer", hello + matter))
        turns.append(("bot", hello_back + pen.say(frame.ask if with_id else frame.ask_name)))
        turns.append(("customer", pen.say(frame.give if with_id else frame.give_name)))
    return turns


def _closing_turns(frame: Frame, pen: _Pen, last: Turn) -> list[Turn]:
    """Returns what follows the ending, in place of its last turn."""
    story = pen.story
    turns = [last]
    feeling = pen.feeling(early=False)
    if last[0] == "customer":
        turns = [("customer", last[1] + feeling)]
    elif feeling or pen.draw.chance(0.35):
        turns.append(("customer", pen.say(frame.reply[story.ending.kind]) + feeling))
    lines = []
    if story.features.copy:
        lines.append(pen.say(frame.copy_.say))
    if story.courtesy is not None:
        lines.append(pen.say(story.courtesy.before))
    if lines and turns[-1][0] == "bot":
        turns[-1] = ("bot", " ".join([turns[-1][1], *lines]))
    elif lines:
        turns.append(("bot", " ".join(lines)))
    if story.courtesy is not None and story.courtesy.after:
        turns.append(("customer", pen.say(story.courtesy.after)))
    return turns


def _dialogue(frame: Frame, background: tuple[Unit, ...], pen: _Pen) -> list[Turn]:
    """Returns the turns of a dialogue."""
    story = pen.story
    early, late = background[:1], background[1:]
    if pen.draw.chance(0.3):
        early, late = late, early
    turns = _opening_turns(frame, early, pen)
    turns.append(("bot", pen.say(frame.acknowledge) + pen.say(story.finding.say)))
    wish = [pen.say(unit.say) for unit in late]
    if story.scenario.request is not None:
        wish.append(pen.say(story.scenario.request.say))
    turns.append(("customer", " ".join(wish)))
    parts = pen.say(story.ending.say).split(" // ")
    turns += zip(("bot", "customer") * len(parts), parts, strict=False)
    return turns[:-1] + _closing_turns(frame, pen, turns[-1])


def _message(
    frame: Frame, shared: Shared, background: tuple[Unit, ...], pen: _Pen, named: bool
) -> str:
    """Returns the text of a message."""
    story, draw = pen.story, pen.draw
    greeting = draw.pick(frame.greeting)
    courtesy = story.courtesy
    if courtesy is not None and courtesy.before:
        greeting = greeting + pen.say(courtesy.before)
    opening = pen.say(story.scenario.opening.say, capital=not greeting.endswith(", "))
    parts = [
        greeting + opening,
        *(pen.say(unit.say) for unit in background),
        pen.say(story.finding.say),
    ]
    parts[-1] += pen.feeling(early=True)
    parts.append(pen.say(story.ending.say) + pen.feeling(early=False))
    if story.features.identifier:
        kind = shared.identifiers[story.identifier_kind]
        parts.insert(draw.pick((1, len(parts))), pen.say(kind.mention))
    if story.features.copy:
        parts.append(pen.say(frame.copy_.say))
    if courtesy is not None and courtesy.after:
        parts.append(pen.say(courtesy.after))
    text = " ".join(parts)
    return f"{text}\n{pen.say(frame.signature)}" if named else text


def _write_dialogue(frame: Frame, shared: Shared, story: Story, draw: Draw, count: int) -> Written:
    pen = _Pen(story, draw)
    background = story.background[:count]
    turns = _dialogue(frame, background, pen)
    body = "\n".join(f"{speaker}: {text}" for speaker, text in turns)
    content = {"turns": [{"speaker": speaker, "text": text} for speaker, text in turns]}
    return Written(content, body, background, _facts(pen), named=True)


def _write_message(frame: Frame, shared: Shared, story: Story, draw: Draw, count: int) -> Written:
    pen = _Pen(story, draw)
    background = story.background[:count]
    named = draw.chance(0.7)
    text = _message(frame, shared, background, pen, named)
    fields = {name: draw.pick(options) for name, options in story.scenario.fields.items()}
    fields["date_received"] = story.style.today.isoformat()
    body = "\n".join([text, *(f"{name}: {value}" for name, value in fields.items())])
    return Written({"text": text, "fields": fields}, body, background, _facts(pen), named)


def _facts(pen: _Pen) -> dict[str, str]:
    """Returns the values that were said, in the order of the story."""
    hidden = {"answer", "first", "idname"}
    used = pen.used | ({"identifier"} if "answer" in pen.used else set())
    return {
        slot: value
        for slot, value in pen.story.values.items()
        if slot in used and slot not in hidden
    }


_LAYOUTS: Mapping[str, Callable[[Frame, Shared, Story, Draw, int], Written]] = {
    "dialogue": _write_dialogue,
    "message": _write_message,
}


def write_case(frame: Frame, shared: Shared, story: Story, key: str) -> Written:
    """Writes a case out, with as much background as it takes to reach `SHORTEST` words."""
    draw = Draw(key, "case")
    count = draw.pick(frame.background)
    layout = _LAYOUTS[frame.layout]
    written = layout(frame, shared, story, draw, count)
    while len(written.body.split()) < SHORTEST and count < len(story.background):
        count += 1
        written = layout(frame, shared, story, draw, count)
    return written
