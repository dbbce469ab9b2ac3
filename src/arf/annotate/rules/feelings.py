"""The words of feeling that settings hold."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from arf.annotate.rules.patterns import Pattern, WithParts, Word, Words
from arf.params import Section

When = Literal["always", "linked", "nouns", "moves", "acts", "found", "manner", "never"]
_WHEN: tuple[When, ...] = ("always", "linked", "nouns", "moves", "acts", "found", "manner")


class Group(Section):
    """Words for one feeling, any of which supports the others.

    Attributes:
        always: words that ascribe it wherever they stand; a final `*` stands for any ending.
        linked: words that do so only of a person: after *was*, *felt*, *seemed* and their like,
            set beside the person, or at the head of a fragment.
        nouns: only where shown or felt: *to their relief*, *expressed relief*.
        moves: verbs, only of a person: *it cheered them*, *they were cheered*.
        acts: verbs, only with a person as the subject: *they resented it*.
        found: judgements, only after *found it*, *considered the answer*.
        manner: ways of acting, which a narrated courtesy may have.
        also: what else supports it in the words of the person.
    """

    always: tuple[Word, ...] = ()
    linked: tuple[Word, ...] = ()
    nouns: tuple[Word, ...] = ()
    moves: tuple[Word, ...] = ()
    acts: tuple[Word, ...] = ()
    found: tuple[Word, ...] = ()
    manner: tuple[Word, ...] = ()
    also: tuple[Word, ...] = ()

    def words(self) -> Iterator[tuple[When, tuple[Word, ...]]]:
        """Yields the words that ascribe the feeling, and when they do."""
        for when in _WHEN:
            yield when, getattr(self, when)


class Phrase(Section):
    """A whole phrase that ascribes an attitude.

    Attributes:
        near: words one of which its sentence has.
        pattern: regular expression of the phrase.
        also: words of the person one of which supports it.
    """

    near: Words
    pattern: Pattern
    also: tuple[Word, ...] = ()


class SentimentSettings(WithParts):
    """Settings of the detector `sentiment`.

    Attributes:
        groups: the words of feeling and attitude.
        phrases: whole phrases that ascribe one.
        courtesies: words beside which a manner is part of a narrated courtesy and not flagged.
        harmless: expressions that have such a word and ascribe nothing.
    """

    groups: tuple[Group, ...] = Field(min_length=1)
    phrases: tuple[Phrase, ...] = ()
    courtesies: Words
    harmless: tuple[Word, ...] = ()
