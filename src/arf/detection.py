"""How well an annotator finds the errors that truth or people say are there."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from arf.annotate import Annotator
from arf.records import Annotation, Case, Finding, Output
from arf.stats import rate, rounded

# What each kind of innocent words could be mistaken for.
TRAPS: dict[str, frozenset[str]] = {
    "stated_feeling": frozenset({"inferred_sentiment"}),
    "email_is_the_point": frozenset({"unn_content_email_copy"}),
    "repeated_words": frozenset({"unn_content_redundant"}),
    "number_rewritten": frozenset({"unsupported_detail"}),
    "date_rewritten": frozenset({"unsupported_detail"}),
    "open_outcome": frozenset({"unn_content_redundant", "unn_content_pleasantry"}),
    "venue_contact": frozenset({"exposed_identifier"}),
}

_WORD = re.compile(r"\w+")


class Span(NamedTuple):
    """Characters `start` to `end` (exclusive) of an output."""

    start: int
    end: int

    def touches(self, other: "Span") -> bool:
        """Says whether the two share a character."""
        return self.start < other.end and other.start < self.end


class Mark(NamedTuple):
    """An error that is there, and the form in which it was planted, null where nobody says."""

    code: str
    span: Span
    form: str | None = None


class Trap(NamedTuple):
    """Words that look like an error and are none: a kind of `TRAPS`."""

    kind: str
    span: Span


@dataclass(frozen=True)
class Reference:
    """What is known of one output.

    Attributes:
        source: `truth`, or the names of those who labelled it.
        verdicts: by code whether the output has it, null where its annotators disagree. A code
            that is not in it was not looked for.
        marks: where the errors are; those of several annotators side by side.
        traps: what a careless annotator would flag.
    """

    source: str
    verdicts: Mapping[str, bool | None]
    marks: tuple[Mark, ...] = ()
    traps: tuple[Trap, ...] = ()

    def spans(self, code: str) -> list[Span]:
        """Returns where a code's errors are."""
        return [mark.span for mark in self.marks if mark.code == code]


class Labelled(NamedTuple):
    """An output with its case and what is known of it."""

    case: Case
    output: Output
    reference: Reference


class Detected(NamedTuple):
    """An output, what is known of it, and what the annotator under test says."""

    output: Output
    reference: Reference
    annotation: Annotation

    def codes(self) -> Iterator[str]:
        """Yields the codes that the annotator assessed and that the reference looked for."""
        if self.annotation.status == "scored":
            yield from (c for c in self.annotation.taxonomy if c in self.reference.verdicts)

    def spans(self, code: str) -> list[Span]:
        """Returns the annotator's spans of a code."""
        return spans_of(self.annotation.errors, code, self.output.text)


class Mistake(NamedTuple):
    """A code that was found and is not there, or is there and was not found."""

    kind: Literal["false_positive", "false_negative"]
    code: str
    spans: list[Span]


def spans_of(findings: Iterable[Finding], code: str, text: str) -> list[Span]:
    """Returns the places of a code's findings in a text."""
    places = (finding.place(text) for finding in findings if finding.code == code)
    return [Span(*place) for place in places if place]


def detect(items: Iterable[Labelled], annotator: Annotator) -> Iterator[Detected]:
    """Streams what the annotator says of each output beside what is known of it.

    The annotator may read ahead; no more than what it has read ahead is kept.
    """
    ahead: deque[Labelled] = deque()

    def pairs() -> Iterator[tuple[Case, Output]]:
        for item in items:
            ahead.append(item)
            yield item.case, item.output

    for annotation in annotator.annotate(pairs()):
        item = ahead.popleft()
        yield Detected(item.output, item.reference, annotation)


def mistakes(detected: Detected) -> Iterator[Mistake]:
    """Yields the codes on which the annotator and the reference part."""
    given = detected.annotation.codes()
    for code in detected.codes():
        truth = detected.reference.verdicts[code]
        if truth is False and code in given:
            yield Mistake("false_positive", code, detected.spans(code))
        elif truth is True and code not in given:
            yield Mistake("false_negative", code, detected.reference.spans(code))


def overlap(text: str, found: Sequence[Span], reference: Sequence[Span]) -> float:
    """Returns the F1 of the words that two sets of spans cover, each word counted by its place.

    0 where neither covers a word.
    """
    words = [Span(*match.span()) for match in _WORD.finditer(text)]
    a, b = (
        {i for i, word in enumerate(words) if any(word.touches(span) for span in spans)}
        for spans in (found, reference)
    )
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0


