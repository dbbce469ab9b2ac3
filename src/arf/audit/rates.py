"""How often each error occurs on a channel, by people and by an annotator."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from arf.audit.sample import Strata
from arf.audit_stats.powered import Cross, estimate, rogan_gladen
from arf.audit_stats.prevalence import Stratum, prevalence
from arf.consensus import majority
from arf.records import Annotation

Verdicts = Mapping[str, Mapping[str, bool]]  # by output and code; a code that is absent: not told
PEOPLE = "people"


def verdicts(labels: Mapping[str, Iterable[Annotation]], among: Iterable[str]) -> Verdicts:
    """Returns what labels say together of some outputs.

    Args:
        labels: by id of the output.
        among: ids of the outputs that count.
    """
    return {item: majority(labels[item]) for item in among if item in labels}


def own_rates(
    found: Verdicts, stratum: Mapping[str, str], strata: Strata, codes: Sequence[str]
) -> dict[str, dict[str, Any] | None]:
    """Estimates each code's rate from a sample of verdicts and from nothing else.

    Args:
        found: the verdicts of the sampled outputs.
        stratum: of each of them.
        strata: how many outputs each stratum has.
        codes: those to estimate.

    Returns:
        By code `rate`, `lo`, `hi`, `n` and `method`, see `arf.audit_stats.prevalence`; null where
        nobody could tell.
    """
    return {code: _own_rate(found, stratum, strata, code) for code in codes}


def _own_rate(
    found: Verdicts, stratum: Mapping[str, str], strata: Strata, code: str
) -> dict[str, Any] | None:
    counts = {name: [0, 0] for name in strata.population}
    for item, by_code in found.items():
        if code in by_code:
            counts[stratum[item]][0] += 1
            counts[stratum[item]][1] += by_code[code]
    result = prevalence(
        {name: Stratum(size, *counts[name]) for name, size in strata.population.items()}
    )
    return result if result["n"] else None


def rates(
    people: Verdicts,
    blind: Verdicts,
    machine: Verdicts,
    stratum: Mapping[str, str],
    strata: Strata,
    codes: Sequence[str],
) -> dict[str, dict[str, Any] | None]:
    """Estimates each code's rate from people's verdicts, with the help of an annotator's.

    Where the annotator has labelled every output, its labels make the interval narrower, however
    wrong it is (`arf.audit_stats.powered.estimate`). Where no person looked for a code, the
    annotator's verdicts alone count.

    Args:
        people: their verdicts on a sample of the outputs.
        blind: those of labels that were made without seeing the annotator's; these alone show how
            wrong it is.
        machine: the annotator's on these and, it may be, on all others.
        stratum: of each output that has a verdict.
        strata: how many outputs each stratum has.
        codes: those to estimate.

    Returns:
        By code `rate`, `lo`, `hi`, `n`, `method` and `basis` (`people` or `annotator`); beside
        people's the estimate of the `sample` alone and `rogan_gladen`'s, null where there is none.
        Null where nobody could tell.
    """
    alone, cheap = (own_rates(found, stratum, strata, codes) for found in (people, machine))
    result: dict[str, dict[str, Any] | None] = {}
    for code in codes:
        own = alone[code]
        if own is None:
            other = cheap[code]
            result[code] = None if other is None else {**other, "basis": "annotator"}
            continue
        crossed = _crossed(blind, machine, stratum, strata, code)
        complete = sum(part.population for part in crossed.values()) == sum(
            strata.population.values()
        )
        best = estimate(crossed) if complete else own
        result[code] = {
            **best,
            "basis": PEOPLE,
            "sample": {key: own[key] for key in ("rate", "lo", "hi", "method")},
            "rogan_gladen": _corrected(crossed),
        }
    return result


def _crossed(
    people: Verdicts, machine: Verdicts, stratum: Mapping[str, str], strata: Strata, code: str
) -> dict[str, Cross]:
    """Counts both verdicts on a code, by stratum; `population` are those the annotator labelled."""
    counts = {name: dict.fromkeys(Cross._fields, 0) for name in strata.population}
    for item, by_code in machine.items():
        if code not in by_code:
            continue
        count = counts[stratum[item]]
        count["population"] += 1
        count["flagged"] += by_code[code]
        truth = people.get(item, {}).get(code)
        if truth is not None:
            count[("t" if truth == by_code[code] else "f") + ("p" if by_code[code] else "n")] += 1
    return {name: Cross(**count) for name, count in counts.items()}


def _corrected(crossed: Mapping[str, Cross]) -> dict[str, float | None] | None:
    total = Cross(*map(sum, zip(*crossed.values(), strict=True)))
    found = rogan_gladen(
        total.flagged, total.population, total.tp, total.positive, total.tn, total.fp + total.tn
    )
    return None if found["rate"] is None else found
