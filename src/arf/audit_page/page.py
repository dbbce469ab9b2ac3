"""The audit's page: one HTML file without scripts or network, for a screen, a phone or paper."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from arf.audit_page.examples import Shown
from arf.audit_page.figures import prevalence_chart, reliability_chart, time_charts
from arf.audit_page.wording import METHODS, by_rate, decision, finding, method
from arf.audit_stats.powered import ASSUMES
from arf.audit_words import EVERYBODY, pairs_of, warnings
from arf.pages.html import template
from arf.targets import CHOSEN


@dataclass(frozen=True)
class AuditPage:
    """What the page is made of.

    Attributes:
        audit: `metrics/audit.json`.
        targets: `metrics/targets.json`.
        titles: the title of each code.
        min_rate: of the section `targets`.
        by_hand: the rounds whose codes `params.yaml` lists.
        synthetic: whether the cases are made up.
        examples: by channel and code.
    """

    audit: Mapping[str, Any]
    targets: Mapping[str, Any]
    titles: Mapping[str, str]
    min_rate: float
    by_hand: frozenset[str] = frozenset()
    synthetic: bool = False
    examples: Mapping[str, Mapping[str, Sequence[Shown]]] = field(default_factory=dict)


def render(page: AuditPage) -> str:
    """Returns the page as HTML, the same to the byte for the same figures."""
    audit, titles = page.audit, page.titles
    return template("arf.audit_page", "audit.html.j2").render(
        page=page,
        audit=audit,
        synthetic=page.synthetic,
        title=lambda code: titles.get(code, code),
        finding=finding(audit, page.targets, titles),
        warnings=warnings(audit, titles),
        by_rate=by_rate,
        method=method,
        assumed=_assumed(audit),
        charts={name: prevalence_chart(name, block, titles) for name, block in audit.items()},
        unseen={
            name: [titles.get(code, code) for code, row in block["prevalence"].items() if not row]
            for name, block in audit.items()
        },
        times={name: time_charts(name, block, titles) for name, block in audit.items()},
        pairs={name: pairs_of(block) for name, block in audit.items()},
        everybody=EVERYBODY,
        tint=tint,
        unknowns={name: unknowns(block["agreement"]) for name, block in audit.items()},
        reliability=reliability_chart,
        decision=lambda name, row: decision(row, page.min_rate, name in page.by_hand),
        overriding=_overriding(page.targets),
    )


def _assumed(audit: Mapping[str, Any]) -> dict[str, str]:
    """Returns what each method that is used assumes, by its name."""
    rows = [row for block in audit.values() for row in block["prevalence"].values() if row]
    used = {row["method"] for row in rows if row["basis"] == "people"}
    used |= {row["sample"]["method"] for row in rows if row.get("sample")}
    used |= {"rogan_gladen"} if any(row.get("rogan_gladen") for row in rows) else set()
    assumed = {METHODS.get(name, name): ASSUMES[name] for name in ASSUMES if name in used}
    if any(row["basis"] == "annotator" for row in rows):
        assumed["by the annotator alone"] = (
            "The annotator is right, which only people's labels could show."
        )
    return assumed


def tint(value: float | None) -> str:
    """Returns the colour of a cell for an agreement of −1 to 1: blue above 0, red below."""
    if value is None:
        return "transparent"
    colour = "59 130 196" if value >= 0 else "196 80 59"
    return f"rgb({colour} / {0.65 * min(1.0, abs(value)):.2f})"


def unknowns(found: Any) -> list[str]:
    """Returns each reason once for which a coefficient of some figures, or its bound, is null."""
    if not isinstance(found, Mapping):
        return []
    own = [found["why"]] if "why" in found else []
    return list(dict.fromkeys(own + [why for part in found.values() for why in unknowns(part)]))


def _overriding(targets: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Returns what is chosen by round and channel, as `rounds` of `params.yaml` lists it."""
    rounds = dict.fromkeys(name for rows in targets.values() for name in rows)
    return {
        name: {
            channel: [code for code, row in rows[name].items() if row["decision"] == CHOSEN]
            for channel, rows in targets.items()
        }
        for name in rounds
    }
