"""Whether an audit's 95 % intervals hold the truth: `python benchmarks/audit_coverage.py`.

Of each channel 2,000 outputs are made, whose planted errors are the truth that people would find,
and the rules label them all. Audits of 60 of them are then drawn, simply and from strata, and
estimated by the pipeline's own code. The rules are made worse, too: they drop flags and add some.
Beside the method used stand Wilson's and the exact interval of the sample alone, and as `plain`
what PPI++ would hold if ten disagreements were all that it took. Widths are medians, those of a
method by Wilson's of the same samples. A draw without replacement is a draw of how many outputs of
each kind are in the sample.
"""

import argparse
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any, NamedTuple

import numpy as np
from rules import planted

from arf.annotate.rules import RulesAnnotator
from arf.audit_stats.powered import Cross, estimate, ppi_mean
from arf.audit_stats.prevalence import Stratum, prevalence
from arf.detection import detect
from arf.taxonomy import load_taxonomy

POPULATION = 2000
FAMILIES = ("a", "c")
WORSE = ((0.1, 0.05), (0.2, 0.2), (0.3, 0.1), (0.4, 0.3))  # shares of flags dropped, and added
SHARES = (0.5, 0.3, 0.2)  # of the outputs, from the shortest case on; as many are drawn from each
LOW, HIGH, EACH = 0.93, 0.97, 0.92
METHODS = ("ppi", "post_stratified", "wilson")
Table = np.ndarray[Any, np.dtype[np.int64]]


class Audited(NamedTuple):
    """One code of a channel before a cheap annotator: outputs by stratum, and by tp, fp, fn, tn."""

    channel: str
    code: str
    annotator: str
    cells: Table

    @property
    def rate(self) -> float:
        return float(self.cells[:, [0, 2]].sum() / self.cells.sum())


class Result(NamedTuple):
    """What the audits of one code came to: a row an audit, in the order of `METHODS` the method."""

    method: Table
    held: Mapping[str, np.ndarray[Any, np.dtype[np.bool_]]]
    width: Mapping[str, np.ndarray[Any, np.dtype[np.float64]]]


def audited() -> Iterator[Audited]:
    """Makes the outputs and labels them, once."""
    taxonomy, rng = load_taxonomy(), np.random.default_rng(0)
    bounds = np.cumsum([round(share * POPULATION) for share in SHARES])[:-1]
    for family in FAMILIES:
        items = list(planted(family, 2 * POPULATION, taxonomy))
        length = {(item.case.channel, item.case.id): len(item.case.body()) for item in items}
        labels: dict[tuple[str, str], list[tuple[int, bool, bool]]] = {}
        for one in detect(items, RulesAnnotator(taxonomy)):
            channel, given = one.output.channel, one.annotation.codes()
            for code in one.codes():
                labels.setdefault((channel, code), []).append(
                    (
                        length[channel, one.output.id],
                        bool(one.reference.verdicts[code]),
                        code in given,
                    )
                )
        for (channel, code), rows in sorted(labels.items()):
            _, truth, flags = np.array(sorted(rows)).T.astype(bool)
            versions = {f"rules, {family}": flags}
            for dropped, added in WORSE:
                chance = rng.random(POPULATION)
                worse = np.where(flags, chance >= dropped, chance < added)
                versions[f"-{dropped:.0%} +{added:.0%}, {family}"] = worse
            for annotator, given in versions.items():
                kinds = np.split(
                    np.where(truth, np.where(given, 0, 2), np.where(given, 1, 3)), bounds
                )
                cells = np.array([np.bincount(kind, minlength=4) for kind in kinds])
                yield Audited(channel, code, annotator, cells)


def run(one: Audited, audits: int, size: int) -> Result:
    """Draws audits of one code and estimates its rate in each."""
    rng = np.random.default_rng(0)
    per_stratum = size // len(one.cells)
    draws = np.stack(
        [rng.multivariate_hypergeometric(cells, per_stratum, audits) for cells in one.cells], axis=1
    )
    totals, flagged = one.cells.sum(axis=1).tolist(), one.cells[:, :2].sum(axis=1).tolist()

    @cache
    def figures(drawn: bytes) -> tuple[int, list[tuple[float, float]]]:
        sample = np.frombuffer(drawn, dtype=np.int64).reshape(-1, 4).tolist()
        crosses = {str(i): Cross(totals[i], flagged[i], *counts) for i, counts in enumerate(sample)}
        strata = {k: Stratum(x.population, x.sampled, x.positive) for k, x in crosses.items()}
        used, plain = estimate(crosses), prevalence(strata)
        exact = prevalence(strata, "exact")
        mean, error = ppi_mean(list(crosses.values()))
        normal = (mean - 1.96 * error, mean + 1.96 * error)
        if used["disagreements"] < 10 or normal[1] - normal[0] > plain["hi"] - plain["lo"]:
            normal = (plain["lo"], plain["hi"])
        return METHODS.index(used["method"]), [
            (used["lo"], used["hi"]),
            (plain["lo"], plain["hi"]),
            (exact["lo"], exact["hi"]),
            normal,
        ]

    found = [figures(draw.tobytes()) for draw in draws]
    limits = np.array([pairs for _, pairs in found])
    # limits have six significant digits, and so must what they are held against
    rate = float(f"{one.rate:.6g}")
    names = ("used", "wilson", "exact", "literal")
    held = (limits[:, :, 0] <= rate) & (rate <= limits[:, :, 1])
    width = limits[:, :, 1] - limits[:, :, 0]
    return Result(
        np.array([method for method, _ in found]),
        {name: held[:, i] for i, name in enumerate(names)},
        {name: width[:, i] for i, name in enumerate(names)},
    )


