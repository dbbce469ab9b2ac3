"""Revision rounds: which there are, in which order, and which codes they may clear."""

from collections.abc import Mapping
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
