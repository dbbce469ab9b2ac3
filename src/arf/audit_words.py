"""What `metrics/audit.json` says in words: who labelled, and what its readers are warned of."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Any

from arf.labels import GOLD

EVERYBODY = "all"


def people_of(block: Mapping[str, Any]) -> list[str]:
    """Returns the people whose labels count on a channel; `gold`, what they settled, is none."""
    return [
        who
        for who, own in block["labels"].items()
        if own["person"] and own["scored"] and who != GOLD
    ]


def pairs_of(block: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Returns who was compared on a channel, by the name of the comparison; people first.

    `all` is of all people together, but for `gold`, where they are more than two.
    """
    people = people_of(block)
    names = [who for who, own in block["labels"].items() if own["scored"]]
    pairs: dict[str, tuple[str, ...]] = {EVERYBODY: tuple(people)}
    pairs |= {f"{a}_vs_{b}": (a, b) for a, b in combinations(names, 2)}
    known = {name for found in block["agreement"].values() for name in found}
    kept = {name: who for name, who in pairs.items() if name in known}
    return dict(sorted(kept.items(), key=lambda pair: not {*pair[1]} <= {*people}))


def people_pair(block: Mapping[str, Any]) -> str | None:
    """Returns the comparison of people with one another: of all, else of two; null without one."""
    people = {*people_of(block)}
    return next((name for name, who in pairs_of(block).items() if {*who} <= people), None)


def below(audit: Mapping[str, Any], annotators: Iterable[str]) -> dict[str, str]:
    """Returns what annotators miss of `audit.least`, in words, by code.

    Args:
        audit: `metrics/audit.json`.
        annotators: their names, as their labels have them.
    """
    found: dict[str, list[str]] = {}
    for who in annotators:
        for channel, block in audit.items():
            for code, row in block["calibration"].get(who, {}).get("codes", {}).items():
                if row["below"]:
                    found.setdefault(code, []).append(f"{who} on {channel}: {row['below']}")
    return {code: ". ".join(said) for code, said in found.items()}


def warnings(audit: Mapping[str, Any], titles: Mapping[str, str]) -> list[str]:
    """Returns what to know before the figures are believed, one line each.

    Args:
        audit: `metrics/audit.json`.
        titles: the title of each code.
    """
    return [line for channel, block in audit.items() for line in _of(channel, block, titles)]


def _of(channel: str, block: Mapping[str, Any], titles: Mapping[str, str]) -> Iterator[str]:
    people = people_of(block)
    if block["basis"] is None:
        yield f"{channel}: nobody has labelled an output, so nothing is known."
    elif not people and block["basis"] != "people":
        yield (
            f"{channel}: no person has labelled an output. The figures are the word of the "
            f"annotator {block['basis']}, and how often it errs is unknown."
        )
    elif block["basis"] not in {None, "people"}:
        yield (
            f"{channel}: people labelled no output to train on. The prevalence is the word of the "
            f"annotator {block['basis']}."
        )
    if len(people) == 1:
        yield f"{channel}: only {people[0]} has labelled; whether others would agree is unknown."
    for who in block["calibration"]:
        yield from shortfalls(channel, block, who, titles)
    for who, own in block["labels"].items():
        if own["outdated"]:
            yield (
                f"{channel}: {own['outdated']} labels by {who} are outdated: the text has changed "
                "since. They are left out; label these outputs again."
            )
        if own["stale"]:
            codes = ", ".join(f"{titles.get(code, code)} ({n})" for code, n in own["stale"].items())
            yield (
                f"{channel}: labels by {who} were made under an old definition: {codes}. They are "
                "left out of these codes; label them again, or take the old definition back."
            )


def shortfalls(
    channel: str, block: Mapping[str, Any], annotator: str, titles: Mapping[str, str]
) -> Iterator[str]:
    """Yields in what an annotator is below `audit.least` on a channel, a line each.

    Args:
        channel: the channel.
        block: its figures in `metrics/audit.json`.
        annotator: as labels name it; nothing is said of one that people's labels did not meet.
        titles: the title of each code.
    """
    found = block["calibration"].get(annotator, {"codes": {}})
    for code, row in found["codes"].items():
        if row["below"]:
            verb = "is" if row["surely"] else "may be"
            yield (
                f"{channel}: {annotator} {verb} below audit.least at {titles.get(code, code)}: "
                f"{row['below']}, on {row['n']} outputs, against {found['against']}. Do not rely "
                "on its own labels of this code."
            )
