"""How a summary speaks: of the customer, of the bot, and of the values of the case."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from arf.sample.frame import Frame
from arf.sample.phrases import Draw, Mark, Phrase, Text
from arf.sample.scenario import Phrases
from arf.sample.story import Story, pronouns

Planted = tuple[str, str, int, int]
"""What was put into a sentence: its code or kind, its form, and where it starts and ends."""


@dataclass
class Sentence:
    """A sentence without its capital and full stop.

    Attributes:
        marks: where the slots stand in it.
        again: phrases that say the same once more.
        errors: what was planted in it.
        traps: what looks like an error in it and is none.
        free: whether a clause may still be hung on it.
    """

    text: str
    marks: list[Mark] = field(default_factory=list)
    again: Phrases = ()
    errors: list[Planted] = field(default_factory=list)
    traps: list[Planted] = field(default_factory=list)
    free: bool = True

    @property
    def words(self) -> int:
        """The number of words."""
        return self.text.count(" ") + 1

    @property
    def names_customer(self) -> bool:
        """Whether the customer is in it."""
        return any(mark.slot == "who" for mark in self.marks)

    def hang(self, text: Text) -> int:
        """Adds a clause at the end, and returns where it starts."""
        offset = len(self.text)
        self.text += text.text
        self.free = False
        return offset

    def join(self, glue: str, other: "Sentence") -> None:
        """Adds another sentence at the end."""
        offset = len(self.text) + len(glue)
        self.text += glue + other.text
        self.marks += [Mark(m.slot, m.start + offset, m.end + offset) for m in other.marks]
        self.traps += [(kind, form, a + offset, b + offset) for kind, form, a, b in other.traps]
        self.again += other.again

    def replace(self, mark: Mark, value: str, code: str) -> None:
        """Puts another value in the place of a slot's: an error."""
        shift = len(value) - (mark.end - mark.start)

        def moved(planted: Planted) -> Planted:
            name, form, start, end = planted
            return (name, form, start + shift, end + shift) if start > mark.start else planted

        self.text = self.text[: mark.start] + value + self.text[mark.end :]
        self.marks = [
            Mark(other.slot, other.start + shift, other.end + shift)
            if other.start > mark.start
            else other
            for other in self.marks
            if other is not mark
        ]
        self.errors = [moved(error) for error in self.errors]
        self.traps = [moved(trap) for trap in self.traps if trap[2] != mark.start]
        self.errors.append((code, "value", mark.start, mark.start + len(value)))


# `{who}` at the beginning may become a pronoun, unless a verb follows that would have to agree.
_SUBJECT = re.compile(r"\{who\}(?!'s| (?:\[[^\]]*)?\b(?:was|has|is|wants|needs)\b)")
_CUSTOMER = re.compile(r"\{(who|they|them|their|theirs|was)\}")
_BACK = re.compile(r"(?<![\w{])(?:it|its|one|ones|them|they|their|this|these|those|both)(?![\w}])")
# What may stand around an amount or a day that is written as a noun of its own.
_BEFORE_NOUN = re.compile(r"(?<!\w)(?:a|an|the|his|her|their|this|that|its) $")
_AFTER_NOUN = re.compile(
    r"$|[,.;]| (?:a|and|or|but|for|back|from|off|on|in|into|at|by|to|of|per|as|with|within|without"
    r"|was|were|had|would|which|that|than|after|before|because|although|when|while|until|more|not"
    r"|instead|still|once|twice|she|he|they)(?!\w)"
)


def stands_first(phrase: Phrase) -> bool:
    """Returns whether a phrase can begin a summary: it points back to nobody and nothing."""
    found = _CUSTOMER.search(phrase.source)
    return (found is None or found[1] == "who") and not _BACK.search(phrase.source)


class Teller:
    """Renders phrases in one summary's way of speaking of customer, bot and values.

    Attributes:
        named: whether it calls the customer by name.
        rewritten: the slots whose values it writes in another way than the case.
    """

    def __init__(self, frame: Frame, story: Story, named: bool, draw: Draw):
        """Chooses that way: the customer can be called by name only where the case gives it."""
        who = frame.narrator.who
        chance = draw.between(0, 99) / 100
        if named and chance < who.full:
            self._first_mention, self._later = story.person.name, story.person.first
        elif named and chance < who.full + who.first:
            self._first_mention = self._later = story.person.first
        else:
            self._first_mention = self._later = "the customer"
        self.named = self._first_mention != "the customer"
        gendered = self.named or (named and draw.chance(0.3))
        self._values = {
            **story.values,
            **pronouns(story.person.gender if gendered else "unknown"),
            "bot": draw.pick(frame.narrator.bot),
            "feeling": story.feeling.word if story.feeling else "",
        }
        self._mentioned = False
        self._draw = draw
        self._story = story
        self.rewritten = self._rewrite()

    def _rewrite(self) -> set[str]:
        """Chooses other forms for some values."""
        draw = self._draw
        chances = {
            "number_rewritten": 0.5 if draw.chance(0.4) else 0.0,
            "date_rewritten": 1.0 if draw.chance(0.3) else 0.0,
        }
        style = draw.between(0, 11)  # one summary writes all its dates in one way
        chosen = set()
        for slot, value in self._story.drawn.items():
            if value.rewriting and draw.chance(chances[value.rewriting]):
                others = [form for form in value.forms if form != value.text]
                self._values[slot] = others[style % len(others)]
                chosen.add(slot)
        return chosen

    def tell(self, phrase: Phrase, more: Mapping[str, str] = MappingProxyType({})) -> Text:
        """Renders a phrase, with more values than the story's.

        In the first one with the slot `who` that names the customer in full; in the others it is a
        noun, or a pronoun where it is the subject.
        """
        values = {**self._values, **more}
        who = self._first_mention
        if self._mentioned:
            pronoun = _SUBJECT.match(phrase.source) and self._draw.chance(0.7)
            who = values["they"] if pronoun else self._later
        if "they" not in phrase.slots and who != "they":
            values["was"] = "was"
        values["who"] = who
        rendered = phrase.render(self._draw, values)
        if misfits := [mark.slot for mark in rendered.marks if self._misfits(rendered.text, mark)]:
            for slot in misfits:
                self._values[slot] = self._story.values[slot]
                self.rewritten.discard(slot)
            return self.tell(phrase, more)
        if "who" in phrase.slots and any(mark.slot == "who" for mark in rendered.marks):
            self._mentioned = True
        return rendered

    def _misfits(self, text: str, mark: Mark) -> bool:
        """Returns whether a rewritten value is a noun of its own where only a figure can stand."""
        if mark.slot not in self.rewritten:
            return False
        value = text[mark.start : mark.end]
        if value[0] != "t" and not value.endswith(("dollars", "pounds", "euros")):
            return False
        after = _AFTER_NOUN.match(text, mark.end)
        return after is None or bool(_BEFORE_NOUN.search(text, 0, mark.start))
