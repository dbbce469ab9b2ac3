"""What the output says twice, and endings that only sum it up."""

import re
from collections import deque
from collections.abc import Iterator

from pydantic import Field

from arf.annotate.rules.closing import Before, Closings, ClosingSettings
from arf.annotate.rules.patterns import Pattern, Patterns, Word, Words, any_pattern
from arf.annotate.rules.reading import Hit, Reading, Sentence
from arf.annotate.rules.repeating import Earlier, Repetitions, Weights
from arf.annotate.rules.telling import Teller, Told
from arf.annotate.rules.wording import Wording
from arf.taxonomy import People
from arf.text import Clause, has_verb

_REACH = 40  # clauses of a sentence that a repetition may go back; keeps long texts linear
_BEFORE = 4000  # characters in which an outcome may have been told
# *the second had not*: what is left out is what it adds.
_ELLIPTIC = re.compile(r"\b(?:had|has|have|did|was|were|is|are|could|would)(?:\snot)?[.!?]?$")


class RedundancySettings(ClosingSettings):
    """Settings of the detector `redundancy`.

    Attributes:
        share: how much of its content and facts an earlier telling must hold, of 100.
        least_words: what tells less is no repetition, in words of content and facts.
        ignore: words without content of their own.
        light: words that tell little; new ones do not make it another telling.
        decisive: words of what is done; a new one makes it another telling.
        others: words that tell of another one, such as *second*; the same holds of them.
        granting: words of the opposite of refusing: *not granted* repeats *refused*.
        same: words and phrases that mean nearly the same, group by group.
        asking: regular expressions of asking: what was asked and is then done is no repetition.
        wondering: regular expressions of asking about what may be so or not.
        denying: regular expressions of denying, beside the negations of the language.
        ahead: words for what is still to come.
        restating: regular expressions of words that lead back to what was said.
        openers: regular expressions that open a sentence which sums up.
    """

    share: float = Field(ge=50, le=100)
    least_words: int = Field(ge=1)
    ignore: Words
    light: tuple[Word, ...] = ()
    decisive: tuple[Word, ...] = ()
    others: tuple[Word, ...] = ()
    granting: tuple[Word, ...] = ()
    same: tuple[Words, ...] = ()
    asking: Patterns
    wondering: tuple[Pattern, ...] = ()
    denying: tuple[Pattern, ...] = ()
    ahead: Words
    restating: Patterns
    openers: Patterns


class RedundancyDetector:
    """Finds clauses and sentences that an earlier sentence tells already, and empty endings.

    A telling repeats another if that has nearly all of its words of content, inflected or by a
    near synonym, and each of its facts, and if both ask, or deny, or announce it alike.

    Args:
        settings: words and thresholds.
        people: unused; it does not matter who repeats what.
    """

    def __init__(self, settings: RedundancySettings, people: People) -> None:
        wording = Wording(settings.same, settings.ignore, settings.light)
        self._teller = Teller(
            wording,
            settings.asking,
            settings.wondering,
            settings.denying,
            settings.ahead,
            settings.restating,
        )
        self._repetitions = Repetitions(
            self._teller,
            Weights(
                settings.share / 100,
                settings.least_words,
                wording.forms(settings.decisive),
                wording.forms(settings.others),
                wording.forms(settings.refusing),
                wording.forms(settings.granting),
            ),
        )
        self._openers = any_pattern(settings.openers)
        self._closings = Closings(settings, wording)

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields repeating sentences and clauses."""
        earlier = Earlier(self._teller)
        last = len(reading.sentences) - 1
        for number, (start, sentence) in enumerate(reading.sentences):
            note = self._note(reading, number, earlier) if number else ""
            if note:
                yield Hit(start, start + len(sentence.text), note)
            else:
                yield from self._in_sentence(start, sentence, earlier, reading, number == last)
            if number < last:
                earlier.add(sentence)

    def _note(self, reading: Reading, number: int, earlier: Earlier) -> str:
        """Says why the whole of a sentence is redundant; empty where it is not."""
        start, sentence = reading.sentences[number]
        told = self._teller.whole(sentence)
        if self._openers.match(sentence.text):
            return "sums up"
        if self._repetitions.gathers(told, earlier) or any(
            self._repetitions.repeats(told, other, earlier.names) for other in earlier.sentences
        ):
            return "said before"
        is_last = number == len(reading.sentences) - 1
        known = earlier.content if is_last else None
        if told.names <= earlier.names and self._closings.sums_up(
            told, _before(reading, start), known
        ):
            return "outcome said before"
        return ""

    def _in_sentence(
        self, start: int, sentence: Sentence, earlier: Earlier, reading: Reading, last: bool
    ) -> Iterator[Hit]:
        """Yields the clauses that an earlier sentence tells, or an earlier clause of the same."""
        whole = self._teller.whole(sentence)
        related = [
            other for other in earlier.sentences if _related(whole, self._teller.whole(other))
        ]
        if not (related or last or self._closings.may_sum_up(whole) or whole.echoes):
            return
        before = _before(reading, start)
        own: deque[Told] = deque(maxlen=_REACH)
        for placed, told in zip(sentence.clauses, self._teller.clauses(sentence), strict=True):
            begin, end = start + told.start, start + told.end
            if (last and self._closings.repeats(placed, reading.text[:begin])) or (
                placed.clause.role == "main"
                and start
                and self._closings.sums_up(told, before, None)
                and told.names <= earlier.names
            ):
                yield Hit(begin, end, "outcome said before")
            elif self._is_repeated(placed.clause, told, related, own, earlier.names):
                yield Hit(begin, end, "said before")
            own.append(told)

    def _is_repeated(
        self,
        clause: Clause,
        told: Told,
        related: list[Sentence],
        own: deque[Told],
        names: frozenset[str],
    ) -> bool:
        """Says whether related sentences, or clauses of the same, tell a clause already."""
        if clause.role == "subordinate":
            return False
        found = any(self._repetitions.repeats(told, other, names) for other in related) or (
            clause.role == "main"
            and any(self._repetitions.holds(other, (other,), told, names) for other in own)
        )
        return found and has_verb(clause.text) and not _ELLIPTIC.search(clause.text)


def _before(reading: Reading, end: int) -> Before:
    """Returns what stands before the character `end` of a text."""
    cut = max(0, end - _BEFORE)
    second = reading.sentences[1][0] if len(reading.sentences) > 1 else 0
    dialogue = reading.grounds.case.turns is not None
    return Before(reading.text[cut:end], max(0, second - cut), dialogue)


def _related(one: Told, other: Told) -> bool:
    """Says whether two sentences have so much in common that a clause may be a repetition."""
    shared = len(one.content & other.content)
    return (
        shared > 1
        or not one.numbers.isdisjoint(other.numbers)
        or (shared > 0 and (one.negated or one.asked))
    )
