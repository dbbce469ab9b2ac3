"""Clusters of remarks as drafts of codes, which a person completes and pastes into the taxonomy."""

from collections import Counter
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap

from arf.llm import Failure
from arf.taxonomy import TAXONOMY, Taxonomy
from arf.upkeep.clusters import Cluster
from arf.upkeep.naming import Proposal
from arf.upkeep.remarks import Remark

SHOWN = 3  # remarks that stand for a cluster
_WIDTH = 100
_HEAD = f"""\
Written by arf taxonomy suggest, and written anew each time: drafts, no codes yet. Take what you
want to keep: fill in every field that is empty, put the examples, which are words of real outputs,
into your own, paste it under codes: of {TAXONOMY}, and run arf taxonomy check.
"""


def named(clusters: Iterable[Cluster]) -> dict[str, Cluster]:
    """Returns the clusters by the names of their drafts, such as `candidate_1`."""
    counts: Counter[str] = Counter()
    found = {}
    for each in clusters:
        stem = each.code or "candidate"
        counts[stem] += 1
        found[f"{stem}_{counts[stem]}"] = each
    return found


def to_yaml(
    clusters: Mapping[str, Cluster],
    taxonomy: Taxonomy,
    proposals: Mapping[str, Proposal | Failure] | None = None,
) -> str:
    """Returns the drafts as YAML that is a part of a taxonomy once the empty fields are filled.

    Args:
        clusters: what to draft, by name.
        taxonomy: the codes that there are.
        proposals: what a model says of each cluster, or why it says nothing; null where none was
            asked.
    """
    drafts = CommentedMap()
    for name, each in clusters.items():
        proposal = (proposals or {}).get(name)
        drafts[name] = _draft(each, taxonomy, proposal)
        told = f"draft: {describe(each)}"
        if isinstance(proposal, Proposal):
            told += "\nworded by a model: read it against the remarks before you use it"
        elif proposal is not None:
            told += (
                f"\nno answer of the model: {proposal.kind}: {' '.join(proposal.reason.split())}"
            )
        drafts[name].yaml_set_start_comment(told, indent=2)
    drafts.yaml_set_start_comment(_HEAD)
    yaml = YAML()
    yaml.width = _WIDTH
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.representer.add_representer(
        type(None), lambda to, _: to.represent_scalar("tag:yaml.org,2002:null", "")
    )
    out = StringIO()
    yaml.dump(drafts, out)
    return out.getvalue()


def describe(cluster: Cluster) -> str:
    """Returns a cluster in two lines: how many remarks, where, of what, and like which code."""
    channels = ", ".join(f"{name} {count}" for name, count in cluster.channels.items())
    kind = f", all {cluster.code}: a sub-type?" if cluster.code else ""
    return (
        f"{len(cluster.remarks)} remarks ({channels}){kind}\n"
        f"{', '.join(cluster.terms)}; {looks_like(cluster)}"
    )


def looks_like(cluster: Cluster) -> str:
    """Returns which code a cluster looks like, beside its own."""
    other = "other " if cluster.code else ""
    if cluster.nearest is None:
        return f"looks like no {other}code"
    return f"looks like {cluster.nearest} ({cluster.likeness:.2f})"


def _draft(
    cluster: Cluster, taxonomy: Taxonomy, proposal: Proposal | Failure | None
) -> CommentedMap:
    words = proposal if isinstance(proposal, Proposal) else None
    negative = [{"text": words.negative}] if words else _negative(cluster, taxonomy)
    own = taxonomy.codes.get(cluster.code or "")
    draft = CommentedMap(
        title=words and words.title,
        definition=words and words.definition,
        exception=words and words.exception,
        examples={"positive": _positive(cluster), "negative": negative},
        severity=own.severity if own else "minor",
    )
    draft.yaml_add_eol_comment("minor, moderate, major or critical", "severity")
    return draft


def _positive(cluster: Cluster) -> list[dict[str, Any]]:
    marked = [remark for remark in cluster.examples(len(cluster.remarks)) if remark.span]
    shown: list[Remark] = marked[:SHOWN]
    if not shown:
        return [{"text": None, "why": cluster.remarks[0].note}]
    return [
        {"text": remark.span, "span": remark.span} | ({"why": remark.note} if remark.note else {})
        for remark in shown
    ]


def _negative(cluster: Cluster, taxonomy: Taxonomy) -> list[dict[str, Any]]:
    """Returns a text that looks like the error and is another code's, where there is one."""
    if cluster.nearest is None:
        return [{"text": None}]
    example = taxonomy.codes[cluster.nearest].examples.positive[0]
    return [{"text": example.text, "why": f"is {cluster.nearest}"}]
