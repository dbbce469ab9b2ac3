"""Paired comparison of the judged sources: who makes fewer errors, and is it chance?"""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import Field, field_validator

from arf.errors import ArfError
from arf.judge import summarize
from arf.params import Section, did_you_mean
from arf.records import Annotation
from arf.stats import (
    RESAMPLES,
    SEED,
    Difference,
    holm,
    paired_difference,
    paired_rates,
    rounded,
)

ALL = "all"
HEADLINES = ("rating", "errors_per_case")

Annotations = Mapping[str, Mapping[str, Sequence[Annotation]]]


class CompareParams(Section):
    """The section `compare` of `params.yaml`.

    Attributes:
        seed: of the bootstrap.
        resamples: of the bootstrap.
        contrasts: pairs of judged sources; the difference is the first minus the second.
    """

    seed: int = SEED
    resamples: int = Field(default=RESAMPLES, ge=100)
    contrasts: tuple[tuple[str, str], ...] = ()

    @field_validator("contrasts")
    @classmethod
    def _two_sources(cls, contrasts: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        for a, b in contrasts:
            if a == b:
                raise ValueError(f"{a} is held against itself")
        return contrasts


def compare(
    params: CompareParams, annotations: Annotations, codes: Sequence[str], *, synthetic: bool
) -> dict[str, Any]:
    """Makes `metrics/comparison.json`.

    A contrast pairs the cases that both sources have scored. Rating and errors per case get the
    bootstrap interval and the exact randomisation test of `paired_difference`; each code that both
    judgements assessed gets the interval and the exact McNemar test of `paired_rates`. In each
    channel, and in `all`, Holm's method corrects p over two families: the rating and errors per
    case of all contrasts, and the codes of all contrasts.

    Args:
        params: seed, resamples and contrasts.
        annotations: the judge's, by source and channel.
        codes: all codes of the taxonomy.
        synthetic: whether the cases are made up, which the report then says.

    Returns:
        `{synthetic, sources: {source: {channel | all: judge block}}, contrasts: {"a_vs_b":
        {channel | all: {metric: {n, diff, lo, hi, p, p_holm}}}}}`; a metric without pairs is null.

    Raises:
        ArfError: a contrast names a source that is not judged.
    """
    for source in (name for contrast in params.contrasts for name in contrast):
        if source not in annotations:
            raise ArfError(
                f"params.yaml: compare.contrasts names {source}, which is not judged"
                f"{did_you_mean(source, list(annotations))}; add it to judge.sources or remove it"
            )
    channels = list(dict.fromkeys(name for rows in annotations.values() for name in rows))
    scopes = {name: [name] for name in channels} | {ALL: channels}
    contrasts: dict[str, dict[str, Any]] = {f"{a}_vs_{b}": {} for a, b in params.contrasts}
    for scope, parts in scopes.items():
        for a, b in params.contrasts:
            pairs = _pairs(annotations[a], annotations[b], parts)
            contrasts[f"{a}_vs_{b}"][scope] = _contrast(pairs, codes, params)
        blocks = [block[scope] for block in contrasts.values()]
        _correct([one for block in blocks for name, one in block.items() if name in HEADLINES])
        _correct([one for block in blocks for name, one in block.items() if name not in HEADLINES])
    return {
        "synthetic": synthetic,
        "sources": {
            source: {
                scope: summarize(
                    (one for part in parts for one in rows.get(part, ())),
                    codes,
                    params.seed,
                    params.resamples,
                )
                for scope, parts in scopes.items()
            }
            for source, rows in annotations.items()
        },
        "contrasts": contrasts,
    }


def _pairs(
    a: Mapping[str, Sequence[Annotation]], b: Mapping[str, Sequence[Annotation]], parts: list[str]
) -> list[tuple[Annotation, Annotation]]:
    """Returns the annotations of the cases that both scored."""
    pairs = []
    for part in parts:
        other = {one.id: one for one in b.get(part, ()) if one.status == "scored"}
        pairs += [
            (one, other[one.id])
            for one in a.get(part, ())
            if one.status == "scored" and one.id in other
        ]
    return pairs


def _contrast(
    pairs: list[tuple[Annotation, Annotation]], codes: Sequence[str], params: CompareParams
) -> dict[str, Any]:
    rated = [(a.rating, b.rating) for a, b in pairs if a.rating and b.rating]
    counts = [(len(a.errors), len(b.errors)) for a, b in pairs]
    block = {
        name: _row(
            paired_difference(
                [a for a, _ in values], [b for _, b in values], params.seed, params.resamples
            )
        )
        for name, values in zip(HEADLINES, (rated, counts), strict=True)
    }
    for code in codes:
        assessed = [(a, b) for a, b in pairs if code in a.taxonomy and code in b.taxonomy]
        if assessed:
            block[code] = _row(
                paired_rates(
                    [code in a.codes() for a, _ in assessed],
                    [code in b.codes() for _, b in assessed],
                )
            )
    return block


def _row(found: Difference | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "n": found.n,
        "diff": rounded(found.diff),
        "lo": rounded(found.lo),
        "hi": rounded(found.hi),
        "p": found.p,
    }


def _correct(family: list[dict[str, Any] | None]) -> None:
    """Adds `p_holm` to each row of a family."""
    rows = [row for row in family if row is not None]
    for row, p in zip(rows, holm([row["p"] for row in rows]), strict=True):
        row["p"], row["p_holm"] = rounded(row["p"]), rounded(p)


def error_rows(comparison: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns a plot's rows `{bar, source, code, rate, lo, hi}`: assessed codes, all channels."""
    return [
        {"bar": f"{code} · {source}", "source": source, "code": code, **found}
        for source, scopes in comparison["sources"].items()
        for code, found in scopes[ALL]["error_rate"].items()
        if found is not None
    ]


def mean_rows(comparison: Mapping[str, Any], metric: str) -> list[dict[str, Any]]:
    """Returns a plot's rows `{source, mean, lo, hi}` of `rating` or `errors_per_case`."""
    return [
        {"source": source, **scopes[ALL][metric]}
        for source, scopes in comparison["sources"].items()
        if scopes[ALL][metric] is not None
    ]
