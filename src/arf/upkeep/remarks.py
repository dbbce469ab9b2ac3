"""What people said in their own words: notes, and marked words that fit no code."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from arf.labels import GOLD
from arf.records import UNLISTED, Annotation
from arf.taxonomy import Code, Taxonomy
from arf.text import stem

_WORD = re.compile(r"[^\W\d_]+")
# Words without content of their own. Longer lists, scikit-learn's for one, hold "not", "bill",
# "call" and "detail", which notes on cases turn on.
_FUNCTION_WORDS = frozenset({
    "a", "about", "an", "and", "are", "as", "at", "be", "been", "but", "by", "for", "from", "had",
    "has", "have", "he", "her", "him", "his", "i", "in", "is", "it", "its", "of", "on", "or", "s",
    "she", "so", "t", "that", "the", "their", "them", "there", "they", "this", "to", "was", "we",
    "were", "what", "which", "who", "with", "you",
})  # fmt: skip


@dataclass(frozen=True)
class Remark:
    """One remark of a person.

    Attributes:
        channel: the channel of the output.
        code: the code that it explains; null for `unlisted` words and remarks on a whole output.
        note: what the person wrote, if anything.
        span: the words of the output that it is about, if any.
    """

    channel: str
    code: str | None
    note: str
    span: str

    def __str__(self) -> str:
        parts = (self.note, self.span and f'"{self.span}"')
        return ": ".join(" ".join(part.split()) for part in parts if part)


def remarks(labels: Iterable[Annotation], taxonomy: Taxonomy) -> Iterator[Remark]:
    """Yields each remark of labels that says more than a code does, once a place.

    These are the words marked `unlisted`, the notes on whole outputs, and of the notes on findings
    with a code those that use a word which the code's own text does not. `gold` remarks nothing:
    its notes are reasons of verdicts, and its findings people's.
    """
    own = {name: frozenset(_stems(words_of(code))) for name, code in taxonomy.codes.items()}
    seen = set()
    for label in labels:
        if label.annotator == GOLD:
            continue
        found = [Remark(label.channel, None, label.note or "", "")]
        for error in label.errors:
            code = None if error.code == UNLISTED else error.code
            note = error.note or ""
            if code is None or not own.get(code, frozenset()).issuperset(_stems(note)):
                found.append(Remark(label.channel, code, note, error.span or ""))
        for remark in found:
            key = (label.source, label.id, remark)
            if key not in seen and any(_stems(f"{remark.note} {remark.span}")):
                seen.add(key)
                yield remark


def words_of(code: Code) -> str:
    """Returns what a code says of its error, without what it says is none."""
    examples = (f"{e.span or e.text} {e.why or ''}" for e in code.examples.positive)
    return " ".join((code.title, code.definition, *examples))


def content(text: str) -> list[str]:
    """Returns the words of a text that have content, in lower case."""
    return [word for word in _WORD.findall(text.casefold()) if word not in _FUNCTION_WORDS]


def _stems(text: str) -> Iterator[str]:
    return map(stem, content(text))
