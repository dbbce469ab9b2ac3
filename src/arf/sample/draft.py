"""A summary in the making: sentences that know where their facts, errors and traps stand."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from arf.sample.cases import Written
from arf.sample.corpus import Channel
from arf.sample.phrases import Draw, Phrase, Text
from arf.sample.scenario import VOICE, Aside, Phrases, Telling, Unit
from arf.sample.story import Story
from arf.sample.telling import Sentence, Teller, stands_first

Order = Literal["opening first", "ending first", "context first"]
_LEADS = {
    "dialogue": ("Earlier, ", "Before that, ", ""),
    "message": ("",),
}
# A clause that says what the customer did or was, for which its host has to speak of the customer.
_PARTICIPLE = re.compile(r", (?:after |by |in |while |still )?(?!leaving|making|being)[a-z]+ing\b")
_GLUES = (", and ", ", and ", "; ")
_LONGEST_JOINED = 32  # words


class Draft:
    """The sentences of a summary by place.

    Attributes:
        opening: the reason for contact, perhaps with more of the case.
        after_opening: asides at the beginning.
        middle: what the opening leaves open.
        repeats: what is said once more before the outcome.
        ending: the outcome.
        tail: asides at the end.
        last: what closes the summary.
        facts: slot and value of what the clean sentences state.
        repeated: slots of what is said once more.
    """

    def __init__(
        self, channel: Channel, story: Story, written: Written, draw: Draw, repeatable: bool
    ):
        """Writes the two sentences that no summary lacks: the reason and the outcome.

        Args:
            channel: the phrases.
            story: what happened.
            written: the case.
            draw: makes the choices.
            repeatable: whether something will be said once more.
        """
        self.frame = channel.frame
        self.story = story
        self.written = written
        self.draw = draw
        self._repeatable = repeatable
        self.teller = Teller(channel.frame, story, written.named, draw)
        self.facts: dict[str, str] = {}
        self.repeated: frozenset[str] = frozenset()
        self.after_opening: list[Sentence] = []
        self.middle: list[Sentence] = []
        self.repeats: list[Sentence] = []
        self.tail: list[Sentence] = []
        self.last: list[Sentence] = []
        self._context: list[Sentence] = []
        self._left = [*written.background, story.finding]
        if story.scenario.request is not None:
            self._left.append(story.scenario.request)
        self._left = draw.shuffled(self._left)
        openings = _choices(story.scenario.opening, repeatable)
        endings = _choices(story.ending, repeatable)
        first = [telling for telling in endings if stands_first(telling.text)]
        self.order: Order = "opening first"
        if first and draw.chance(0.25):
            self.order = "ending first"
            self.ending = self.core(first)
            lead = draw.pick(_LEADS[self.frame.layout])
            self.opening = self.core(openings, lead)
            self.ending.free = self.ending.names_customer
            return
        if draw.chance(0.15):
            self._begin_with_context()
        self.opening = self.core(openings)
        self.ending = self.core(endings)

    def _begin_with_context(self) -> None:
        """Tells a piece of background before the reason for contact, if one can stand there."""
        for unit in self.written.background:
            tellings = [t for t in unit.tell if stands_first(t.text) and "who" in t.text.slots]
            if tellings:
                self.order = "context first"
                self._left.remove(unit)
                self._context = [self.core(tellings)]
                return

    def core(self, tellings: Sequence[Telling], lead: str = "") -> Sentence:
        """Renders what a summary tells of a unit of the case, and notes facts and traps."""
        telling = self.draw.pick(tellings)
        text = self.teller.tell(telling.text).after(lead)
        sentence = Sentence(text.text, list(text.marks))
        if self._repeatable and telling.again:
            stated = VOICE.union(mark.slot for mark in text.marks)
            sentence.again = tuple(phrase for phrase in telling.again if phrase.slots <= stated)
        if telling.trap is not None:
            sentence.traps.append((telling.trap, "telling", len(lead), len(text.text)))
        for mark in text.marks:
            value = text.text[mark.start : mark.end]
            if mark.slot in self.story.drawn:
                self.facts[mark.slot] = value
                rewriting = self.story.drawn[mark.slot].rewriting
                if rewriting and mark.slot in self.teller.rewritten:
                    sentence.traps.append((rewriting, "value", mark.start, mark.end))
            elif mark.slot == "who" and self.teller.named and not self.facts.get("name"):
                self.facts["name"] = value
        return sentence

    def fill(self, goal: int) -> None:
        """Tells more of the case until the summary has so many words; some of it in one sentence.

        What the case leaves to tell may not be enough.
        """
        while self._left and self.words() < goal:
            self.middle.append(self.core(self._left.pop().tell))

    def merge(self) -> None:
        """Joins the reason and what follows it now and then, before any clause hangs on them."""
        host, others = self.opening, self.middle
        if others and host.words + others[0].words <= _LONGEST_JOINED and self.draw.chance(0.35):
            host.join(self.draw.pick(_GLUES), others.pop(0))
            host.free = False

    def sentences(self) -> list[Sentence]:
        """Returns the sentences in order."""
        begin = [*self._context, self.opening, *self.after_opening, *self.middle, *self.repeats]
        if self.order == "ending first":
            return [self.ending, *begin, *self.tail, *self.last]
        return [*begin, self.ending, *self.tail, *self.last]

    def clean(self) -> list[Sentence]:
        """Returns the sentences that tell of the case."""
        return [*self._context, self.opening, *self.middle, self.ending]

    def words(self) -> int:
        """Returns the number of words so far."""
        return sum(sentence.words for sentence in self.sentences())

    def add(self, text: Text, place: list[Sentence], code: str, form: str) -> None:
        """Adds a sentence to a place.

        Args:
            text: the sentence.
            place: where it goes.
            code: the error that it is.
            form: the form of the error.
        """
        errors = [(code, form, 0, len(text.text))]
        place.append(Sentence(text.text, list(text.marks), errors=errors, free=False))

    def hang(self, text: Text, host: Sentence, code: str, form: str) -> None:
        """Hangs a clause on a sentence; the other arguments are those of `add`."""
        offset = host.hang(text)
        start, end = _core(text)
        host.errors.append((code, form, offset + start, offset + end))

    def aside(
        self,
        aside: Aside,
        hosts: Sequence[Sentence],
        place: list[Sentence],
        code: str,
        slot: str | None = None,
        trap: bool = False,
        more: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Adds an aside: hung on one of the hosts that has none yet, or as a sentence in a place.

        Args:
            aside: its phrases.
            hosts: sentences that a clause may be hung on.
            place: where a sentence goes.
            code: the error that it is, or the kind of the trap.
            slot: the slot whose value is the error or trap, where that is not all of the words.
            trap: whether it is a trap.
            more: values of slots besides the story's; phrases that need others are left out.
        """
        free = [host for host in hosts if host.free]
        if free and self.draw.chance(0.4):
            host = self.draw.pick(free)
            clauses = _sayable(aside.clauses, more)
            if not host.names_customer:
                clauses = [clause for clause in clauses if not _PARTICIPLE.match(clause.source)]
        else:
            clauses = ()
        if clauses:
            text = self.teller.tell(self.draw.pick(clauses), more)
            offset = host.hang(text)
            form = "clause"
        else:
            text = self.teller.tell(self.draw.pick(_sayable(aside.sentences, more)), more)
            host = Sentence(text.text, list(text.marks), free=False)
            place.append(host)
            offset, form = 0, "sentence"
        start, end = _core(text)
        if slot is not None:
            start, end = next((m.start, m.end) for m in text.marks if m.slot == slot)
            form = "value"
        (host.traps if trap else host.errors).append((code, form, offset + start, offset + end))


def _choices(unit: Unit, repeatable: bool) -> Sequence[Telling]:
    return [t for t in unit.tell if t.again] or unit.tell if repeatable else unit.tell


def _sayable(phrases: Phrases, more: Mapping[str, str]) -> Sequence[Phrase]:
    if not more:
        return phrases
    return [p for p in phrases if all(s in more for s in p.slots if s.startswith("wrong_"))]


def _core(text: Text) -> tuple[int, int]:
    """Returns where the words of a sentence or clause stand, without what joins it to others."""
    return len(text.text) - len(text.text.lstrip(", ")), len(text.text)
