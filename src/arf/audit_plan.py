"""How many outputs must be looked at for figures that are as sure as one wants."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from arf.audit_stats.prevalence import half_width, sample_size

GUESS = 0.5  # of a code that nobody knows anything of; no rate needs a larger sample


class Need(NamedTuple):
    """What one code on one channel asks for.

    Attributes:
        code: the code.
        rate: how often it is expected.
        known: where that comes from: `audit`, `given` or `guess`.
        reached: half the width of the interval that the sample of today is expected to give.
        needed: outputs for the half-width that is wanted.
    """

    code: str
    rate: float
    known: str
    reached: float
    needed: int


def needs(
    rates: Mapping[str, Any],
    given: Mapping[str, float],
    sampled: int,
    wanted: float,
    population: int,
) -> list[Need]:
    """Returns what each code asks for, by its Wilson interval with finite-population correction.

    A rate that an audit found is known by an interval alone: the rate in it that needs most counts.

    Args:
        rates: the last audit's prevalence by code, null where nobody could tell.
        given: rates that are expected, by code; they go before the audit's.
        sampled: outputs that are drawn today.
        wanted: half-width of the 95 % intervals.
        population: outputs that there are.
    """
    found = []
    for code, row in rates.items():
        if code in given:
            rate, known = given[code], "given"
        elif row is not None:
            rate, known = min(max(GUESS, row["lo"]), row["hi"]), "audit"
        else:
            rate, known = GUESS, "guess"
        reached = half_width(rate, min(sampled, population), population)
        found.append(Need(code, rate, known, reached, sample_size(rate, wanted, population)))
    return found