@dataclass
class Tally:
    """Counts of one code over outputs.

    `left_out` are those on which the annotators of the reference disagree; `overlap` is summed
    over the `placed` true positives, those whose reference says where the error is.
    """

    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0
    left_out: int = 0
    overlap: float = 0.0
    placed: int = 0

    def add(
        self, truth: bool | None, given: bool, text: str, found: list[Span], reference: list[Span]
    ) -> None:
        """Counts one output: whether it has the code, whether that was said, and where."""
        self.left_out += truth is None
        self.tp += truth is True and given
        self.fn += truth is True and not given
        self.fp += truth is False and given
        self.tn += truth is False and not given
        if truth and given and reference:
            self.placed += 1
            self.overlap += overlap(text, found, reference)

    def figures(self) -> dict[str, Any]:
        """Returns the counts and what follows from them; a share of nothing is null.

        `precision`, `recall` and `specificity` have 95 % Wilson intervals; `span_overlap` is the
        mean of `overlap` over the placed true positives.
        """
        wrong = self.fp + self.fn
        decided = self.tp + self.tn + wrong
        return {
            "n": decided + self.left_out,
            "positives": self.tp + self.fn,
            "left_out": self.left_out,
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
            "tn": self.tn,
            "precision": rate(self.tp, self.tp + self.fp),
            "recall": rate(self.tp, self.tp + self.fn),
            "specificity": rate(self.tn, self.tn + self.fp),
            "f1": rounded(2 * self.tp / (2 * self.tp + wrong)) if self.tp + wrong else None,
            "span_overlap": {
                "mean": rounded(self.overlap / self.placed) if self.placed else None,
                "n": self.placed,
            },
        }


@dataclass
class Hits:
    """How many of some places the annotator pointed at."""

    n: int = 0
    hit: int = 0

    def add(self, hit: bool) -> None:
        """Counts one place."""
        self.n += 1
        self.hit += hit

    def figures(self) -> dict[str, Any]:
        """Returns both counts and the share, with its 95 % Wilson interval."""
        return {"n": self.n, "hit": self.hit} | rate(self.hit, self.n)


@dataclass
class Scores:
    """All counts over a set of outputs, in memory that does not grow with it."""

    n: int = 0
    unscored: int = 0
    found: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    everything: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    forms: dict[tuple[str, str], Hits] = field(default_factory=lambda: defaultdict(Hits))
    traps: dict[str, Hits] = field(default_factory=lambda: defaultdict(Hits))

    def add(self, detected: Detected) -> None:
        """Counts one output."""
        self.n += 1
        self.unscored += detected.annotation.status == "unscored"
        text, known = detected.output.text, detected.reference
        given = detected.annotation.codes()
        spans = {code: detected.spans(code) for code in detected.codes()}
        for code, found in spans.items():
            truth, marked = known.verdicts[code], known.spans(code)
            self.found[code].add(truth, code in given, text, found, marked)
            self.everything[code].add(truth, True, text, [Span(0, len(text))], marked)
        for mark in known.marks:
            if mark.form is not None and mark.code in spans:
                hit = any(mark.span.touches(span) for span in spans[mark.code])
                self.forms[mark.code, mark.form].add(hit)
        for trap in known.traps:
            looked_for = TRAPS[trap.kind] & spans.keys()
            if looked_for:
                hit = any(_caught(trap, spans[code], known.spans(code)) for code in looked_for)
                self.traps[trap.kind].add(hit)

    def figures(self, codes: Iterable[str]) -> dict[str, Any]:
        """Returns everything, as mappings.

        Args:
            codes: in the order that is wanted; those never looked for are left out.

        Returns:
            `n` outputs, `unscored` of them (in no other figure); `codes`: for each what was
            `found`, beside `flag_everything`, which an annotator would reach that gives every
            code to the whole of every output; `forms`: by code and form how many of the planted
            errors a finding of their code touches; `traps`: by kind how many were walked into.
        """
        known = [code for code in codes if code in self.found]
        return {
            "n": self.n,
            "unscored": self.unscored,
            "codes": {
                code: {
                    "found": self.found[code].figures(),
                    "flag_everything": self.everything[code].figures(),
                }
                for code in known
            },
            "forms": {
                code: forms
                for code in known
                if (
                    forms := {
                        f: h.figures() for (c, f), h in sorted(self.forms.items()) if c == code
                    }
                )
            },
            "traps": {kind: self.traps[kind].figures() for kind in TRAPS if kind in self.traps},
        }


def _caught(trap: Trap, found: list[Span], real: list[Span]) -> bool:
    """Says whether a finding lies on a trap, one that has no error of its code to point at."""
    return any(
        span.touches(trap.span) and not any(span.touches(error) for error in real) for span in found
    )
