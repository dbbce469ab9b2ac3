"""A small finished project on disk, made of records, for tests of the report and of tracking."""

import json
import random
from pathlib import Path

from fake_audit import make_audit

from arf.compare import CompareParams, compare
from arf.files import sha256_text, write_json, write_records
from arf.judge import summarize
from arf.records import Annotation, Case, Finding, Output, Turn
from arf.report.examples import Example, side_by_side
from arf.report.page import Report, render

CHANNELS = ("botchat", "webform")
CODES = (
    "wrong_outcome",
    "unsupported_detail",
    "inferred_sentiment",
    "unn_content_pleasantry",
    "unn_content_redundant",
)
UNSEEN = {"wrong_outcome"}
PHRASES = {
    "unsupported_detail": "The store manager called back on a Tuesday.",
    "inferred_sentiment": "The customer was delighted.",
    "unn_content_pleasantry": "The agent wished her a nice day.",
    "unn_content_redundant": "In short, the parcel was late.",
}
RATES = {
    "r0": (0.05, 0.8, 0.6, 0.3),
    "r1": (0.05, 0.02, 0.05, 0.3),
    "r2": (0.05, 0.02, 0.05, 0.03),
    "base-default": (0.9, 0.4, 0.4, 0.5),
    "student-r0": (0.3, 0.85, 0.6, 0.3),
    "student-r1": (0.3, 0.05, 0.05, 0.3),
    "student-r2": (0.3, 0.05, 0.05, 0.05),
}
CONTRASTS = (
    ("r1", "r0"),
    ("r2", "r1"),
    ("student-r1", "student-r0"),
    ("student-r2", "student-r1"),
    ("base-default", "student-r0"),
)
HASHES = {code: sha256_text(code) for code in CODES if code not in UNSEEN}
PARAMS = """\
rounds:
  r1: {parent: r0, codes: auto}
  r2: {parent: r1, codes: auto}
students:
  student-r0: {data: r0, base: default}
  student-r1: {data: r1, base: default}
  student-r2: {data: r2, base: default}
roles:
  teacher: {provider: openai, base_url: "https://me:secret@llm.example/v1"}
compare:
  contrasts: [[r1, r0], [r2, r1]]
track: {experiment: arf}
"""


def make_cases(channel: str, count: int) -> list[Case]:
    text = "Parcel 12345678 came late. Call +44 20 7946 0958 or write to ann@example.com."
    if channel == "webform":
        bodies = [
            {"text": f"{text} Shelf {i}.", "fields": {"product": "desk"}} for i in range(count)
        ]
    else:
        turns = (Turn(speaker="customer", text=text), Turn(speaker="agent", text="I will look."))
        bodies = [{"turns": turns} for _ in range(count)]
    return [
        Case(id=f"{channel}-{i}", channel=channel, split="test", **body)
        for i, body in enumerate(bodies)
    ]


def make_output(case: Case, source: str, chance: random.Random) -> tuple[Output, Annotation]:
    text = "The customer's parcel 12345678 came late."
    errors = []
    for (code, phrase), rate in zip(PHRASES.items(), RATES[source], strict=True):
        if chance.random() < rate:
            errors.append(Finding(code=code, span=phrase, start=len(text) + 1))
            text = f"{text} {phrase}"
    output = Output(id=case.id, channel=case.channel, source=source, text=text, provider="fake")
    label = Annotation(
        id=case.id,
        channel=case.channel,
        source=source,
        text_sha256=sha256_text(text),
        annotator="rules",
        taxonomy=HASHES,
        rating=max(1, 5 - len(errors)),
        errors=tuple(errors),
    )
    return output, label


