"""How firm the choice of targets is: it is made again from other labels, and compared.

The choice is made again from resampled items (the bootstrap, Efron 1979), without each person, by
each person alone, and by the annotator alone. Sets of codes are compared by Jaccard's index, the
order of the codes by Spearman's rank correlation of their rates.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from arf.audit.rates import Verdicts, own_rates
from arf.audit.summary import Channel
from arf.labels import GOLD
from arf.stats import rounded

RESAMPLES = 500
FIRM = 0.9  # the least share of resamples in which a firm choice comes out the same
Choice = Mapping[str, Sequence[str]]  # codes by round
Choose = Callable[[Mapping[str, Any]], Choice]


def robustness(
    channel: Channel, codes: Sequence[str], choose: Choose, seed: int, resamples: int = RESAMPLES
) -> dict[str, Any]:
    """Chooses a channel's targets again from other labels and compares with the choice by all.

    Rates are those of the sample alone, so that people and annotator are not mixed.

    Args:
        channel: everybody's labels.
        codes: those that occur on the channel.
        choose: makes the choice from a prevalence by code.
        seed: of the resampling.
        resamples: how many.

    Returns:
        `by`: whose labels the choice rests on, of `n` outputs; `targets` by round; `scenarios`: for
        each its `n` outputs, its `targets`, what `everybody` chooses on those outputs, `jaccard` by
        round and `rank_correlation` of the two;
        `bootstrap`: by round the mean `jaccard` and by code the share of resamples that choose it,
        null where there are fewer than two outputs.
    """
    machine = {who: channel.among(own) for who, own in channel.machines.items()}
    people = channel.by_people()
    basis = people or next(iter(machine.values()), {})

    def rates(found: Verdicts, stratum: Mapping[str, str] = channel.stratum) -> dict[str, Any]:
        return own_rates(found, stratum, channel.strata, codes)

    standing = choose(rates(basis))
    scenarios = {}
    for name, labels in _others(channel, machine if people else {}):
        # Both choose from the same outputs: who looked is to be told, not how many were looked at.
        found = {item: row for item, row in labels.items() if item in basis}
        base, other = rates({item: basis[item] for item in found}), rates(found)
        before, choice = choose(base), choose(other)
        scenarios[name] = {
            "n": len(found),
            "everybody": told(before),
            "targets": told(choice),
            "jaccard": {key: rounded(jaccard(own, choice[key])) for key, own in before.items()},
            "rank_correlation": rank_correlation(base, other),
        }
    return {
        "by": "people" if people else next(iter(machine), None),
        "n": len(basis),
        "targets": told(standing),
        "scenarios": scenarios,
        "bootstrap": _bootstrap(
            basis, channel, lambda *drawn: choose(rates(*drawn)), standing, seed, resamples
        ),
    }


def _others(channel: Channel, machines: Mapping[str, Verdicts]) -> Iterator[tuple[str, Verdicts]]:
    """Yields other labels to choose from, by what they are.

    Without `gold`: it holds what everybody's labels came to, also those of who is left out.
    """
    labels = [label for label in channel.people.labels if label.annotator != GOLD]
    names = sorted({label.annotator for label in labels if label.id in channel.stratum})
    for name in names if len(names) > 2 else ():  # of two, one alone is the other left out
        yield f"without {name}", channel.among(one for one in labels if one.annotator != name)
    for name in names if len(names) > 1 else ():
        yield f"{name} alone", channel.among(one for one in labels if one.annotator == name)
    for name, found in machines.items():
        yield f"{name} alone", found


def told(choice: Choice) -> dict[str, str]:
    """Returns the codes of each round in one line; metrics hold no lists."""
    return {name: ", ".join(codes) for name, codes in choice.items()}


def jaccard(a: Sequence[str], b: Sequence[str]) -> float:
    """Returns the share of the codes in either set that are in both; 1 where both are empty."""
    union = {*a, *b}
    return len({*a} & {*b}) / len(union) if union else 1.0


def rank_correlation(a: Mapping[str, Any], b: Mapping[str, Any]) -> float | None:
    """Returns Spearman's correlation of two prevalences over the codes that both assess.

    Null where these are fewer than three, or all have one rate.
    """
    from scipy.stats import spearmanr

    both = [code for code in a if a[code] is not None and b.get(code) is not None]
    left, right = ([rates[code]["rate"] for code in both] for rates in (a, b))
    if len(both) < 3 or len({*left}) == 1 or len({*right}) == 1:
        return None
    return rounded(float(spearmanr(left, right).statistic))


def _bootstrap(
    basis: Verdicts,
    channel: Channel,
    choose: Callable[[Verdicts, Mapping[str, str]], Choice],
    standing: Choice,
    seed: int,
    resamples: int,
) -> dict[str, Any] | None:
    """Draws as many items again, with replacement, within each stratum."""
    import numpy as np

    items: dict[str, list[str]] = {}
    for item in basis:
        items.setdefault(channel.stratum[item], []).append(item)
    if len(basis) < 2:
        return None
    generator = np.random.default_rng(seed)
    chosen = {name: Counter[str]() for name in standing}
    same = dict.fromkeys(standing, 0.0)
    for _ in range(resamples):
        drawn = [
            (f"{name} {place}", own[index], name)
            for name, own in items.items()
            for place, index in enumerate(generator.integers(0, len(own), len(own)))
        ]
        choice = choose(
            {key: basis[item] for key, item, _ in drawn}, {key: name for key, _, name in drawn}
        )
        for name, codes in choice.items():
            chosen[name].update(codes)
            same[name] += jaccard(standing[name], codes)
    return {
        name: {
            "jaccard": rounded(same[name] / resamples),
            "chosen": {code: rounded(count / resamples) for code, count in sorted(own.items())},
        }
        for name, own in chosen.items()
    }


def verdict(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Says in plain words how firm the targets of all channels are.

    Args:
        found: `robustness` by channel.
    """
    loose = [line for channel, block in found.items() for line in _loose(channel, block)]
    if not any(block["targets"] for block in found.values()):
        return "Nothing is chosen, so nothing can be firm: there are no rounds."
    unsure = [channel for channel, block in found.items() if block["bootstrap"] is None]
    before = f"Of {', '.join(unsure)} there are too few labels to tell. " if unsure else ""
    if unsure == [*found]:
        return before.rstrip()
    if alone := [channel for channel, block in found.items() if not block["scenarios"]]:
        before += f"On {', '.join(alone)} one annotator alone labelled: no other could be tried. "
    if not loose:
        return (
            f"{before}The targets are firm: whatever other labels were tried, and at least "
            f"{FIRM:.0%} of resamples, choose the same codes."
        )
    return f"{before}The targets depend on who looked, or on which outputs: {'; '.join(loose)}."


def _loose(channel: str, block: Mapping[str, Any]) -> Iterator[str]:
    """Yields what other labels would choose otherwise."""
    for name, other in block["scenarios"].items():
        for key, codes in other["everybody"].items():
            if other["jaccard"][key] < 1:
                yield f"{channel} {key} {_change(codes, other['targets'][key])} by {name}"
    for key, found in (block["bootstrap"] or {}).items():
        standing = block["targets"][key].split(", ")
        for code, share in found["chosen"].items():
            stays = share if code in standing else 1 - share
            if stays < FIRM:
                yield f"{channel} {key} {code} is chosen in {share:.0%} of resamples"


def _change(standing: str, other: str) -> str:
    before, after = ({*codes.split(", ")} - {""} for codes in (standing, other))
    parts = [f"loses {code}" for code in sorted(before - after)]
    return " and ".join(parts + [f"gains {code}" for code in sorted(after - before)])
