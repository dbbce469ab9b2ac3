"""A small audit made of records: two people, the rules, and what they say of a teacher."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from arf.audit.gather import gather
from arf.audit.params import AuditParams, Least
from arf.audit.sample import ALL, Strata
from arf.audit.summary import Channel, summarize
from arf.audit_page.examples import examples
from arf.audit_page.page import AuditPage
from arf.files import sha256_text
from arf.records import Annotation, Case, Finding, Output
from arf.taxonomy import Taxonomy, load_taxonomy

ROOT = Path(__file__).parents[1]
CHANNELS = ("botchat", "webform")
PHRASES = {
    "unsupported_detail": "The store manager called back.",
    "inferred_sentiment": "The customer was delighted.",
    "unn_content_pleasantry": "The agent wished her a nice day.",
    "unn_content_redundant": "In short, the parcel was late.",
}
CODES = ("wrong_outcome", *PHRASES)
RATES = (0.15, 0.8, 0.5, 0.2)
BLIND = "unsupported_detail"  # what the rules never find
PARAMS = AuditParams(
    per_channel=40,
    seed=0,
    labels=Path("data/labels"),
    least=Least(sensitivity=0.8, specificity=0.8),
)


@cache
def small_taxonomy() -> Taxonomy:
    """The taxonomy, of the codes that occur here."""
    whole = load_taxonomy(ROOT / "prompts" / "taxonomy.yaml")
    return whole.model_copy(update={"codes": {code: whole.codes[code] for code in CODES}})


def make_pairs(channel: str, count: int = 40) -> list[tuple[Case, Output]]:
    chance = random.Random(channel)
    pairs = []
    for i in range(count):
        kept = [one for one, rate in zip(PHRASES.values(), RATES, strict=True)
                if chance.random() < rate]  # fmt: skip
        text = " ".join(["Ann's parcel 12345678 came late, code KX7PQ2.", *kept])
        case = Case(
            id=f"{channel}-{i}", channel=channel, split="train",
            received_at=f"2031-0{1 + i % 6}-01",
            text="Parcel 12345678 came late. My code is KX7PQ2, write to ann@example.com.",
        )  # fmt: skip
        output = Output(id=case.id, channel=channel, source="r0", text=text, provider="fake")
        pairs.append((case, output))
    return pairs


def make_label(output: Output, who: str, codes: Iterable[str], **changes: Any) -> Annotation:
    """Returns a label that gives those of the codes whose phrase the output has."""
    codes = list(codes)
    found = [code for code in codes if PHRASES.get(code, "\0") in output.text]
    errors = tuple(
        Finding(
            code=code, span=PHRASES[code], start=output.text.index(PHRASES[code]),
            note=f"nobody says so in 12345678, by {who}",
        )
        for code in found
    )  # fmt: skip
    hashes = small_taxonomy().hashes(frozenset(codes), output.channel)
    return Annotation(
        **{
            "id": output.id, "channel": output.channel, "source": "r0", "annotator": who,
            "text_sha256": sha256_text(output.text), "taxonomy": hashes,
            "rating": max(1, 5 - len(errors)), "errors": errors,
        }
        | changes
    )  # fmt: skip


def people_labels(
    pairs: Sequence[tuple[Case, Output]], people: Sequence[str] = ("A", "B")
) -> list[Annotation]:
    """Returns people's labels; all but the first overlook a tenth of the errors."""
    labels = []
    for who in people:
        chance = random.Random(who)
        for _, output in pairs:
            label = make_label(output, who, CODES)
            if who != people[0]:
                kept = tuple(error for error in label.errors if chance.random() < 0.9)
                label = label.model_copy(update={"errors": kept})
            labels.append(label)
    return labels


def rules_labels(pairs: Sequence[tuple[Case, Output]]) -> list[Annotation]:
    """Returns the rules' labels: they cannot assess `wrong_outcome`, and are blind to `BLIND`."""
    assessed = [code for code in CODES if code != "wrong_outcome"]
    labels = []
    for _, output in pairs:
        label = make_label(output, "rules", assessed)
        kept = tuple(error for error in label.errors if error.code != BLIND)
        labels.append(label.model_copy(update={"errors": kept}))
    return labels


def make_block(
    channel: str = "botchat",
    labels: Sequence[Annotation] | None = None,
    field: str | None = None,
    count: int = 40,
) -> dict[str, Any]:
    """Returns one channel's part of `metrics/audit.json`.

    Args:
        channel: the channel.
        labels: people's; those of A and B on the first 30 outputs if null.
        field: two strata by this field if given.
        count: outputs.
    """
    pairs = make_pairs(channel, count)
    outputs = {output.id: output for _, output in pairs}
    labels = people_labels(pairs[:30]) if labels is None else labels
    names = [ALL] if field is None else ["desk", "lamp"]
    stratum = {item: names[i % len(names)] for i, item in enumerate(outputs)}
    population = {name: list(stratum.values()).count(name) for name in names}
    taxonomy = small_taxonomy()
    return summarize(
        Channel(
            channel, Strata(field, population), stratum,
            {case.id: case.received_at for case, _ in pairs}, outputs,
            gather(labels, outputs, channel, taxonomy), {"rules": rules_labels(pairs)},
        ),
        PARAMS,
        taxonomy,
    )  # fmt: skip


@cache
def make_audit() -> dict[str, Any]:
    """Returns `metrics/audit.json`."""
    return {channel: make_block(channel) for channel in CHANNELS}


def make_targets() -> dict[str, Any]:
    """Returns `metrics/targets.json`."""

    def row(code: str, decision: str, lo: float | None, priority: float) -> dict[str, Any]:
        severity = small_taxonomy().codes[code].severity
        rate = None if lo is None else lo + 0.1
        return {
            "decision": decision, "rate": rate, "lo": lo, "severity": severity, "success": 0.9,
            "tried": 10, "priority": priority,
        }  # fmt: skip

    rare = "too rare: lower bound 0.012 under targets.min_rate"
    return {
        channel: {
            "r1": {
                "inferred_sentiment": row("inferred_sentiment", "chosen", 0.7, 0.63),
                "unn_content_pleasantry": row("unn_content_pleasantry", rare, 0.012, 0.01),
            },
            "r2": {
                "unn_content_redundant": row(
                    "unn_content_redundant", "nobody could assess it", None, 0.0
                )
            },
        }
        for channel in CHANNELS
    }


TITLES = {name: code.title for name, code in small_taxonomy().codes.items()}


def make_page(audit: dict[str, Any], **changes: Any) -> AuditPage:
    """Returns the page of an audit, with examples of one channel."""
    pairs = make_pairs("botchat")
    shown = examples(
        lambda: people_labels(pairs[:30]),
        lambda: rules_labels(pairs),
        pairs,
        small_taxonomy().hashes(frozenset(CODES), "botchat"),
    )
    page = AuditPage(audit, make_targets(), TITLES, 0.02, examples={"botchat": shown})
    return replace(page, **changes)
