"""How far annotators agree: people, rules and language models by one function."""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

from arf.records import Annotation
from arf.stats import kappa, rounded


def agreement(annotations: Iterable[Annotation], codes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Compares each two annotators, code by code, on the outputs that both scored.

    An output counts for a code where both could assess it and used the same definition. Observed
    agreement is the share of those outputs on which both gave the code or both did not; kappa is
    Cohen's (1960), null where it is undefined.

    Args:
        annotations: of any number of annotators, channels and sources.
        codes: those to compare.

    Returns:
        `{code: {"A_vs_B": {n, observed, kappa}}}`; observed and kappa are null where n is 0.
    """
    scored: dict[str, dict[tuple[str, ...], Annotation]] = {}
    for one in annotations:
        if one.status == "scored":
            key = (one.channel, one.source, one.id, one.text_sha256)
            scored.setdefault(one.annotator, {})[key] = one
    result: dict[str, dict[str, Any]] = {code: {} for code in codes}
    for left, right in combinations(sorted(scored), 2):
        others = scored[right]
        pairs = [(one, others[key]) for key, one in scored[left].items() if key in others]
        for code in codes:
            both = [
                (code in one.codes(), code in other.codes())
                for one, other in pairs
                if code in one.taxonomy and one.taxonomy[code] == other.taxonomy.get(code)
            ]
            result[code][f"{left}_vs_{right}"] = _measure(both)
    return result


def _measure(pairs: list[tuple[bool, bool]]) -> dict[str, Any]:
    if not pairs:
        return {"n": 0, "observed": None, "kappa": None}
    return {
        "n": len(pairs),
        "observed": rounded(sum(a == b for a, b in pairs) / len(pairs)),
        "kappa": rounded(kappa([a for a, _ in pairs], [b for _, b in pairs])),
    }
