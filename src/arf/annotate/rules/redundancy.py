"""What the output says twice, and endings that only sum it up."""

import re
from collections import deque
from collections.abc import Iterator

from pydantic import Field

from arf.annotate.rules.closing import Closing, Closings
from arf.annotate.rules.patterns import Pattern, Patterns, Word, Words, any_pattern
from arf.annotate.rules.reading import Hit, Reading, Sentence
from arf.annotate.rules.telling import Teller, Told
from arf.params import Section
from arf.taxonomy import People
from arf.text import has_verb

_REACH = 40  # sentences, or clauses of one, that a repetition may go back; keeps long texts linear
_BEFORE = 4000  # characters in which an outcome may have been told
# *the second had not*: what is left out is what it adds.
_ELLIPTIC = re.compile(r"\b(?:had|has|have|did|was|were|is|are|could|would)(?:\snot)?[.!?]?$")


class RedundancySettings(Section):
    """Settings of the detector `redundancy`.

    Attributes:
        share: how much of its content and facts an earlier telling must hold, of 100.
        least_words: what tells less is no repetition, in words of content and facts.
        ignore: words without content of their own.
        same: words and phrases that mean nearly the same, group by group.
        asking: regular expressions of asking: what was asked and is then done is no repetition.
        denying: regular expressions of denying, beside the negations of the language.
        ahead: words for what is still to come.
        restating: regular expressions of words that lead back to what was said.
        openers: regular expressions that open a sentence which sums up.
        subjects: what an empty ending is about, such as *matter*.
        cues: words that draw a conclusion, such as *thus*.
        generic: what else fits any case.
        closings: endings that repeat an outcome.
    """

    share: float = Field(ge=50, le=100)
    least_words: int = Field(ge=1)
    ignore: Words
    same: tuple[Words, ...] = ()
    asking: Patterns
    denying: tuple[Pattern, ...] = ()
    ahead: Words
    restating: Patterns
    openers: Patterns
    subjects: Words
    cues: Words
    generic: tuple[Word, ...] = ()
    closings: tuple[Closing, ...] = ()


class RedundancyDetector:
    """Finds clauses and sentences that an earlier sentence tells already, and empty endings.

    A telling repeats another if that has nearly all of its words of content, inflected or by a
    near synonym, and each of its facts, and if both ask, or deny, or announce it alike.

    Args:
        settings: words and thresholds.
        people: unused; it does not matter who repeats what.
    """

    def __init__(self, settings: RedundancySettings, people: People) -> None:
        self._share = settings.share / 100
        self._least = settings.least_words
        self._teller = Teller(
            settings.same,
            settings.ignore,
            settings.asking,
            settings.denying,
            settings.ahead,
            settings.restating,
        )
        self._openers = any_pattern(settings.openers)
        self._closings = Closings(
            settings.closings, settings.subjects, settings.cues, settings.generic, self._teller
        )

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields repeating sentences and clauses."""
        earlier: deque[Sentence] = deque(maxlen=_REACH)
        said: frozenset[str] = frozenset()
        last = len(reading.sentences) - 1
        for number, (start, sentence) in enumerate(reading.sentences):
            whole = self._teller.whole(sentence)
            end = start + len(sentence.text)
            if number and self._openers.match(sentence.text):
                yield Hit(start, end, "sums up")
            elif any(self._repeats(whole, other, said) for other in earlier):
                yield Hit(start, end, "said before")
            elif number and self._closings.sums_up(
                whole, sentence.text, reading.text[max(0, start - _BEFORE) : start]
            ):
                yield Hit(start, end, "outcome said before")
            else:
                last_one = number == last
                yield from self._in_sentence(start, sentence, earlier, said, reading.text, last_one)
            earlier.append(sentence)
            said |= whole.names

    def _in_sentence(
        self,
        start: int,
        sentence: Sentence,
        earlier: deque[Sentence],
        said: frozenset[str],
        text: str,
        last: bool,
    ) -> Iterator[Hit]:
        """Yields the clauses that an earlier sentence tells, or an earlier clause of the same."""
        whole = self._teller.whole(sentence)
        related = [other for other in earlier if _related(whole, self._teller.whole(other))]
        if not (related or last or self._closings.may_sum_up(whole) or whole.echoes):
            return
        own: deque[Told] = deque(maxlen=_REACH)
        for placed, told in zip(sentence.clauses, self._teller.clauses(sentence), strict=True):
            clause = placed.clause
            begin, end = start + told.start, start + told.end
            before = text[max(0, begin - _BEFORE) : begin]
            if (last and self._closings.repeats(placed, before)) or (
                clause.role == "main" and self._closings.sums_up(told, clause.text, before)
            ):
                yield Hit(begin, end, "outcome said before")
            elif (
                has_verb(clause.text)
                and not _ELLIPTIC.search(clause.text)
                and (
                    any(self._repeats(told, other, said) for other in related)
                    or (
                        clause.role == "main"
                        and any(self._holds(other, (other,), told, said) for other in own)
                    )
                )
            ):
                yield Hit(begin, end, "said before")
            own.append(told)

    def _repeats(self, told: Told, other: Sentence, said: frozenset[str]) -> bool:
        """Says whether an earlier sentence tells all this already."""
        whole = self._teller.whole(other)
        if told.content.isdisjoint(whole.content) and not told.numbers:
            return False
        return self._holds(whole, self._teller.clauses(other), told, said)

    def _holds(
        self, whole: Told, parts: tuple[Told, ...], told: Told, said: frozenset[str]
    ) -> bool:
        """Says whether an earlier telling, of which `parts` are the clauses, holds another."""
        if not told.numbers <= whole.numbers or not told.names <= (whole.names | said):
            return False
        shared = told.content & whole.content
        held = len(shared) + len(told.numbers) + len(told.names & whole.names)
        if held + told.restates + told.negated < self._least or not (shared or not told.content):
            return False
        covering = [part for part in parts if _in_common(part, told)]
        best = max(covering or (whole,), key=lambda part: _in_common(part, told))
        if told.weight == len(shared) == 2 and not shared <= best.content:
            return False
        new = len(told.content) - len(shared)
        exhausted = len(best.content) > 1 and best.content <= told.content and new < 2
        if not exhausted and new > told.restates + (1 - self._share) * told.weight:
            return False
        return (
            _alike(told.asked, best.asked, any(part.asked for part in covering))
            and _alike(told.negated, best.negated, any(part.negated for part in covering))
            and _alike(told.ahead, best.ahead, any(part.ahead for part in covering))
        )


def _related(one: Told, other: Told) -> bool:
    """Says whether two sentences have so much in common that a clause may be a repetition."""
    shared = len(one.content & other.content)
    return (
        shared > 1
        or (shared > 0 and not one.numbers.isdisjoint(other.numbers))
        or (shared > 0 and one.negated)
    )


def _in_common(one: Told, other: Told) -> int:
    return (
        len(one.content & other.content)
        + len(one.numbers & other.numbers)
        + len(one.names & other.names)
    )


def _alike(here: bool, there: bool, somewhere: bool) -> bool:
    """Says whether what holds here holds of what it repeats; `there` is the nearest clause."""
    return somewhere if here else not there
