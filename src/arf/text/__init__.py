"""Plain facts about English text, by position: sentences, clauses, numbers, names, negations.

All functions are pure and fast enough for thousands of outputs a second: what a sentence says is
remembered for a few thousand sentences, so that a text of which one has changed costs one. They
serve whoever has to say what a text says and which of it another text still holds: detectors,
fixers, and the guard of the verb *revise*.
"""

from arf.text.clauses import Clause, begins_with_verb, clauses, has_verb
from arf.text.dates import dates
from arf.text.names import capitals_of, names, names_of, without_possessive
from arf.text.negations import negations
from arf.text.numbers import numbers, numbers_of
from arf.text.sentences import sentences
from arf.text.spans import Mention, Span
from arf.text.stems import stem

__all__ = [
    "Clause",
    "Mention",
    "Span",
    "begins_with_verb",
    "capitals_of",
    "clauses",
    "dates",
    "has_verb",
    "names",
    "names_of",
    "negations",
    "numbers",
    "numbers_of",
    "sentences",
    "stem",
    "without_possessive",
]
