"""Things told that nobody needs: courtesies, and copies or transcripts that were sent."""

from collections.abc import Iterator

from pydantic import Field

from arf.annotate.rules.reading import (
    Hit,
    Pattern,
    Patterns,
    Reading,
    any_pattern,
    any_word,
)
from arf.params import Section
from arf.text import Clause


class NarrationSettings(Section):
    """Settings of the detector `narration`.

    Attributes:
        patterns: regular expressions of what is narrated, matched inside a clause.
        trailing: regular expressions of whole clauses that say nothing of their own, and go with
            a narrated clause that they follow.
        topic: words that make it the subject of the case where the customer opens with one.
        opening: how many words of the customer count as the opening.
        staff: regular expressions of the speakers that are not the customer.
    """

    patterns: Patterns
    trailing: tuple[Pattern, ...] = ()
    topic: tuple[str, ...] = ()
    opening: int = Field(default=40, ge=1)
    staff: Patterns


class NarrationDetector:
    """Finds clauses that narrate one of its patterns, unless the case is about that very thing."""

    def __init__(self, settings: NarrationSettings) -> None:
        self._patterns = any_pattern(settings.patterns)
        self._trailing = any_pattern(settings.trailing) if settings.trailing else None
        self._topic = any_word(settings.topic) if settings.topic else None
        self._opening = settings.opening
        self._staff = any_pattern(settings.staff)

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields the clause up to the end of the pattern, or the pattern inside a longer clause."""
        if self._topic and self._topic.search(self._opens_with(reading)):
            return
        narrated = -1
        for placed in reading.clauses:
            text = placed.clause.text
            for match in self._patterns.finditer(text):
                start = self._start(placed.clause, match.start())
                yield Hit(placed.start + start, placed.start + match.end(), "narrated")
                narrated = placed.sentence
            if narrated == placed.sentence and self._trailing and self._trailing.fullmatch(text):
                yield Hit(placed.start, placed.end, "narrated")

    def _opens_with(self, reading: Reading) -> str:
        said = reading.case.text
        if said is None:
            said = reading.said_by(self._staff, False)
        return " ".join(said.split()[: self._opening])

    @staticmethod
    def _start(clause: Clause, start: int) -> int:
        """Returns 0 where only the subject and adverbs come before, or the match cuts into it."""
        return 0 if start < len(clause.subject) or clause.opens_with(clause.text[:start]) else start
