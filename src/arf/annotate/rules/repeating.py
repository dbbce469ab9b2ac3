"""Whether what is told has been told before."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from arf.annotate.rules.reading import Sentence
from arf.annotate.rules.telling import Mode, Modes, Teller, Told

_REACH = 40  # sentences that a repetition may go back; keeps long texts linear
_THINGS = frozenset(["it", "this", "that", "one"])  # *asked for it* may ask for anything


class Earlier:
    """What the sentences before one tell, each by itself and together."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self.sentences: deque[Sentence] = deque(maxlen=_REACH)
        self.names: frozenset[str] = frozenset()
        self.numbers: frozenset[str] = frozenset()
        self.content: frozenset[str] = frozenset()

    def add(self, sentence: Sentence) -> None:
        """Adds the next sentence."""
        told = self._teller.whole(sentence)
        self.sentences.append(sentence)
        self.names |= told.names
        self.numbers |= told.numbers
        self.content |= told.content

    @property
    def negated(self) -> bool:
        """Whether something is denied or refused."""
        return any(self._teller.whole(sentence).negated for sentence in self.sentences)

    @property
    def modes(self) -> Modes:
        """How each word of content is meant."""
        modes: dict[str, set[Mode]] = {}
        for sentence in self.sentences:
            for content, own in self._teller.whole(sentence).modes.items():
                modes.setdefault(content, set()).update(own)
        return modes


class Weights(NamedTuple):
    """What decides how much a repetition may add, as words of content.

    Attributes:
        share: how much of it an earlier telling must hold, 0 to 1.
        least: what tells less is no repetition, in words and facts.
        decisive: words of what is done.
        others: words that tell of another one.
        refusing: words of refusing.
        granting: words of the opposite.
    """

    share: float
    least: int
    decisive: frozenset[str]
    others: frozenset[str]
    refusing: frozenset[str]
    granting: frozenset[str]


class Repetitions:
    """Tells repetitions from what is new.

    Args:
        teller: who says what a sentence tells.
        weights: how much a repetition may add.
    """

    def __init__(self, teller: Teller, weights: Weights) -> None:
        self._teller = teller
        self._weights = weights
        self._changing = weights.decisive | weights.others

    def repeats(self, told: Told, other: Sentence, names: frozenset[str]) -> bool:
        """Says whether an earlier sentence tells all this already.

        Args:
            told: what may be a repetition.
            other: the sentence.
            names: those of all earlier sentences.
        """
        whole = self._teller.whole(other)
        if told.content.isdisjoint(whole.content) and not told.numbers:
            return False
        return self.holds(whole, self._teller.clauses(other), told, names)

    def holds(self, whole: Told, parts: Sequence[Told], told: Told, names: frozenset[str]) -> bool:
        """Says whether a telling, of which `parts` are the clauses, holds another."""
        if not told.numbers <= whole.numbers or not told.names <= (whole.names | names):
            return False
        shared = told.content & whole.content
        if not shared and told.content:
            return False
        new = self._new(told, shared, whole, names)
        if not (new.isdisjoint(self._changing) and self._alike(told, shared, whole)):
            return False
        return (told.stems <= whole.stems and len(told.stems) > 1) or self._outweighs(
            told, shared, len(new), whole, parts
        )

    def gathers(self, told: Told, earlier: Earlier) -> bool:
        """Says whether earlier sentences together tell all this already."""
        if len(earlier.sentences) < 2 or not (
            told.names <= earlier.names
            and told.numbers <= earlier.numbers
            and told.telling <= earlier.content
        ):
            return False
        few = len(told.telling) + len(told.numbers) <= self._weights.least
        if few and told.content.isdisjoint(self._weights.decisive):
            return False
        return self._alike(told, told.content & earlier.content, earlier)

    def _new(
        self, told: Told, shared: frozenset[str], whole: Told, names: frozenset[str]
    ) -> frozenset[str]:
        """Returns what a telling has that another has not, in other words either."""
        new = told.telling - whole.content
        if new and told.negated and any(m.denied for word in shared for m in told.modes[word]):
            new -= self._weights.refusing
            if self._weights.refusing <= whole.content:
                new -= self._weights.granting
        return new - self._teller.wording.forms(names) if new else new

    def _outweighs(
        self, told: Told, shared: frozenset[str], new: int, whole: Told, parts: Sequence[Told]
    ) -> bool:
        """Says whether what is shared is enough, and outweighs what is new."""
        best = max(parts, key=lambda part: _in_common(part, told))
        marked = (told.asked and best.asked) or (told.ahead and best.ahead)
        light = len(shared) - len(told.telling & shared)
        held = len(shared) - light + len(told.numbers)
        held_light = (light + len(told.names & whole.names)) / 2
        said = held + held_light
        if said + told.restates + (marked and _THINGS.isdisjoint(told.words)) < self._weights.least:
            return False
        if len(told.content) == len(shared) == said == 2 and not shared <= best.content:
            return False
        exhausted = len(best.content) > 1 and best.content <= told.content and new < 2
        return exhausted or new <= told.restates + (1 - self._weights.share) * said

    def _alike(self, told: Told, shared: frozenset[str], other: Told | Earlier) -> bool:
        """Says whether what is shared is asked for, denied and to come alike."""
        if told.negated and not other.negated:
            return False
        decisive = shared & self._weights.decisive
        modes = other.modes
        alike = {
            word
            for word in shared
            if _is_alike(
                told.modes[word], modes.get(word, ()), told.negated or word not in decisive
            )
        }
        return (
            3 * len(decisive - alike) <= len(decisive)
            and 2 * len(alike) >= len(shared)
            and (
                not _asks_all(told, shared)
                or any(mode.asked for word in shared for mode in modes[word])
                or (isinstance(other, Told) and other.asked and not _THINGS.isdisjoint(other.words))
            )
        )


def _is_alike(modes: Iterable[Mode], others: Iterable[Mode], any_denial: bool) -> bool:
    return any(mode.repeats(other, any_denial) for mode in modes for other in others)


def _asks_all(told: Told, shared: frozenset[str]) -> bool:
    return told.asked and all(mode.asked for word in shared for mode in told.modes[word])


def _in_common(one: Told, other: Told) -> int:
    return (
        len(one.content & other.content)
        + len(one.numbers & other.numbers)
        + len(one.names & other.names)
    )
