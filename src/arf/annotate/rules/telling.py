"""What a clause tells: its words of content, its facts, and whether it is asked, done or denied."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from arf.annotate.rules.patterns import WORD, any_pattern
from arf.annotate.rules.reading import Sentence
from arf.text import stem

_LETTERS = 6  # of a stem: *delivery* and *delivered* have no stem in common, but these letters
_CONTRAST = re.compile(r"\s(?:the usual\s)?[$\u20ac\u00a3]?\d")  # *was $9, not $5* denies nothing
_POSSESSIVE = re.compile(r"['\u2019]s?$")


class Told(NamedTuple):
    """What a clause, or a whole sentence, tells.

    Attributes:
        start: where it starts in the sentence.
        end: where it ends.
        content: its words of content, one form for all inflections and near synonyms.
        numbers: the values of its numbers.
        names: the words of its names.
        asked: whether something is asked for or wanted.
        negated: whether something is denied or refused.
        ahead: whether something is still to come; *would not* denies it.
        restates: whether words such as *so* lead back to what was said.
    """

    start: int
    end: int
    content: frozenset[str]
    numbers: frozenset[str]
    names: frozenset[str]
    asked: bool
    negated: bool
    ahead: bool
    restates: bool

    @property
    def weight(self) -> int:
        """How many words of content and numbers there are."""
        return len(self.content) + len(self.numbers)


class _Word(NamedTuple):
    """What a word is to the teller; `content` is empty for one without content of its own."""

    stem: str
    content: str
    ahead: bool


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
        self._asking = any_pattern(asking)
        self._denying = any_pattern(denying)
        self._restating = any_pattern(restating)
        self._ahead = frozenset(ahead)
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
        return _Word(short, content, word in self._ahead)

    def forms(self, words: Iterable[str]) -> frozenset[str]:
        """Returns the words in the form that they have among words of content."""
        return frozenset(content for word in words if (content := self._word(word).content))

    def _whole(self, sentence: Sentence) -> Told:
        return self._tell(sentence, 0, len(sentence.text), sentence.words)

    def _clauses(self, sentence: Sentence) -> tuple[Told, ...]:
        return tuple(
            self._tell(
                sentence,
                placed.clause.start,
                placed.clause.end,
                tuple(WORD.findall(placed.clause.text.lower())),
            )
            for placed in sentence.clauses
        )

    def _tell(self, sentence: Sentence, start: int, end: int, words: tuple[str, ...]) -> Told:
        named = {
            _POSSESSIVE.sub("", word)
            for mention in sentence.names
            if start <= mention.start < end
            for word in mention.value.split()
        }
        looked_up = [self._word(word) for word in words]
        text = sentence.text[start:end]
        negated = self._denying.search(text) is not None or any(
            start <= mention.start < end and not _CONTRAST.match(sentence.text, mention.end)
            for mention in sentence.negations
        )
        return Told(
            start,
            end,
            frozenset(self._content(words, looked_up, named)),
            frozenset(m.value for m in sentence.numbers if start <= m.start < end),
            frozenset(named),
            self._asking.search(text) is not None,
            negated,
            not negated and any(word.ahead for word in looked_up),
            self._restating.search(text) is not None,
        )

    def _content(
        self, words: tuple[str, ...], looked_up: list[_Word], named: set[str]
    ) -> Iterator[str]:
        skip = False
        for index, word in enumerate(looked_up):
            if skip:
                skip = False
                continue
            if word.stem in self._phrases and index + 1 < len(words):
                phrase = self._phrases[word.stem].get(words[index + 1])
                if phrase:
                    skip = True
                    yield phrase
                    continue
            if word.content and words[index] not in named:
                yield word.content
