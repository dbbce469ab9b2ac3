"""How often an error occurs, from cheap labels of all outputs and people's labels of a sample.

The cheap annotator, rules or a language model, may be wrong: the sample shows how often. All
intervals cover 95 %. Figures in `benchmarks/audit_coverage.py`.
"""

from collections.abc import Mapping, Sequence
from math import inf, sqrt
from statistics import NormalDist
from typing import Any, NamedTuple

from arf.audit_stats.prevalence import Stratum, interval, pool, prevalence
from arf.stats import rounded

ASSUMES = {
    "wilson": "The sample was drawn at random; people's labels are right.",
    "exact": "The sample was drawn at random; people's labels are right.",
    "post_stratified": (
        "The sample was drawn at random; people's labels are right; the cheap annotator labelled"
        " every output and its labels did not depend on people's. It need not be right."
    ),
    "ppi": (
        "The sample was drawn at random; people's labels are right; the cheap annotator labelled"
        " every output and its labels did not depend on people's. It need not be right, but the"
        " sample must hold enough of its errors for a normal approximation."
    ),
    "rogan_gladen": (
        "The cheap annotator finds and misses errors in these outputs as often as in those on"
        " which its sensitivity and specificity were measured; nobody needs to have looked at"
        " these outputs."
    ),
}
ENOUGH = 10
_Z = NormalDist().inv_cdf(0.975)


