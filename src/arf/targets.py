"""Which errors to fix, from how often they occur and how well they can be fixed."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from arf.params import Section
from arf.rounds import Round, candidates
from arf.taxonomy import Taxonomy


class TargetsParams(Section):
    """The `targets` section.

    Attributes:
        min_rate: a code is worth a fix where the lower bound of its rate is at least this.
        most: the most codes for a channel and round.
    """

    min_rate: float = Field(ge=0, le=1)
    most: int = Field(gt=0)


def choose(
    params: TargetsParams,
    rounds: Mapping[str, Round],
    channel: str,
    prevalence: Mapping[str, Any],
    trials: Mapping[str, Any],
    taxonomy: Taxonomy,
) -> dict[str, dict[str, str]]:
    """Weighs every candidate code of every round on a channel.

    Args:
        params: the `targets` section.
        rounds: the `rounds` section.
        channel: the channel.
        prevalence: the audit's, by code.
        trials: the editor's trial on this channel, by code.
        taxonomy: the codes.

    Returns:
        By round and code, in the order of fixing: `chosen`, or the reason why not. Codes that
        `params.yaml` lists by hand are always chosen.
    """
    reasons: dict[str, dict[str, str]] = {}
    for name, entry in rounds.items():
        codes = candidates(name, entry, channel, taxonomy)
        if entry.codes != "auto":
            reasons[name] = dict.fromkeys(codes, "chosen")
            continue
        verdicts = {code: _reason(prevalence.get(code), trials.get(code), params) for code in codes}
        frequent = sorted(
            (code for code in codes if verdicts[code] == "chosen"),
            key=lambda code: -prevalence[code]["lo"],
        )
        for code in frequent[params.most :]:
            verdicts[code] = f"not among the {params.most} most frequent (targets.most)"
        reasons[name] = verdicts
    return reasons


def _reason(
    prevalence: Mapping[str, float] | None, trial: Mapping[str, Any] | None, params: TargetsParams
) -> str:
    if prevalence is None:
        return "nobody could assess it"
    if prevalence["lo"] < params.min_rate:
        return f"too rare: lower bound {prevalence['lo']:.3f} under targets.min_rate"
    if trial is None:
        return "not tried: the annotator cannot find it"
    if trial["flagged"] and not trial["n"]:
        return f"the editor answered none of {trial['flagged']} flagged outputs in the trial"
    if trial["verdict"] == "fail":
        return f"the fix fails: success at most {trial['success']['hi']:.2f}, under trial.gate"
    return "chosen"


def chosen(reasons: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Returns the chosen codes by round."""
    return {
        name: [code for code, reason in codes.items() if reason == "chosen"]
        for name, codes in reasons.items()
    }
