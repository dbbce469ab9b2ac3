"""A code's examples, held against its own detector."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from arf.annotate.rules import RulesAnnotator
from arf.records import Case, Finding, Output
from arf.taxonomy import TAXONOMY, Example, Taxonomy

State = Literal["right", "wrong", "unknown"]
_ANY = "any"  # the channel of examples of codes that occur on all


@dataclass(frozen=True)
class Held:
    """What the detector makes of one example.

    Attributes:
        where: the example, as the taxonomy's file has it, such as `positive.0`.
        example: the example.
        state: whether the detector is right; unknown where that depends on a source that the
            example lacks.
        told: what is wrong or missing; empty where the detector is right.
    """

    where: str
    example: Example
    state: State
    told: str


def hold(name: str, taxonomy: Taxonomy, path: Path = TAXONOMY) -> Iterator[Held]:
    """Yields what a code's detector makes of the code's examples; nothing where it has none.

    A positive example is right where words that touch its span are flagged, and a negative one
    where nothing is. One without a source is held against two cases, one that says nothing and one
    that says just what the example does; it counts where both come to the same.

    Args:
        name: the code.
        taxonomy: the codes.
        path: the file that errors name.

    Raises:
        ArfError: there is no such detector, or its settings are wrong.
    """
    code = taxonomy.codes[name]
    if code.detector is None:
        return
    annotator = RulesAnnotator(taxonomy.model_copy(update={"codes": {name: code}}), path)
    channel = code.channels[0] if code.channels else _ANY
    for kind, examples in (
        ("positive", code.examples.positive),
        ("negative", code.examples.negative),
    ):
        for number, example in enumerate(examples):
            output = Output(
                id=name, channel=channel, source="example", text=example.text, provider="example"
            )
            told = []
            for case in _cases(example, channel):
                (label,) = annotator.annotate([(case, output)])
                told.append(_complaint(example, kind == "positive", label.errors))
            where = f"{kind}.{number}"
            if all(told):
                yield Held(where, example, "wrong", told[0])
            elif any(told):
                missing = "depends on the case; add source"
                yield Held(where, example, "unknown", missing)
            else:
                yield Held(where, example, "right", "")


def _cases(example: Example, channel: str) -> list[Case]:
    sources = ["", example.text] if example.source is None else [example.source]
    return [
        Case(
            id="example",
            channel=channel,
            split="test",
            text=source if isinstance(source, str) else None,
            turns=None if isinstance(source, str) else source,
        )
        for source in sources
    ]


def _complaint(example: Example, positive: bool, errors: tuple[Finding, ...]) -> str:
    """Returns what is wrong with what was found in an example, or nothing."""
    found = [error.span or "" for error in errors]
    if not positive:
        return f"is flagged at {found[0]!r}" if found else ""
    if not found:
        return "is not flagged"
    if any(_touches(example, error) for error in errors):
        return ""
    return f"is flagged at {found[0]!r}, not at {example.span!r}"


def _touches(example: Example, error: Finding) -> bool:
    there = error.place(example.text)
    if example.span is None or there is None:
        return True
    start = example.text.find(example.span)
    return there[0] < start + len(example.span) and start < there[1]
