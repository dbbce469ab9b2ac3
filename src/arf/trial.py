"""Every candidate fix tried on held-out outputs, before anything is paid for or trained."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field

from arf.annotate import Annotator
from arf.errors import ArfError
from arf.params import Section
from arf.records import Case, Output
from arf.revise import Editor
from arf.revise.cascade import WINDOW, revise
from arf.revise.providers import EditorRole
from arf.rounds import TEACHER, Round, candidates, ordered
from arf.success import success
from arf.taxonomy import Taxonomy


class TrialParams(Section):
    """The `trial` section.

    Attributes:
        gate: the success that a fix must reach.
        editors: editors to try beside `roles.editor`, by name.
    """

    gate: float = Field(gt=0, le=1)
    editors: dict[str, EditorRole] = Field(default_factory=dict)

    def candidates(self, own: EditorRole) -> dict[str, tuple[str, EditorRole]]:
        """Returns all editors to try by name, each with the role that it is asked as.

        Args:
            own: `roles.editor`, which goes by its provider's name.

        Raises:
            ArfError: one of the others has that name, too.
        """
        provider = own.root.provider
        if provider in self.editors:
            raise ArfError(
                f"params.yaml: trial.editors.{provider}: roles.editor goes by that name; choose "
                "another"
            )
        others = {name: (f"trial.editors.{name}", role) for name, role in self.editors.items()}
        return {provider: ("editor", own), **others}


def verdict(success_rate: Mapping[str, float | None], gate: float) -> str:
    """Returns `pass` or `fail` where the interval lies on one side of the gate."""
    low, high = success_rate["lo"], success_rate["hi"]
    if low is not None and low >= gate:
        return "pass"
    return "fail" if high is not None and high < gate else "inconclusive"


def trial(
    pairs: Sequence[tuple[Case, Output]],
    channel: str,
    rounds: Mapping[str, Round],
    annotator: Annotator,
    editor: Editor,
    taxonomy: Taxonomy,
    gate: float,
    window: int | None = WINDOW,
) -> dict[str, Any]:
    """Runs all rounds with one editor over one channel's held-out outputs of the teacher.

    Args:
        pairs: the outputs with their cases.
        channel: the channel.
        rounds: the rounds.
        annotator: who flags and checks.
        editor: who rewrites.
        taxonomy: the codes.
        gate: the success that a fix must reach.
        window: as `arf.revise.cascade.revise` has it.

    Returns:
        By code: outputs `flagged`, attempts `n`, `success` before the guard with its interval,
        `collateral` as a share of attempts, and the `verdict`.
    """
    cases = [case for case, _ in pairs]
    sources = {TEACHER: [output for _, output in pairs]}
    figures: dict[str, Any] = {}
    for name in ordered(rounds):
        parent = sources[rounds[name].parent]
        codes = candidates(name, rounds[name], channel, taxonomy)
        findable = [code for code in codes if code in annotator.codes]
        stream = zip(cases, parent, strict=True)
        sources[name] = list(revise(stream, name, findable, annotator, editor, taxonomy, window))
        counted = success(zip(parent, sources[name], strict=True), name, findable)
        for code, count in counted.items():
            figures[code] = {
                "flagged": count["flagged"],
                "n": count["attempted"],
                "success": count["editor_success"],
                "collateral": count["collateral"]["rate"],
                "verdict": verdict(count["editor_success"], gate),
            }
    return figures