def work(job: tuple[Audited, int, int]) -> Result:
    return run(*job)


def line(one: Audited, result: Result, size: int) -> str:
    """Returns a row of the table."""
    tp, fp, fn, tn = one.cells.sum(axis=0).tolist()
    shares = [float(np.mean(result.method == i)) for i in range(len(METHODS))]
    ratios = [
        ratio(result, result.method == METHODS.index(name)) for name in ("ppi", "post_stratified")
    ]
    held = {name: float(values.mean()) for name, values in result.held.items()}
    return (
        f"{one.channel:8}{one.code:23}{one.annotator:16}{one.rate:6.1%}{tp / (tp + fn):6.0%}"
        f"{tn / (tn + fp):6.0%}{size * (fp + fn) / POPULATION:6.1f} |"
        + "".join(f"{share:5.0%}" for share in shares)
        + f" |{held['used']:7.1%}{held['wilson']:7.1%}{held['exact']:7.1%}{held['literal']:7.1%} |"
        + f"{np.median(result.width['wilson']):6.3f}{np.median(result.width['used']):6.3f} |"
        + "".join(f"{value:6.2f}" if value else "     -" for value in ratios)
    )


def ratio(result: Result, chosen: np.ndarray[Any, np.dtype[np.bool_]]) -> float | None:
    """Returns the median width of a method by that of Wilson's interval of the same samples."""
    if not chosen.any():
        return None
    used, plain = (np.median(result.width[name][chosen]) for name in ("used", "wilson"))
    return float(used / plain)


def summary(name: str, which: str, results: Sequence[tuple[Audited, Result]]) -> None:
    """Prints the mean coverage and the lowest."""
    shares = [(float(result.held[which].mean()), one) for one, result in results]
    mean = sum(share for share, _ in shares) / len(shares)
    least, one = min(shares, key=lambda pair: pair[0])
    met = "met" if LOW <= mean <= HIGH and least >= EACH else "MISSED"
    print(
        f"{name:24} mean {mean:.1%}, wanted {LOW:.0%} to {HIGH:.0%}; lowest {least:.1%}"
        f" ({one.channel} {one.code}, {one.annotator}), wanted {EACH:.0%}: {met}"
    )


def main() -> None:
    """Prints a row for each code and annotator, then what is wanted of them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--audits", type=int, default=2000)
    parser.add_argument("--size", type=int, default=60, help="outputs an audit")
    options = parser.parse_args()
    stratified = list(audited())
    simple = [one._replace(cells=one.cells.sum(axis=0, keepdims=True)) for one in stratified]
    for title, codes in (("simple", simple), ("stratified", stratified)):
        print(f"\n{title}: {options.audits} audits of {options.size} of {POPULATION} outputs")
        print(
            f"{'channel code':31}{'annotator':16}  rate  sens  spec  dis. |"
            "  ppi post  wil |   used wilson  exact  plain | width  used |   ppi  post"
        )
        with ProcessPoolExecutor() as pool:
            jobs = [(one, options.audits, options.size) for one in codes]
            results = list(zip(codes, pool.map(work, jobs), strict=True))
        for one, result in results:
            print(line(one, result, options.size))
        for name, which in (
            ("the method used", "used"),
            ("Wilson alone", "wilson"),
            ("exact alone", "exact"),
            ("PPI++ at 10 disagreements", "literal"),
        ):
            summary(name, which, results)
        for i, method in enumerate(METHODS[:2]):
            ratios = [r for _, result in results if (r := ratio(result, result.method == i))]
            if ratios:
                met = "met" if max(ratios) < 1 else "MISSED"
                print(
                    f"{method:24} width by Wilson's: {min(ratios):.2f} to {max(ratios):.2f}: {met}"
                )


if __name__ == "__main__":
    main()