class Cross(NamedTuple):
    """A stratum's outputs, those the cheap annotator flagged, and the sample by both labels.

    `tp` of the sampled outputs have the error and are flagged, `fp` are flagged alone, `fn` have
    it alone, `tn` neither.
    """

    population: int
    flagged: int
    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def sampled(self) -> int:
        """How many outputs people labelled."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def positive(self) -> int:
        """How many of those have the error."""
        return self.tp + self.fn

    @property
    def disagreements(self) -> int:
        """How many of those the cheap annotator labels otherwise."""
        return self.fp + self.fn


class Estimate(NamedTuple):
    """A rate and its interval."""

    rate: float
    lo: float
    hi: float

    def clipped(self) -> "Estimate":
        """Returns it within 0 and 1."""
        return Estimate(*(min(1.0, max(0.0, value)) for value in self))

    @property
    def width(self) -> float:
        """The width of the interval."""
        return self.hi - self.lo


def estimate(strata: Mapping[str, Cross]) -> dict[str, Any]:
    """Estimates the share of all outputs that have an error, by the narrowest honest interval.

    The normal interval of `ppi_mean` is too narrow where the sample holds few disagreements, few
    outputs with the error or few without: it is looked at only where there are `ENOUGH` of each,
    what was counted standing for what was to be expected. Elsewhere `post_stratified` is, which
    needs no such number. Either is used only where it is narrower than the sample's own Wilson
    interval, which is used else.

    Args:
        strata: by name; those of fewer than two sampled outputs are pooled.

    Returns:
        `rate`, `lo` and `hi`, null where nothing was sampled; `n` sampled outputs;
        `disagreements` in the sample; `method`, a key of `ASSUMES`.
    """
    alone = prevalence(
        {name: Stratum(x.population, x.sampled, x.positive) for name, x in strata.items()}
    )
    disagreements = sum(x.disagreements for x in strata.values())
    if not alone["n"]:
        return alone | {"disagreements": disagreements}
    parts = _merged(strata)
    positive = sum(x.positive for x in parts)
    found: Estimate | None
    if min(disagreements, positive, alone["n"] - positive) >= ENOUGH:
        method, found = "ppi", _student(parts)
    else:
        method, found = "post_stratified", post_stratified(parts)
    if found is None or found.width >= alone["hi"] - alone["lo"]:
        return alone | {"disagreements": disagreements}
    return {
        "rate": rounded(found.rate),
        "lo": rounded(found.lo),
        "hi": rounded(found.hi),
        "n": alone["n"],
        "method": method,
        "disagreements": disagreements,
    }


def _merged(strata: Mapping[str, Cross]) -> list[Cross]:
    found = pool({name: (x.population, x.sampled) for name, x in strata.items()})
    sums = (zip(*(strata[name] for name in group), strict=True) for group in found.groups)
    return [Cross(*map(sum, columns)) for columns in sums]


def _student(strata: Sequence[Cross]) -> Estimate:
    from scipy.stats import t

    mean, error = ppi_mean(strata)
    reach = float(t.ppf(0.975, sum(x.sampled for x in strata) - len(strata))) * error
    return Estimate(mean, mean - reach, mean + reach).clipped()


def ppi_mean(strata: Sequence[Cross]) -> tuple[float, float]:
    """Returns the prediction-powered mean and its standard error.

    PPI++ with power tuning (Angelopoulos, Duchi and Zrnic, arXiv 2311.01453, 2023, section 6),
    in each stratum, the tuning parameter being the one that is best for their weighted sum. Own
    code, since ppi-python brings numba; of one stratum the mean is that package's, and so is the
    error but for its variance of the sample, which is divided by n - 1 here: strata are small.

    Args:
        strata: each with two sampled outputs or more.
    """
    population = sum(x.population for x in strata)
    plain = gain = cost = 0.0
    partial: list[tuple[Cross, float, int, float]] = []
    for x in strata:
        weight, rest = x.population / population, x.population - x.sampled
        plain += weight * x.positive / x.sampled
        if rest:  # nothing is uncertain about a stratum that was looked at in full
            flagged = x.flagged / x.population
            spread = flagged * (1 - flagged) * x.population / (x.population - 1)
            partial.append((x, weight, rest, spread))
            gain += weight**2 / x.sampled * _covariance(x)
            cost += weight**2 / x.sampled * (1 + x.sampled / rest) * spread
    tuning = min(1.0, max(0.0, gain / cost)) if cost else 0.0
    mean, variance = plain, 0.0
    for x, weight, rest, _ in partial:
        seen, unseen = (x.tp + x.fp) / x.sampled, (x.flagged - x.tp - x.fp) / rest
        share = x.positive / x.sampled
        mean += weight * tuning * (unseen - seen)
        rectifier = (
            share * (1 - share) + tuning**2 * seen * (1 - seen) - 2 * tuning * _covariance(x)
        ) / (x.sampled - 1)
        variance += weight**2 * (rectifier + tuning**2 * unseen * (1 - unseen) / rest)
    return mean, sqrt(max(0.0, variance))


def _covariance(x: Cross) -> float:
    return x.tp / x.sampled - x.positive / x.sampled * (x.tp + x.fp) / x.sampled


def post_stratified(strata: Sequence[Cross]) -> Estimate | None:
    """Returns the estimate after strata of what the cheap annotator says.

    How often it flags an output is known of all. What share of those flagged have the error, and
    what share of the others, is estimated from the sample, with a Jeffreys interval each; the two
    are combined by Newcombe's square-and-add (Zou and Donner, Statistics in Medicine 27:1693,
    2008; for strata Yan and Su, Statistics in Biopharmaceutical Research 2:329, 2010). Where the
    sample grows, this is PPI++. Outputs of several strata are weighted, their number by Kish's
    effective sample size.

    Null where the sample has none of those flagged, or none of the others, though there are some.
    """
    population = sum(x.population for x in strata)
    flagged = sum(x.flagged for x in strata)
    groups = (
        (flagged, [(x.population / x.sampled, x.tp, x.fp) for x in strata]),
        (population - flagged, [(x.population / x.sampled, x.fn, x.tn) for x in strata]),
    )
    mean = below = above = 0.0
    for size, cells in groups:
        if not size:
            continue
        weights = sum(weight * (with_it + without) for weight, with_it, without in cells)
        if not weights:
            return None
        share = min(1.0, sum(weight * with_it for weight, with_it, _ in cells) / weights)
        squares = sum(weight**2 * (with_it + without) for weight, with_it, without in cells)
        seen = sum(with_it + without for _, with_it, without in cells)
        left = 1 - seen / size
        effective = weights**2 / squares / left if left > 0 else inf
        lo, hi = interval(share, effective, "jeffreys")
        assert lo is not None
        assert hi is not None
        part = size / population
        mean += part * share
        below += (part * (share - lo)) ** 2
        above += (part * (hi - share)) ** 2
    return Estimate(mean, mean - sqrt(below), mean + sqrt(above)).clipped()


def rogan_gladen(
    flagged: int, n: int, tp: int, positive: int, tn: int, negative: int
) -> dict[str, float | None]:
    """Estimates a rate from cheap labels alone, given how good they were elsewhere.

    The estimate is Rogan and Gladen's (American Journal of Epidemiology 107:71, 1978), its
    interval Lang and Reiczigel's (Preventive Veterinary Medicine 113:13, 2014).

    Args:
        flagged: outputs that the cheap annotator flagged.
        n: outputs that it labelled.
        tp: of outputs known to have the error, those it flagged.
        positive: outputs known to have it.
        tn: of outputs known not to have it, those it did not flag.
        negative: outputs known not to have it.

    Returns:
        `rate`, `lo` and `hi`, null where it is no better than chance, or nothing is known of it.
    """
    if not (n and positive and negative) or tp / positive + tn / negative <= 1:
        return {"rate": None, "lo": None, "hi": None}
    found = (flagged / n + tn / negative - 1) / (tp / positive + tn / negative - 1)
    apparent, size = (flagged + _Z**2 / 2) / (n + _Z**2), n + _Z**2
    sensitivity, specificity = (tp + 1) / (positive + 2), (tn + 1) / (negative + 2)
    youden = sensitivity + specificity - 1
    if youden <= 0:
        return {"rate": None, "lo": None, "hi": None}
    rate = (apparent + specificity - 1) / youden
    of_sensitivity = sensitivity * (1 - sensitivity) / (positive + 2)
    of_specificity = specificity * (1 - specificity) / (negative + 2)
    error = sqrt(
        apparent * (1 - apparent) / size
        + rate**2 * of_sensitivity
        + (1 - rate) ** 2 * of_specificity
    )
    middle = rate + 2 * _Z**2 * (rate * of_sensitivity - (1 - rate) * of_specificity)
    reach = _Z * error / youden
    shown = Estimate(found, middle - reach, middle + reach).clipped()
    return {"rate": rounded(shown.rate), "lo": rounded(shown.lo), "hi": rounded(shown.hi)}
