"""How far annotators agree: people, rules and language models by one function."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

from arf.audit_stats.coefficients import (
    Coefficient,
    cohen,
    gwet,
    krippendorff,
    rating_difference,
    spearman,
    weighted_kappa,
)
from arf.audit_stats.spans import Places, span_agreement
from arf.audit_words import EVERYBODY
from arf.detection import spans_of
from arf.labels import GOLD
from arf.records import Annotation, Subject
from arf.stats import rounded

Scored = Mapping[str, Mapping[Subject, Annotation]]


def by_annotator(annotations: Iterable[Annotation]) -> Scored:
    """Returns the scored labels by annotator and item, annotators in order of their names."""
    scored: dict[str, dict[Subject, Annotation]] = {}
    for one in annotations:
        if one.status == "scored":
            scored.setdefault(one.annotator, {})[one.about] = one
    return {name: scored[name] for name in sorted(scored)}


def agreement(
    scored: Scored, together: Sequence[str], codes: Sequence[str], texts: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Compares annotators, code by code, on the outputs that at least two of them scored.

    An output counts for a code where annotators could assess it and used the same definition, and
    none of them saw the other's labels beforehand.

    Args:
        scored: labels by annotator and item.
        together: the people, who are compared all at once, too, where they are more than two, and
            never with `gold`.
        codes: those to compare.
        texts: the outputs' texts by id; of an output without one, no spans are compared.

    Returns:
        `{code: {"A_vs_B": {n, observed, kappa, alpha, ac1, spans}}}`, and under `all` those of
        `together` (without kappa and spans, which are of two). Each coefficient is
        `{value, lo, hi}`; where one of these is null, `why` says it.
    """
    groups: dict[str, tuple[str, ...]] = {
        f"{a}_vs_{b}": (a, b)
        for a, b in combinations(scored, 2)
        if not (GOLD in (a, b) and {a, b} & {*together})  # gold holds what these said
    }
    if len(together) > 2:
        groups[EVERYBODY] = tuple(together)
    return {
        code: {
            name: _of_code([_blind(scored[who], group) for who in group], code, texts)
            for name, group in groups.items()
        }
        for code in codes
    }


def _blind(own: Mapping[Subject, Annotation], group: Sequence[str]) -> Mapping[Subject, Annotation]:
    """Returns the labels that were made without seeing those of anybody in the group."""
    return {item: one for item, one in own.items() if one.seen not in group}


def _of_code(
    labels: Sequence[Mapping[Subject, Annotation]], code: str, texts: Mapping[str, str]
) -> dict[str, Any]:
    rows: list[list[bool | None]] = []
    places: list[Places] = []
    for item in dict.fromkeys(item for own in labels for item in own):
        present = [own.get(item) for own in labels]
        definitions = {one.taxonomy[code] for one in present if one and code in one.taxonomy}
        able = [one if one and code in one.taxonomy else None for one in present]
        if len(definitions) == 1 and sum(one is not None for one in able) > 1:
            rows.append([None if one is None else code in one.codes() for one in able])
            if len(able) == 2 and able[0] and able[1] and able[0].id in texts:
                text = texts[able[0].id]
                places.append(
                    Places(text, *(spans_of(one.errors, code, text) for one in able if one))
                )
    pairs = [(a, b) for row in rows for a, b in combinations(row, 2) if None not in (a, b)]
    found: dict[str, Any] = {
        "n": len(rows),
        "observed": rounded(sum(a == b for a, b in pairs) / len(pairs)) if pairs else None,
    }
    if len(labels) == 2:
        found["kappa"] = told(cohen(rows))
    found |= {"alpha": told(krippendorff(rows)), "ac1": told(gwet(rows))}
    if len(labels) == 2:
        found["spans"] = span_agreement(places)
    return found


def told(coefficient: Coefficient) -> dict[str, Any]:
    """Returns a coefficient as metrics have it; what is null says `why`."""
    value, lo, hi, why = coefficient
    figures = {"value": rounded(value), "lo": rounded(lo), "hi": rounded(hi)}
    return figures if why is None else {**figures, "why": why}


def compare_ratings(a: Sequence[int], b: Sequence[int]) -> dict[str, Any]:
    """Compares two annotators' ratings of the same outputs.

    Returns:
        `n`, `difference` (the mean of a − b), `weighted_kappa` and `spearman`.
    """
    return {
        "n": len(a),
        "difference": told(rating_difference(a, b)),
        "weighted_kappa": told(weighted_kappa(a, b)),
        "spearman": told(spearman(a, b)),
    }


def rating_agreement(scored: Scored, together: Sequence[str]) -> dict[str, Any]:
    """Compares the ratings of each two annotators on the outputs that both rated.

    Returns:
        `{"A_vs_B": …}` as `compare_ratings` has it.
    """
    found = {}
    for a, b in combinations(scored, 2):
        if GOLD in (a, b) and {a, b} & {*together}:
            continue
        others = _blind(scored[b], (a, b))
        both = [
            (one.rating, others[item].rating)
            for item, one in _blind(scored[a], (a, b)).items()
            if item in others
        ]
        rated = [(x, y) for x, y in both if x is not None and y is not None]
        found[f"{a}_vs_{b}"] = compare_ratings([x for x, _ in rated], [y for _, y in rated])
    return found
