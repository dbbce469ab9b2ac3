"""Which errors to fix: how often they occur, how much they weigh, how well they can be fixed."""

from collections.abc import Mapping
from typing import Any

from pydantic import Field, field_validator

from arf.params import Section
from arf.rounds import Round, candidates
from arf.stats import rounded
from arf.taxonomy import Severity, Taxonomy

CHOSEN = "chosen"
_UNTRIED = 0.5


class TargetsParams(Section):
    """The `targets` section.

    Attributes:
        min_rate: a code is worth a fix where the lower bound of its rate is at least this.
        most: the most codes for a channel and round.
        severity: what an error of each severity weighs against the others.
    """

    min_rate: float = Field(ge=0, le=1)
    most: int = Field(gt=0)
    severity: dict[Severity, float]

    @field_validator("severity")
    @classmethod
    def _all_of_them(cls, weights: dict[Severity, float]) -> dict[Severity, float]:
        for name in ("minor", "moderate", "major", "critical"):
            if weights.get(name, 0) <= 0:
                raise ValueError(f"{name}: give it a weight above 0")
        return weights


def choose(
    params: TargetsParams,
    rounds: Mapping[str, Round],
    channel: str,
    prevalence: Mapping[str, Any],
    trials: Mapping[str, Any],
    taxonomy: Taxonomy,
) -> dict[str, dict[str, dict[str, Any]]]:
    """Weighs every candidate code of every round on a channel.

    Of the codes that are frequent and fixable the `most` with the highest priority are chosen:
    the lower bound of the rate, times the weight of the severity, times the success of the fix in
    the trial. That is how much weighted error a case loses at least, if the trial holds. A fix that
    the trial had no output to try on counts as one that succeeds in half of the cases.

    Args:
        params: the `targets` section.
        rounds: the `rounds` section.
        channel: the channel.
        prevalence: the audit's, by code.
        trials: the editor's trial on this channel, by code.
        taxonomy: the codes.

    Returns:
        By round and code, in the order of fixing: the `decision`, which is `chosen` or the reason
        why not, with what it rests on: `rate` and `lo` of the audit, `severity`, `success` and
        `tried` outputs of the trial, `priority`. Codes that `params.yaml` lists by hand are always
        chosen.
    """
    weighed: dict[str, dict[str, dict[str, Any]]] = {}
    for name, entry in rounds.items():
        codes = candidates(name, entry, channel, taxonomy)
        rows = {
            code: _evidence(prevalence.get(code), trials.get(code), taxonomy, code, params)
            for code in codes
        }
        for code, row in rows.items():
            by_hand = entry.codes != "auto"
            row["decision"] = (
                CHOSEN if by_hand else _reason(prevalence.get(code), trials.get(code), params)
            )
        if entry.codes == "auto":
            standing = sorted(
                (code for code in codes if rows[code]["decision"] == CHOSEN),
                key=lambda code: -rows[code]["priority"],
            )
            for code in standing[params.most :]:
                rows[code]["decision"] = (
                    f"not among the {params.most} of highest priority (targets.most)"
                )
        weighed[name] = rows
    return weighed


def _evidence(
    found: Mapping[str, float] | None,
    trial: Mapping[str, Any] | None,
    taxonomy: Taxonomy,
    code: str,
    params: TargetsParams,
) -> dict[str, Any]:
    severity = taxonomy.codes[code].severity
    success = trial["success"]["rate"] if trial else None
    worth = params.severity[severity] * (_UNTRIED if success is None else success)
    return {
        "decision": None,
        "rate": found["rate"] if found else None,
        "lo": found["lo"] if found else None,
        "severity": severity,
        "success": success,
        "tried": trial["n"] if trial else 0,
        "priority": rounded(found["lo"] * worth) if found else 0.0,
    }


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
    return CHOSEN


def chosen(weighed: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> dict[str, list[str]]:
    """Returns the chosen codes by round."""
    return {
        name: [code for code, row in codes.items() if row["decision"] == CHOSEN]
        for name, codes in weighed.items()
    }
