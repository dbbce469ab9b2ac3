"""What a clause tells: its words of content, its facts, and whether it is asked, done or denied."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from arf.annotate.rules.lazy import lazy
from arf.annotate.rules.patterns import WORD, any_pattern
from arf.annotate.rules.reading import Sentence, between
from arf.text import Mention, stem

_LETTERS = 6  # of a stem: *delivery* and *delivered* have no stem in common, but these letters
_CONTRAST = re.compile(r"\s(?:the usual\s)?[$\u20ac\u00a3]?\d")  # *was $9, not $5* denies nothing
_POSSESSIVE = re.compile(r"['\u2019]s?$")


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
        self.text = sentence.text[start:end]

    def _mine(self, mentions: Sequence[Mention]) -> Sequence[Mention]:
        return between(mentions, self.start, self.end)

    @lazy
    def words(self) -> tuple[str, ...]:
        """Its words in lower case."""
        if len(self.text) == len(self._sentence.text):
            return self._sentence.words
        return tuple(WORD.findall(self.text.lower()))

    @lazy
    def content(self) -> frozenset[str]:
        """Its words of content, one form for all inflections and near synonyms."""
        return frozenset(self._contents)

    @lazy
    def _contents(self) -> tuple[str, ...]:
        return self._teller.contents(self.words, self.names)

    @property
    def echoes(self) -> bool:
        """Whether a word of content comes twice."""
        return len(self.content) < len(self._contents)

    @lazy
    def numbers(self) -> frozenset[str]:
        """The values of its numbers."""
        return frozenset(mention.value for mention in self._mine(self._sentence.numbers))

    @lazy
    def names(self) -> frozenset[str]:
        """The words of its names."""
        return frozenset(
            _POSSESSIVE.sub("", word)
            for mention in self._mine(self._sentence.names)
            for word in mention.value.split()
        )

    @lazy
    def asked(self) -> bool:
        """Whether something is asked for or wanted."""
        return self._teller.asking.search(self.text) is not None

    @lazy
    def negated(self) -> bool:
        """Whether something is denied or refused."""
        return self._teller.denying.search(self.text) is not None or any(
            not _CONTRAST.match(self._sentence.text, mention.end)
            for mention in self._mine(self._sentence.negations)
        )

    @lazy
    def ahead(self) -> bool:
        """Whether something is still to come; *would not* denies it."""
        return not self.negated and not self._teller.ahead.isdisjoint(self.words)

    @lazy
    def restates(self) -> bool:
        """Whether words such as *so* lead back to what was said."""
        return self._teller.restating.search(self.text) is not None

    @lazy
    def weight(self) -> int:
        """How many words of content and numbers there are."""
        return len(self.content) + len(self.numbers)


class _Word(NamedTuple):
    """What a word is to the teller; `content` is empty for one without content of its own."""

    stem: str
    content: str


class Teller:
    """Takes sentences apart into what they tell.

    Args:
        same: words and phrases of two words that mean nearly the same, group by group.
        ignore: words without content of their own.
        asking: regular expressions of asking for something.
        denying: regular expressions of denying, beside the negations of the language.
        ahead: words for what is still to come.
        restating: regular expressions of what leads back to what was said.
    """

    def __init__(
        self,
        same: Iterable[Iterable[str]],
        ignore: Iterable[str],
        asking: Iterable[str],
        denying: Iterable[str],
        ahead: Iterable[str],
        restating: Iterable[str],
    ) -> None:
        self._ignore = frozenset(ignore)
        self.asking = any_pattern(asking)
        self.denying = any_pattern(denying)
        self.restating = any_pattern(restating)
        self.ahead = frozenset(ahead)
        self._groups: dict[str, str] = {}
        self._phrases: dict[str, dict[str, str]] = {}
        for group in same:
            words = list(group)
            for word in words:
                first, _, second = word.partition(" ")
                if second:
                    self._phrases.setdefault(stem(first), {})[second] = words[0]
                else:
                    self._groups.setdefault(stem(first), words[0])
        self._word: Callable[[str], _Word] = lru_cache(maxsize=16384)(self._look_up)
        self.whole: Callable[[Sentence], Told] = lru_cache(maxsize=4096)(self._whole)
        self.clauses: Callable[[Sentence], tuple[Told, ...]] = lru_cache(maxsize=4096)(
            self._clauses
        )

    def _look_up(self, word: str) -> _Word:
        bare = _POSSESSIVE.sub("", word)
        short = stem(bare)
        empty = bare in self._ignore or len(bare) < 3 or bare[0].isdigit()
        content = "" if empty else self._groups.get(short) or short[:_LETTERS]
        return _Word(short, content)

    def forms(self, words: Iterable[str]) -> frozenset[str]:
        """Returns the words in the form that they have among words of content."""
        return frozenset(content for word in words if (content := self._word(word).content))

    def contents(self, words: Sequence[str], names: frozenset[str]) -> tuple[str, ...]:
        """Returns the words of content among words in lower case that are no names."""
        return tuple(self._contents(words, names))

    def _contents(self, words: Sequence[str], names: frozenset[str]) -> Iterator[str]:
        skip = False
        for index, word in enumerate(words):
            if skip:
                skip = False
                continue
            looked_up = self._word(word)
            if looked_up.stem in self._phrases and index + 1 < len(words):
                phrase = self._phrases[looked_up.stem].get(words[index + 1])
                if phrase:
                    skip = True
                    yield phrase
                    continue
            if looked_up.content and word not in names:
                yield looked_up.content

    def _whole(self, sentence: Sentence) -> Told:
        return Told(self, sentence, 0, len(sentence.text))

    def _clauses(self, sentence: Sentence) -> tuple[Told, ...]:
        return tuple(
            Told(self, sentence, placed.clause.start, placed.clause.end)
            for placed in sentence.clauses
        )
