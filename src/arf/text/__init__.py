"""Plain facts about English text, by position: sentences, clauses, numbers, names, negations.

All functions are pure and fast enough for thousands of outputs a second. They serve whoever has
to say what a text says and which of it another text still holds: detectors, fixers, and the guard
of the verb *revise*.
"""

from arf.text.clauses import Clause, begins_with_verb, clauses, has_verb
from arf.text.facts import Mention, Span, names, negations, numbers, sentences

__all__ = [
    "Clause",
    "Mention",
    "Span",
    "begins_with_verb",
    "clauses",
    "has_verb",
    "names",
    "negations",
    "numbers",
    "sentences",
]