def make_project(root: Path, count: int = 6, *, page: str | None = None) -> Path:
    """Writes the files of a finished run and returns the folder; makes the report unless given."""
    labels: dict[str, dict[str, list[Annotation]]] = {}
    cases = {channel: make_cases(channel, count) for channel in CHANNELS}
    for channel, rows in cases.items():
        write_records(root / f"data/cases/{channel}.jsonl", rows)
    for source in RATES:
        chance = random.Random(source)
        for channel, rows in cases.items():
            made = [make_output(case, source, chance) for case in rows]
            write_records(root / f"data/outputs/{source}/{channel}.jsonl", [one for one, _ in made])
            found = [label for _, label in made]
            write_records(root / f"data/annotations/judge/{source}/{channel}.jsonl", found)
            labels.setdefault(source, {})[channel] = found
        metrics = {channel: summarize(rows, CODES) for channel, rows in labels[source].items()}
        write_json(root / f"metrics/judge/{source}.json", metrics)
    params = CompareParams(contrasts=CONTRASTS, resamples=500)
    comparison = compare(params, labels, CODES, synthetic=True)
    write_json(root / "metrics/comparison.json", comparison)
    write_json(root / "metrics/audit.json", make_audit())
    for name in ("r1", "r2"):
        write_json(root / f"metrics/revise/{name}.json", make_revise())
    for name in ("student-r0", "student-r1", "student-r2"):
        losses = {"loss": 1.2, "heldout_loss": 1.3, "tokens": 16000, "steps": 12}
        write_json(root / f"metrics/train/{name}.json", losses)
        rows = "".join(f"{step},{2.5 - step / 10}\n" for step in range(1, 13))
        (root / f"metrics/train/{name}.csv").write_text(f"step,loss\n{rows}")
    page = render(make_report(comparison)) if page is None else page
    (root / "metrics/report.html").write_text(page)
    (root / "metrics/audit.html").write_text("<p>audit</p>")
    (root / "params.yaml").write_text(PARAMS)
    (root / "prompts/fix/r1").mkdir(parents=True)
    (root / "prompts/taxonomy.yaml").write_text("codes: {}\n")
    (root / "prompts/fix/r1/inferred_sentiment.yaml").write_text("user: Mend it.\n")
    (root / "dvc.lock").write_text(json.dumps(make_lock()))
    return root


def make_revise() -> dict[str, object]:
    row = {
        "flagged": 40,
        "attempted": 40,
        "editor_success": {"rate": 0.95, "lo": 0.83, "hi": 0.99},
        "kept": 36,
        "reverted": 3,
        "unanswered": 1,
        "collateral": {"n": 2, "rate": 0.05},
        "untouched_changed": 0,
    }
    return {channel: {"inferred_sentiment": row} for channel in CHANNELS}


def make_lock() -> dict[str, object]:
    """Returns a dvc.lock in which r2 comes of r1, and each student of its round's outputs."""

    def entry(deps: list[str], outs: list[str]) -> dict[str, object]:
        listed = [
            [{"path": path, "md5": sha256_text(path)} for path in part] for part in (deps, outs)
        ]
        return {"cmd": "python", "deps": listed[0], "outs": listed[1]}

    stages = {
        "ingest": entry(["data/sample"], ["data/cases", "data/recorded"]),
        "teach": entry(["data/cases", "data/recorded/teacher"], ["data/outputs/r0"]),
        "revise@r1": entry(["data/outputs/r0"], ["data/outputs/r1"]),
        "revise@r2": entry(["data/outputs/r1"], ["data/outputs/r2"]),
        "base@default": entry([], ["models/base/default"]),
        "predict@base-default": entry(["models/base/default"], ["data/outputs/base-default"]),
    }
    for name in ("r0", "r1", "r2"):
        student = f"student-{name}"
        stages[f"train@{student}"] = entry(
            [f"data/outputs/{name}/botchat.jsonl", "models/base/default"],
            [f"models/students/{student}"],
        )
        stages[f"predict@{student}"] = entry(
            [f"models/students/{student}"], [f"data/outputs/{student}"]
        )
    for source in RATES:
        stages[f"judge@{source}"] = entry(
            [f"data/outputs/{source}"], [f"metrics/judge/{source}.json"]
        )
    return {"schema": "2.0", "stages": stages}


def make_report(comparison: dict[str, object]) -> Report:
    return Report(
        comparison=comparison,
        titles={code: code.replace("_", " ") for code in CODES},
        judge="rules",
        annotator="rules",
        judges=["rules"],
        audit=make_audit(),
        revise={name: make_revise() for name in ("r1", "r2")},
        train={
            "student-r1": {"loss": 1.2, "heldout_loss": 1.3, "tokens": 16000, "steps": 12},
        },
        examples=make_examples(),
    )


def make_examples(count: int = 2) -> list[Example]:
    cases = make_cases("webform", 10)
    made = {
        source: [make_output(case, source, random.Random(f"{source}{case.id}")) for case in cases]
        for source in RATES
    }
    return side_by_side(
        cases,
        {source: [output for output, _ in rows] for source, rows in made.items()},
        {source: [label for _, label in rows] for source, rows in made.items()},
        count,
    )
