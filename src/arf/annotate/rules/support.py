"""Numbers, names, and some people and events of the output that the case does not contain."""

from collections.abc import Iterator

from pydantic import Field

from arf.annotate.rules.grounds import Grounds
from arf.annotate.rules.known_names import KnownNames
from arf.annotate.rules.known_numbers import KnownNumbers
from arf.annotate.rules.patterns import Word, Words
from arf.annotate.rules.reading import Hit, Reading
from arf.params import Section
from arf.taxonomy import People
from arf.text import capitals_of, names


class SupportSettings(Section):
    """Settings of the detector `support`.

    Attributes:
        counts: a number up to this one in words may be the writer's own count (*two requests*).
        spelling: how alike a name in the case must be, of 100.
        known: names that need no support.
        units: nouns that nobody counts for themselves, such as those of time and money.
        currencies: signs and words of money.
        witnessed: words for people and events, each with what else in the case supports it.
    """

    counts: int = Field(default=3, ge=0)
    spelling: float = Field(default=85, ge=50, le=100)
    known: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    currencies: tuple[str, ...] = ()
    witnessed: dict[Word, Words] = Field(default_factory=dict)


class SupportDetector:
    """Finds numbers, names, and some people and events, that the case does not contain.

    That is a lower bound of what is unsupported: a wrong cause, action or speaker, and a number
    or name of the case in a wrong place, are not found.

    Args:
        settings: what counts as support.
        people: unused; anybody's word is support.
    """

    def __init__(self, settings: SupportSettings, people: People) -> None:
        self._settings = settings
        self._known = frozenset(word.casefold() for word in settings.known)
        self._units = frozenset(settings.units)
        self._currencies = frozenset(settings.currencies)
        self._witnessed = {word: (word, *others) for word, others in settings.witnessed.items()}

    def find(self, reading: Reading) -> Iterator[Hit]:
        """Yields each unsupported number and name."""
        yield from self._numbers(reading)
        yield from self._names(reading)
        yield from self._unseen(reading)

    def _numbers(self, reading: Reading) -> Iterator[Hit]:
        known: KnownNumbers | None = None
        for start, sentence in reading.sentences:
            if not sentence.numbers:
                continue
            known = known or self._known_numbers(reading.grounds)
            for begin, end in known.missing(sentence):
                yield Hit(start + begin, start + end, "number not in the case")

    def _known_numbers(self, grounds: Grounds) -> KnownNumbers:
        key = (self, "numbers")
        if key not in grounds.memo:
            grounds.memo[key] = KnownNumbers(
                grounds, self._settings.counts, self._units, self._currencies
            )
        known: KnownNumbers = grounds.memo[key]
        return known

    def _names(self, reading: Reading) -> Iterator[Hit]:
        vocabulary = reading.grounds.vocabulary
        if all(vocabulary.issuperset(capitals_of(s.text)) for _, s in reading.sentences):
            return
        known = KnownNames(reading.grounds, self._known, self._settings.spelling)
        for mention in names(reading.text):
            written = reading.text[mention.start : mention.end]
            # Of *Ines*, who has once been called *Ines Lund*, only what is written counts.
            name = mention.value if mention.value in written.casefold() else written.casefold()
            if not known.holds(name, written):
                yield Hit(mention.start, mention.end, "name not in the case")

    def _unseen(self, reading: Reading) -> Iterator[Hit]:
        for start, sentence in reading.sentences:
            if self._witnessed.keys().isdisjoint(sentence.words):
                continue
            for word, (begin, end) in zip(sentence.words, sentence.places, strict=True):
                support = self._witnessed.get(word)
                if support and not any(other in reading.grounds.lower for other in support):
                    yield Hit(start + begin, start + end, "not in the case")
