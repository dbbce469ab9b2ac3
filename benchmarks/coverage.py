"""Whether an audit's 95 % intervals hold what they promise: `python benchmarks/coverage.py`.

Each output of a made-up population is annotated once. The true rate of a code is the share of the
whole population that the rules flag. Many samples are then drawn and audited by the pipeline's own
code, and it is counted how often the interval of a sample holds the true rate.
"""

import argparse
from collections.abc import Sequence

from rules import UNSEEN, planted

from arf.annotate.rules import RulesAnnotator
from arf.audit import AuditParams, audit, draw
from arf.records import Annotation, Case, Output
from arf.taxonomy import Taxonomy, load_taxonomy

WANTED = 0.93


def coverage(
    pairs: Sequence[tuple[Case, Output]],
    labels: Sequence[Annotation],
    taxonomy: Taxonomy,
    samples: int,
    size: int,
) -> dict[str, tuple[float, float]]:
    """Returns the true rate of each code that occurs, and the share of intervals that hold it.

    Args:
        pairs: a channel's population, all of it training cases.
        labels: what the annotator says of each, in the same order.
        taxonomy: the codes.
        samples: how many to draw, each with a seed of its own.
        size: outputs a sample.
    """
    channel, training = pairs[0][0].channel, {case.id for case, _ in pairs}
    by_id = {label.id: label for label in labels}
    truth = {
        code: sum(code in label.codes() for label in labels) / len(labels)
        for code in labels[0].taxonomy
    }
    held = dict.fromkeys((code for code, rate in truth.items() if rate > 0), 0)
    for seed in range(samples):
        drawn = draw(pairs, AuditParams(per_channel=size, seed=seed))
        sample = [by_id[case.id] for case, _ in drawn]
        prevalence = audit(sample, [], training, channel, taxonomy)["prevalence"]
        for code in held:
            held[code] += prevalence[code]["lo"] <= truth[code] <= prevalence[code]["hi"]
    return {code: (truth[code], count / samples) for code, count in held.items()}


def main() -> None:
    """Prints the coverage of each code and channel, and their mean."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=4000, help="outputs of all channels together")
    parser.add_argument("--samples", type=int, default=200)
    parser.add_argument("--size", type=int, default=60, help="outputs a sample")
    options = parser.parse_args()
    taxonomy = load_taxonomy()
    population: dict[str, list[tuple[Case, Output]]] = {}
    for item in planted(UNSEEN, options.n, taxonomy):
        population.setdefault(item.case.channel, []).append((item.case, item.output))
    shares = []
    for channel, pairs in population.items():
        labels = list(RulesAnnotator(taxonomy).annotate(pairs))
        found = coverage(pairs, labels, taxonomy, options.samples, options.size)
        for code, (rate, share) in found.items():
            print(f"{channel:10} {code:24} true rate {rate:.3f}, held by {share:.1%} of intervals")
            shares.append(share)
    mean = sum(shares) / len(shares)
    met = "met" if mean >= WANTED else "MISSED"
    print(f"mean of {len(shares)}: {mean:.1%}, wanted {WANTED:.0%}: {met}")


if __name__ == "__main__":
    main()
