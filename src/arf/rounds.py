"""Revision rounds: which there are, in which order, and which codes they may clear."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from typing import Literal

from arf.errors import ArfError
from arf.params import Section, did_you_mean
from arf.taxonomy import Taxonomy

TEACHER = "r0"


class Round(Section):
    """One entry of the `rounds` section.

    Attributes:
        parent: the source whose outputs it revises.
        codes: `auto` for those that audit and trial recommend, or codes by channel.
    """

    parent: str
    codes: Literal["auto"] | dict[str, tuple[str, ...]]


def ordered(rounds: Mapping[str, Round]) -> list[str]:
    """Returns the rounds, each after its parent.

    Raises:
        ArfError: a parent is missing, or rounds are their own ancestors.
    """
    for name, entry in rounds.items():
        if entry.parent != TEACHER and entry.parent not in rounds:
            guess = did_you_mean(entry.parent, [TEACHER, *rounds])
            raise ArfError(f"params.yaml: rounds.{name}.parent: no round {entry.parent}{guess}")
    graph = {name: {entry.parent} - {TEACHER} for name, entry in rounds.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise ArfError(f"params.yaml: rounds.*.parent: circular: {circle}") from error


def check(rounds: Mapping[str, Round], channels: Sequence[str], taxonomy: Taxonomy) -> None:
    """Refuses rounds that could never do anything, most often because a name is mistyped.

    Raises:
        ArfError: there is no round, a round names an unknown channel, or it can clear no code.
    """
    if not rounds:
        raise ArfError("params.yaml: rounds is empty; keep at least r1: {parent: r0, codes: auto}")
    ordered(rounds)
    for name, entry in rounds.items():
        for channel in () if entry.codes == "auto" else entry.codes:
            if channel not in channels:
                guess = did_you_mean(channel, list(channels))
                raise ArfError(
                    f"params.yaml: rounds.{name}.codes.{channel}: no such channel{guess}"
                )
        if not any(candidates(name, entry, channel, taxonomy) for channel in channels):
            raise ArfError(
                f"params.yaml: rounds.{name}: no code to clear; name codes in rounds.{name}.codes, "
                f"or give codes round: {name} in prompts/taxonomy.yaml"
            )


def candidates(name: str, entry: Round, channel: str, taxonomy: Taxonomy) -> list[str]:
    """Returns the codes that a round could clear on a channel, in the taxonomy's order.

    Raises:
        ArfError: a code asked for is unknown, or nothing can fix it.
    """
    if entry.codes == "auto":
        return [
            code
            for code, definition in taxonomy.codes.items()
            if definition.round == name and definition.applies_to(channel)
        ]
    codes = entry.codes.get(channel, ())
    for code in codes:
        where = f"params.yaml: rounds.{name}.codes.{channel}: {code}"
        if code not in taxonomy.codes:
            guess = did_you_mean(code, list(taxonomy.codes))
            raise ArfError(f"{where} is not in prompts/taxonomy.yaml{guess}")
        definition = taxonomy.codes[code]
        if definition.fixer is None and definition.prompt is None:
            raise ArfError(f"{where} has no fixer and no prompt in prompts/taxonomy.yaml")
    return [code for code in taxonomy.codes if code in codes]
