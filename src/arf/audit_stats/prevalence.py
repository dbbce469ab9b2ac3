"""How often an error occurs in all outputs, from a stratified sample of them.

All intervals cover 95 %. A stratum is a part of the outputs from which a simple random sample was
drawn; a sample without strata has one.
"""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any, Literal, NamedTuple

from arf.stats import UNKNOWN, Interval, rounded

Method = Literal["wilson", "exact"]
Kind = Literal[Method, "jeffreys"]
_STATSMODELS: dict[Kind, str] = {"wilson": "wilson", "exact": "beta", "jeffreys": "jeffreys"}
_LEVEL = 0.975


class Stratum(NamedTuple):
    """Outputs in a stratum, those of them that were looked at, and those that have the error."""

    population: int
    sampled: int
    positive: int


class Pools(NamedTuple):
    """Groups of strata to be treated as one, and the names of those that were put together."""

    groups: list[list[str]]
    pooled: list[str]


def pool(sizes: Mapping[str, tuple[int, int]]) -> Pools:
    """Puts strata of fewer than two sampled outputs together: one output shows no variance.

    They are pooled with one another, and where that is not enough, with the largest stratum. A
    pooled estimate assumes that its strata do not differ, so whoever shows it should say so.

    Args:
        sizes: by name a stratum's population and how many of it were sampled.
    """
    thin = [name for name, (_, sampled) in sizes.items() if sampled < 2]
    groups = [[name] for name in sizes if name not in thin]
    if thin and groups and sum(sizes[name][1] for name in thin) < 2:
        largest = max(groups, key=lambda group: sizes[group[0]][0])
        largest.extend(thin)
        return Pools(groups, largest)
    if thin:
        groups.append(thin)
    return Pools(groups, thin if len(thin) > 1 else [])


def merged(strata: Mapping[str, Stratum]) -> tuple[list[Stratum], list[str]]:
    """Returns the strata that `pool` makes of some, and the names of those put together."""
    found = pool({name: (one.population, one.sampled) for name, one in strata.items()})
    sums = (zip(*(strata[name] for name in group), strict=True) for group in found.groups)
    return [Stratum(*map(sum, columns)) for columns in sums], found.pooled


def prevalence(
    strata: Mapping[str, Stratum], method: Method = "wilson", finite: bool = True
) -> dict[str, Any]:
    """Estimates the share of all outputs that have an error.

    The estimate is the strata's rates weighted by their populations (Cochran, Sampling
    Techniques, 1977, section 5.3). The interval is Wilson's or Clopper and Pearson's of the
    effective sample size (Korn and Graubard, Survey Methodology 24:193, 1998), which is never
    more than the sample without strata would have. Of one stratum and `finite` false it is
    `arf.stats.rate`'s.

    Args:
        strata: by name. Those of fewer than two sampled outputs are pooled (`pool`).
        method: `wilson` covers 95 % on average over rates, `exact` at each rate at least.
        finite: whether the estimate is of these very outputs, so that what was looked at is no
            longer uncertain, or of whatever else their source would put out.

    Returns:
        `rate`, `lo`, `hi`, null where nothing was sampled; `n` sampled outputs; `method`.
    """
    parts, _ = merged(strata)
    n = sum(part.sampled for part in parts)
    if not n:
        return {"rate": None, "lo": None, "hi": None, "n": 0, "method": method}
    population = sum(part.population for part in parts)
    share = sum(p.population / population * p.positive / p.sampled for p in parts)
    lo, hi = interval(share, effective_size(parts, finite), method)
    return {
        "rate": rounded(share),
        "lo": rounded(lo),
        "hi": rounded(hi),
        "n": n,
        "method": method,
    }


def effective_size(strata: Iterable[Stratum], finite: bool = True) -> float:
    """Returns the size of a simple random sample that would tell as much as a stratified one.

    A stratum whose sampled outputs are all alike borrows the variance of the whole sample: none
    was seen, yet it is not 0. Where the whole sample is alike, the size is Kish's (Survey
    Sampling, 1965, section 11.7), which depends on the weights alone. A census is infinite.

    Args:
        strata: each with two sampled outputs or more, or a single one.
        finite: as in `prevalence`.
    """
    parts = list(strata)
    n, population = sum(p.sampled for p in parts), sum(p.population for p in parts)
    shares = [(p.population / population, p.positive / p.sampled) for p in parts]
    unseen = [1 - p.sampled / p.population if finite else 1.0 for p in parts]
    rate = sum(weight * share for weight, share in shares)
    kish = sum(
        weight**2 * left / part.sampled
        for part, (weight, _), left in zip(parts, shares, unseen, strict=True)
    )
    if not kish:
        return inf
    if n == 1 or not 0 < rate < 1:
        return 1 / kish
    whole = rate * (1 - rate)
    variance = sum(
        weight**2 * left * (share * (1 - share) or whole) / (part.sampled - 1)
        for part, (weight, share), left in zip(parts, shares, unseen, strict=True)
    )
    size = n * whole / (n - 1) / variance * _fewer_degrees(n, len(parts))
    return min(size, n / (1 - n / population) if finite and n < population else float(n))


def _fewer_degrees(n: int, strata: int) -> float:
    from scipy.stats import t

    if strata == 1:
        return 1.0
    return float((t.ppf(_LEVEL, n - 1) / t.ppf(_LEVEL, n - strata)) ** 2)


def interval(share: float, size: float, method: Kind = "wilson") -> Interval:
    """Returns the interval of a share seen in a sample of some effective size.

    Jeffreys' is the one that Brown, Cai and DasGupta modify (Statistical Science 16:101, 2001):
    it reaches 0 where nothing was seen, and 1 where nothing else was.
    """
    from statsmodels.stats.proportion import proportion_confint

    if size == inf:
        return Interval(share, share)
    if not size:
        return UNKNOWN
    lo, hi = proportion_confint(share * size, size, method=_STATSMODELS[method])
    # statsmodels misses the ends of the range by a rounding error
    return Interval(float(lo) if share else 0.0, float(hi) if share < 1 else 1.0)


def half_width(rate: float, n: int, population: int | None = None) -> float:
    """Returns half the width of the Wilson interval that a sample is expected to give.

    Args:
        rate: how often the error is expected to occur.
        n: outputs sampled.
        population: outputs in all, null where their number does not matter.
    """
    size = float(n) if population is None else inf if n >= population else n / (1 - n / population)
    lo, hi = interval(rate, size)
    return 1.0 if lo is None or hi is None else (hi - lo) / 2


def sample_size(rate: float, wanted: float, population: int | None = None) -> int:
    """Returns the least n whose `half_width` is at most the one `wanted`.

    Raises:
        ValueError: `wanted` is not above 0.
    """
    if wanted <= 0:
        raise ValueError(f"no sample has a half-width of {wanted}")
    upper = 1
    while half_width(rate, upper, population) > wanted:
        upper *= 2
    lower = upper // 2
    while upper - lower > 1:
        middle = (lower + upper) // 2
        if half_width(rate, middle, population) > wanted:
            lower = middle
        else:
            upper = middle
    return upper if population is None else min(upper, population)
