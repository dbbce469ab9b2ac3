"""The report: one HTML file without scripts or network, for a screen, a phone or paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from arf.audit_words import below, warnings
from arf.compare import ALL, HEADLINES
from arf.pages.charts import RATING_AXIS, chart
from arf.pages.html import listed, template
from arf.report.examples import Example
from arf.report.figures import code_estimates, estimates

ALPHA = 0.05


@dataclass(frozen=True)
class Report:
    """What the report is made of.

    Attributes:
        comparison: `metrics/comparison.json`.
        titles: the title of each code.
        judge: name of the annotator that judged.
        annotator: name of the annotator that flagged and checked the edits.
        judges: the judge's name as its labels have it; of a judge that has changed, both.
        audit: `metrics/audit.json`.
        revise: `metrics/revise/<round>.json` by round.
        train: `metrics/train/<student>.json` by student.
        examples: outputs side by side.
    """

    comparison: Mapping[str, Any]
    titles: Mapping[str, str]
    judge: str
    annotator: str
    judges: Sequence[str] = ()
    audit: Mapping[str, Any] = field(default_factory=dict)
    revise: Mapping[str, Any] = field(default_factory=dict)
    train: Mapping[str, Any] = field(default_factory=dict)
    examples: Sequence[Example] = ()


def outcome(block: Mapping[str, Any]) -> str:
    """Returns what a contrast says of a against b: `better`, `worse`, `mixed` or `undecided`.

    Rating or errors per case must differ by more than chance explains, that is p < 0.05 after
    Holm's correction; `mixed` is where the two say the opposite.
    """
    signs = set()
    for metric, good in zip(HEADLINES, (1, -1), strict=True):
        row = block[metric]
        if row is not None and row["p_holm"] < ALPHA:
            signs.add(good * row["diff"] > 0)
    if not signs:
        return "undecided"
    return "mixed" if len(signs) > 1 else "better" if signs.pop() else "worse"


_CLAUSES = {
    "better": ("Better", "than"),
    "worse": ("Worse", "than"),
    "mixed": ("Better in one measure and worse in the other", "against"),
    "undecided": ("Too close to tell", "against"),
}


def verdict(comparison: Mapping[str, Any]) -> str:
    """Says in one plain paragraph what the contrasts show, and what they do not."""
    found: dict[str, list[str]] = {}
    counts = set()
    for name, scopes in comparison["contrasts"].items():
        a, b = name.split("_vs_", 1)
        result = outcome(scopes[ALL])
        errors = scopes[ALL]["errors_per_case"]
        counts.add(errors["n"] if errors else 0)
        size = f" ({errors['diff']:+.2f} errors per case)" if errors else ""
        said = "" if result == "undecided" else size.replace("-", "−")
        found.setdefault(result, []).append(f"{a} {_CLAUSES[result][1]} {b}{said}")
    if not found:
        return "Nothing is held against anything: name the contrasts in compare.contrasts."
    if max(counts) == 0:
        return "No case was scored for both sides of a contrast, so nothing can be said."
    pairs = f"{max(counts)}" if len(counts) == 1 else f"{min(counts)} to {max(counts)}"
    kind = "made-up" if comparison["synthetic"] else "test"
    said = ". ".join(
        f"{start}: {listed(found[key])}" for key, (start, _) in _CLAUSES.items() if key in found
    )
    return (
        f"On {pairs} {kind} cases, judged in pairs. {said}. Better and worse mean that rating or "
        f"errors per case differ by more than chance explains (p < {ALPHA} after Holm's "
        "correction) and that the other does not say the opposite."
    )


def render(report: Report) -> str:
    """Returns the report as HTML, the same to the byte for the same figures."""
    comparison = report.comparison
    codes = {code: rows for code in report.titles if (rows := code_estimates(comparison, code))}
    distrusted = below(report.audit, report.judges)
    charts = {
        "rating": (estimates(comparison, "rating"), RATING_AXIS),
        "errors_per_case": (estimates(comparison, "errors_per_case"), None),
    }
    return template("arf.report", "report.html.j2").render(
        report=report,
        comparison=comparison,
        synthetic=comparison["synthetic"],
        all=ALL,
        alpha=ALPHA,
        headlines=HEADLINES,
        verdict=verdict(comparison),
        outcome=outcome,
        title=lambda code: report.titles.get(code, code),
        charts={
            name: chart(rows, name.replace("_", " "), limits)
            for name, (rows, limits) in charts.items()
            if rows
        },
        code_charts={
            code: chart(rows, f"share of cases with {code}", (0, 1.02), percent=True)
            for code, rows in codes.items()
        },
        below=distrusted,
        below_titles=[report.titles.get(code, code) for code in distrusted],
        warnings=warnings(report.audit, report.titles),
        fixed_below=below(
            report.audit, {block["annotator"]: None for block in report.audit.values()}
        ),
        unassessed=[title for code, title in report.titles.items() if code not in codes],
    )
