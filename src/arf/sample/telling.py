"""A summary in the making: sentences that know where their facts and errors stand."""

from dataclasses import dataclass, field

from arf.sample.cases import Written, capitalised
from arf.sample.corpus import Aside, Channel, Frame, Phrases, Unit
from arf.sample.phrases import Draw, Mark, Text
from arf.sample.story import Story, pronouns


@dataclass
class Sentence:
    """A sentence without its full stop.

    Attributes:
        marks: where the slots stand in it.
        errors: (code, start, end) of what was planted in it.
        free: whether a clause may still be hung on it.
    """

    text: str
    marks: list[Mark]
    errors: list[tuple[str, int, int]] = field(default_factory=list)
    free: bool = True

    def replace(self, mark: Mark, value: str, code: str) -> None:
        """Puts another value in the place of a slot's: an error."""
        shift = len(value) - (mark.end - mark.start)
        self.text = self.text[: mark.start] + value + self.text[mark.end :]
        self.marks = [
            Mark(other.slot, other.start + shift, other.end + shift)
            if other.start > mark.start
            else other
            for other in self.marks
            if other is not mark
        ]
        self.errors = [
            (name, start + shift, end + shift) if start > mark.start else (name, start, end)
            for name, start, end in self.errors
        ]
        self.errors.append((code, mark.start, mark.start + len(value)))


class Teller:
    """Renders phrases in one summary's way of speaking of customer and bot."""

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
        self._draw = draw

    def tell(self, phrases: Phrases, **more: str) -> Text:
        """Renders one of the phrases.

        In the first one that it renders the slot `who` names the customer in full, in the others
        it is a noun or a pronoun.
        """
        if "who" not in self._values:
            who = self._first_mention
        else:
            who = self._later if self._draw.chance(0.3) else self._values["they"]
        self._values["who"] = who
        return self._draw.pick(phrases).render(self._draw, {**self._values, **more})


class Draft:
    """The sentences of a summary by place.

    Attributes:
        after_opening: asides at the beginning.
        middle: what the opening leaves open.
        tail: asides at the end.
        last: what closes the summary.
        facts: slot and value of what the clean sentences state.
    """

    def __init__(self, channel: Channel, story: Story, written: Written, draw: Draw):
        """Writes the two sentences that no summary lacks: the reason and the outcome."""
        self.frame = channel.frame
        self.story = story
        self.written = written
        self.draw = draw
        self.teller = Teller(channel.frame, story, written.named, draw)
        self.facts: dict[str, str] = {}
        self.opening = self.core(story.scenario.opening)
        self.after_opening: list[Sentence] = []
        self.middle: list[Sentence] = []
        self.ending = self.core(story.ending)
        self.tail: list[Sentence] = []
        self.last: list[Sentence] = []

    def core(self, unit: Unit) -> Sentence:
        """Renders what a summary tells of a unit of the case, and notes its facts."""
        sentence = self.sentence(unit.tell)
        for mark in sentence.marks:
            value = sentence.text[mark.start : mark.end]
            if mark.slot in self.story.scenario.values:
                self.facts[mark.slot] = self.story.values[mark.slot]
            elif mark.slot == "who" and self.teller.named and not self.facts.get("name"):
                self.facts["name"] = value
        return sentence

    def sentences(self) -> list[Sentence]:
        """Returns the sentences in order."""
        ends = [self.ending, *self.tail, *self.last]
        return [self.opening, *self.after_opening, *self.middle, *ends]

    def words(self) -> int:
        """Returns the number of words so far."""
        return sum(len(sentence.text.split()) for sentence in self.sentences())

    def sentence(self, phrases: Phrases, **more: str) -> Sentence:
        """Renders a sentence."""
        rendered = self.teller.tell(phrases, **more)
        return Sentence(capitalised(rendered.text), list(rendered.marks))

    def add(
        self,
        phrases: Phrases,
        place: list[Sentence],
        code: str | None = None,
        slot: str | None = None,
        **more: str,
    ) -> None:
        """Adds a sentence to a place; the other arguments are those of `aside`."""
        place.append(Sentence("", [], free=False))
        self.hang(phrases, place[-1], code, slot, **more)
        place[-1].text = capitalised(place[-1].text)

    def hang(
        self,
        phrases: Phrases,
        host: Sentence,
        code: str | None = None,
        slot: str | None = None,
        **more: str,
    ) -> None:
        """Hangs a clause on a sentence; the other arguments are those of `aside`."""
        clause = self.teller.tell(phrases, **more)
        offset = len(host.text)
        host.text += clause.text
        host.free = False
        if code is None:
            return
        start, end = len(clause.text) - len(clause.text.lstrip(", ")), len(clause.text)
        if slot is not None:
            start, end = next((m.start, m.end) for m in clause.marks if m.slot == slot)
        host.errors.append((code, offset + start, offset + end))

    def aside(
        self,
        aside: Aside,
        hosts: list[Sentence],
        place: list[Sentence],
        code: str | None = None,
        slot: str | None = None,
        **more: str,
    ) -> None:
        """Adds an aside: hung on one of the hosts that has none yet, or as a sentence in a place.

        Args:
            aside: its phrases.
            hosts: sentences that a clause may be hung on.
            place: where a sentence goes.
            code: the error that it is, if it is one.
            slot: the slot whose value is the error, where that is not all of the aside's words.
            more: values of slots besides the story's.
        """
        free = [host for host in hosts if host.free]
        if free and aside.clauses and self.draw.chance(0.4):
            self.hang(aside.clauses, self.draw.pick(free), code, slot, **more)
        else:
            self.add(aside.sentences, place, code, slot, **more)
