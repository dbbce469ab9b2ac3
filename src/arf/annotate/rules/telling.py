"""What a clause tells: its words of content, its facts, and whether it is asked, done or denied."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from arf.annotate.rules.lazy import lazy
from arf.annotate.rules.patterns import WORD, any_pattern, any_word
from arf.annotate.rules.reading import Sentence, between
from arf.annotate.rules.wording import Content, Wording
from arf.text import Mention, without_possessive

_CONTRAST = re.compile(r"\s(?:the usual\s)?[$\u20ac\u00a3]?\d")  # *was $9, not $5* denies nothing
_IS_TO = re.compile(r"\b(?:was|were|is|are) to\b")
# *was asked for*, *was what she asked for*: what is asked for stands before.
_PASSIVE = re.compile(
    r"(?:was|were|is|are|been|being)(?:\s\w+ly)?\s$|,\s$|"
    r"\b(?:was|is) (?:what|all|the (?:question|request|wish)) (?:\w+ ){1,3}$"
)


class Mode(NamedTuple):
    """How a word is meant: as asked for, as denied, as still to come; else as a fact."""

    asked: bool
    denied: bool
    ahead: bool

    def repeats(self, other: "Mode", any_denial: bool) -> bool:
        """Says whether this tells no more than the other: that it is done says more than asked."""
        return (
            (any_denial or self.denied is other.denied)
            and (self.asked or not other.asked)
            and (self.ahead or self.asked or not other.ahead)
        )


Modes = Mapping[str, set[Mode]]


class Told:
    """What a clause, or a whole sentence, tells; each part computed when first asked for.

    Args:
        teller: who takes it apart.
        sentence: the sentence.
        start: where the clause starts in it.
        end: where it ends.
    """

    def __init__(self, teller: "Teller", sentence: Sentence, start: int, end: int) -> None:
        self._teller = teller
        self._sentence = sentence
        self.start = start
        self.end = end
        self._is_whole = end - start == len(sentence.text)
        self.text = sentence.text[start:end]
        self._found: dict[str, re.Match[str] | None] = {}

    def _mine(self, mentions: Sequence[Mention]) -> Sequence[Mention]:
        if self._is_whole or not mentions:
            return mentions
        return between(mentions, self.start, self.end)

    @lazy
    def words(self) -> tuple[str, ...]:
        """Its words in lower case."""
        return self._sentence.words if self._is_whole else tuple(WORD.findall(self.text.lower()))

    @lazy
    def stems(self) -> frozenset[str]:
        """The stems of all its words but those that only point or join."""
        return self._teller.wording.stems(self.words)

    @lazy
    def contents(self) -> list[Content]:
        """Its words of content, by where they stand in the sentence."""
        if self._is_whole:
            names = self.names if self._sentence.names else frozenset[str]()
            return self._teller.wording.contents(self.text, names)
        contents = self._teller.whole(self._sentence).contents
        return [word for word in contents if self.start <= word.start < self.end]

    @lazy
    def content(self) -> frozenset[str]:
        """Its words of content, one form for all inflections and near synonyms."""
        return frozenset(word.content for word in self.contents)

    @lazy
    def telling(self) -> frozenset[str]:
        """Its words of content but those that tell little."""
        return frozenset(word.content for word in self.contents if not word.light)

    @property
    def echoes(self) -> bool:
        """Whether a word of content comes twice."""
        return len(self.content) < len(self.contents)

    @lazy
    def modes(self) -> Modes:
        """How each word of content is meant."""
        modes: dict[str, set[Mode]] = {}
        if self._is_whole and len(self._sentence.clauses) > 1:
            for clause in self._teller.clauses(self._sentence):
                for content, own in clause.modes.items():
                    modes.setdefault(content, set()).update(own)
            for word in self.contents:  # one that joins clauses
                if word.content not in modes:
                    modes[word.content] = {Mode(False, word.denied, False)}
            return modes
        asked_from = self._scope(self._search("asking"))
        ahead_from = self._scope(self._search("ahead"))
        wondered_from = self._scope(self._search("wondering"))
        either = self._search("is_to") is not None
        for word in self.contents:
            own = modes.setdefault(word.content, set())
            start, denied = word.start - self.start, word.denied
            asked, ahead = start >= asked_from, start >= ahead_from and not denied
            own.add(Mode(asked or either, denied, ahead and not either))
            if either or not (asked or ahead or denied or ahead_from == len(self.text)):
                own.add(Mode(False, denied, True))
            if not asked and start >= wondered_from:
                own.add(Mode(True, denied, False))
        return modes

    def _scope(self, match: re.Match[str] | None) -> int:
        """Returns from where on words are meant as what a match says."""
        if match is None:
            return len(self.text)
        if not _PASSIVE.search(self.text, 0, match.start()):
            return match.end()
        # What stands before, as far as the last comma that is not right before it.
        return max(self.text.rfind(mark, 0, max(0, match.start() - 2)) for mark in ",;") + 1

    @lazy
    def days(self) -> Sequence[Mention]:
        """Its days."""
        return self._mine(self._sentence.dates)

    @lazy
    def numbers(self) -> frozenset[str]:
        """The values of its days, and of its numbers that are no part of one."""
        if not self._sentence.numbers:
            return frozenset()
        numbers = self._outside_days(self._mine(self._sentence.numbers))
        return frozenset(mention.value for mention in (*numbers, *self.days))

    @lazy
    def names(self) -> frozenset[str]:
        """The words of its names; the months of its days are none."""
        if not self._sentence.names:
            return frozenset()
        return frozenset(
            without_possessive(word)
            for mention in self._outside_days(self._mine(self._sentence.names))
            for word in mention.value.split()
        )

    def _outside_days(self, mentions: Sequence[Mention]) -> list[Mention]:
        return [
            mention
            for mention in mentions
            if not any(day.start <= mention.start < day.end for day in self.days)
        ]

    def _search(self, pattern: str) -> re.Match[str] | None:
        """Searches for a pattern of the teller; in a clause only if the sentence has it."""
        if pattern not in self._found:
            whole = self if self._is_whole else self._teller.whole(self._sentence)
            if whole is self or whole._search(pattern):
                match = getattr(self._teller, pattern).search(self.text)
            else:
                match = None
            self._found[pattern] = match
        return self._found[pattern]

    @property
    def asked(self) -> bool:
        """Whether something is asked for or wanted."""
        return self._search("asking") is not None

    @lazy
    def negated(self) -> bool:
        """Whether something is denied or refused."""
        return self._search("denying") is not None or any(
            not _CONTRAST.match(self._sentence.text, mention.end)
            for mention in self._mine(self._sentence.negations)
        )

    @lazy
    def ahead(self) -> bool:
        """Whether something is still to come; *would not* denies it."""
        return not self.negated and self._search("ahead") is not None

    @lazy
    def restates(self) -> bool:
        """Whether words such as *so* lead back to what was said."""
        return self._teller.restating.search(self.text) is not None


class Teller:
    """Takes sentences apart into what they tell.

    Args:
        wording: who knows words.
        asking: regular expressions of asking for something.
        wondering: regular expressions of asking about something.
        denying: regular expressions of denying, beside the negations of the language.
        ahead: words for what is still to come.
        restating: regular expressions of what leads back to what was said.
    """

    def __init__(
        self,
        wording: Wording,
        asking: Iterable[str],
        wondering: Iterable[str],
        denying: Iterable[str],
        ahead: Iterable[str],
        restating: Iterable[str],
    ) -> None:
        self.wording = wording
        self.asking = any_pattern(asking)
        self.wondering = any_pattern(wondering)
        self.denying = any_pattern(denying)
        self.ahead = any_word(ahead)
        self.is_to = _IS_TO
        self.restating = any_pattern(restating)
        self.whole: Callable[[Sentence], Told] = lru_cache(maxsize=4096)(self._whole)
        self.clauses: Callable[[Sentence], tuple[Told, ...]] = lru_cache(maxsize=4096)(
            self._clauses
        )

    def _whole(self, sentence: Sentence) -> Told:
        return Told(self, sentence, 0, len(sentence.text))

    def _clauses(self, sentence: Sentence) -> tuple[Told, ...]:
        return tuple(
            Told(self, sentence, placed.clause.start, placed.clause.end)
            for placed in sentence.clauses
        )
