"""The audit's findings and decisions in plain words."""

from collections.abc import Iterator, Mapping
from typing import Any

from arf.audit_words import people_of
from arf.labels import GOLD
from arf.pages.html import bounds, listed, percent
from arf.targets import CHOSEN

_MOST = 3
_SPACE = "\N{NO-BREAK SPACE}"
METHODS = {
    "wilson": "Wilson",
    "exact": "Clopper-Pearson",
    "post_stratified": "stratified by the annotator's verdict",
    "ppi": "prediction-powered",
    "rogan_gladen": "Rogan-Gladen",
}


def method(row: Mapping[str, Any], block: Mapping[str, Any]) -> str:
    """Says how an estimate of a channel was made."""
    name = METHODS.get(row["method"], row["method"].replace("_", " "))
    if row["n"] == block["population"]:
        name = "counted: every output was labelled"
    return f"{name}, by the annotator alone" if row["basis"] == "annotator" else name


def finding(audit: Mapping[str, Any], targets: Mapping[str, Any], titles: Mapping[str, str]) -> str:
    """Says in one plain paragraph what was found and what will be fixed."""
    return " ".join(
        said
        for channel, block in audit.items()
        for said in _of(channel, block, targets.get(channel, {}), titles)
    )


def _of(
    channel: str,
    block: Mapping[str, Any],
    rounds: Mapping[str, Mapping[str, Mapping[str, Any]]],
    titles: Mapping[str, str],
) -> Iterator[str]:
    if block["basis"] is None:
        yield f"On {channel} nobody has labelled an output."
        return
    people = people_of(block) or [GOLD]
    who = people if block["basis"] == "people" else [f"the annotator {block['basis']}"]
    yield (
        f"On {channel} {listed(who)} labelled {block['n']} of {block['population']} outputs to "
        "train on."
    )
    rates = [(code, row) for code, row in by_rate(block) if row["rate"] > 0]
    if rates:
        yield f"Most frequent there: {listed([_told(titles, *one) for one in rates[:_MOST]])}."
    else:
        yield "No error was found in them."
    fixed = [
        f"{listed([titles.get(code, code) for code in codes])} in {name}"
        for name, rows in rounds.items()
        if (codes := [code for code, row in rows.items() if row["decision"] == CHOSEN])
    ]
    yield f"To be fixed: {'; '.join(fixed)}." if fixed else "Nothing there is to be fixed."


def _told(titles: Mapping[str, str], code: str, row: Mapping[str, Any]) -> str:
    around = f" ({bounds(row, share=True)})" if row["lo"] < row["hi"] else ""
    return f"{titles.get(code, code)} in {percent(row['rate'])}{around}".replace(" %", f"{_SPACE}%")


def by_rate(block: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Returns the estimates of a channel by code, the most frequent first."""
    known = [(code, row) for code, row in block["prevalence"].items() if row]
    return sorted(known, key=lambda one: -one[1]["rate"])


def decision(row: Mapping[str, Any], min_rate: float, by_hand: bool) -> str:
    """Says why a code is a target or none.

    Args:
        row: the code's, of `metrics/targets.json`.
        min_rate: of the section `targets`.
        by_hand: whether `params.yaml` lists the round's codes.
    """
    if row["decision"] == CHOSEN:
        return "chosen: listed in params.yaml" if by_hand else CHOSEN
    if row["lo"] is not None and row["lo"] < min_rate:
        return f"too rare: lower bound {_fine(row['lo'])} under {_fine(min_rate)}"
    return str(row["decision"])


def _fine(share: float) -> str:
    return f"{round(100 * share, 1):g}{_SPACE}%"
