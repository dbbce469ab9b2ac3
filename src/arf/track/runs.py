"""What a run of one source consists of, read from the files of a finished pipeline."""

import csv
import json
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from arf.audit_words import people_pair, warnings
from arf.compare import ALL
from arf.errors import ArfError
from arf.files import read_json, read_records
from arf.layout import METRICS, annotations, cases, outputs
from arf.params import read_yaml
from arf.records import Annotation, Case, Output
from arf.report.examples import side_by_side
from arf.rounds import TEACHER

TABLE_ROWS = 100  # a channel
COUNTS = (  # of `arf.llm.account.usage.Usage`, that are shown
    "asked", "hits", "retries", "throttled", "repaid", "prompt_tokens", "completion_tokens",
    "saved_prompt_tokens", "saved_completion_tokens",
)  # fmt: skip
_INADMISSIBLE = re.compile(r"[^\w .-]")  # in the name of a metric, beside the one slash
_CREDENTIALS = re.compile(r"(://)[^/@\s]+@")


class Metric(NamedTuple):
    """One value; those that grow with the training have a step above 0."""

    name: str
    value: float
    step: int = 0


@dataclass(frozen=True)
class SourceRun:
    """All that is shown of one source.

    Attributes:
        source: its name.
        tags: what to filter and group by.
        params: `params.yaml`, flat.
        metrics: names with one slash, whose first part groups them.
        table: columns of the outputs side by side, identifiers masked.
        files: paths of what to keep a copy of, by folder in the run.
        texts: what to keep that is no copy, by name: the parameters, without credentials.
    """

    source: str
    tags: Mapping[str, str]
    params: Mapping[str, str]
    metrics: tuple[Metric, ...]
    table: Mapping[str, list[Any]]
    files: tuple[tuple[str, Path], ...]
    texts: Mapping[str, str]


def without_credentials(text: str) -> str:
    """Masks names and passwords in addresses."""
    return _CREDENTIALS.sub(r"\1***@", text)


def source_run(root: Path, source: str, key: str) -> SourceRun:
    """Reads a source's run.

    Args:
        root: of the project.
        source: one that `metrics/comparison.json` has.
        key: of the pipeline's state (`arf.track.lineage.pipeline_key`).

    Raises:
        ArfError: a file is missing that the pipeline writes.
    """
    params = read_yaml(root / "params.yaml") or {}
    rounds, students = params.get("rounds") or {}, params.get("students") or {}
    student = ((params.get("sampled") or {}).get(source) or {}).get("student", source)
    comparison = read_json(root / METRICS / "comparison.json")
    scopes = comparison["sources"][source]
    audit = read_json(root / METRICS / "audit.json")
    metrics = list(_judged(scopes))
    if source == TEACHER:
        metrics += _audited(audit)
    if source in rounds:
        metrics += _revised(read_json(root / METRICS / "revise" / f"{source}.json"))
    if source in students:
        metrics += _trained(root / METRICS / "train", source)
    metrics += _cost(root / METRICS / "requests", source)
    tags = {
        "source": source,
        "round": (students.get(student) or {}).get("data", "")
        or (source if source == TEACHER or source in rounds else "none"),
        "pipeline_key": key,
        "synthetic": str(comparison["synthetic"]).lower(),
    }
    if commit := _git_commit(root):
        tags["git_commit"] = commit
    if experiment := os.environ.get("DVC_EXP_NAME"):
        tags["dvc_experiment"] = experiment
    notes = ["SYNTHETIC data: the figures say nothing of real texts."] * comparison["synthetic"]
    if source == TEACHER:
        told = warnings(audit, {})
        tags["audit_warnings"] = str(len(told))
        notes += told
    if notes:
        tags["mlflow.note.content"] = "\n\n".join(notes)
    files = (
        ("", root / METRICS / "comparison.json"),
        ("", root / METRICS / "report.html"),
        ("", root / METRICS / "audit.html"),
        ("prompts", root / "prompts"),
    )
    for _, path in files:
        _require(path)
    channels = [name for name in scopes if name != ALL]
    table = _table(root, source, list(comparison["sources"]), channels)
    return SourceRun(
        source,
        tags,
        dict(flat(params)),
        tuple(metrics),
        table,
        files,
        {"params.yaml": without_credentials((root / "params.yaml").read_text(encoding="utf-8"))},
    )


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Yields the leaves of nested mappings by dotted name; lists as JSON, without credentials."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from flat(inner, f"{name}.{key}" if name else str(key))
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield name, without_credentials(text)


def _require(path: Path) -> None:
    if not path.exists():
        raise ArfError(f"{path}: no such file; run make pull or make repro")


def _judged(scopes: Mapping[str, Any]) -> Iterator[Metric]:
    for scope, block in scopes.items():
        suffix = "" if scope == ALL else f".{scope}"
        if scope == ALL:
            yield Metric("judge/n", block["n"])
            yield Metric("judge/unscored", block["unscored"])
        for name, metric in (("rating_mean", "rating"), ("errors_per_case", "errors_per_case")):
            if block[metric] is not None:
                yield Metric(f"judge{suffix}/{name}", block[metric]["mean"])
        for code, found in block["error_rate"].items():
            if found is not None:
                yield Metric(f"errors{suffix}/{code}", found["rate"])


def _audited(audit: Mapping[str, Any]) -> Iterator[Metric]:
    """Yields prevalence, people's agreement (AC1) and what annotators find, with intervals.

    Their names sort behind those of the comparison's charts.
    """
    for channel, block in audit.items():
        yield Metric(f"prevalence.{channel}/n", block["n"])
        for code, found in block["prevalence"].items():
            yield from _interval(f"prevalence.{channel}/{code}", "rate", found)
        pair = people_pair(block)
        for code, by_pair in block["agreement"].items():
            if pair in by_pair:
                yield from _interval(
                    f"reliability.{channel}/{code}_ac1", "value", by_pair[pair]["ac1"]
                )
        for who, found in block["calibration"].items():
            for code, row in found["codes"].items():
                for name, measure in (("sensitivity", "recall"), ("specificity", "specificity")):
                    group = f"reliability.{_INADMISSIBLE.sub('_', who)}"
                    yield from _interval(f"{group}/{channel}_{code}_{name}", "rate", row[measure])


def _interval(name: str, key: str, found: Mapping[str, float | None] | None) -> Iterator[Metric]:
    """Yields an estimate and its bounds, as far as they are known."""
    for suffix, part in (("", key), ("_lo", "lo"), ("_hi", "hi")):
        if found and (value := found[part]) is not None:
            yield Metric(name + suffix, value)


def _revised(revise: Mapping[str, Any]) -> Iterator[Metric]:
    """Yields sums over codes, for each channel and over all; success is per attempt."""
    blocks = {f".{channel}": list(codes.values()) for channel, codes in revise.items()}
    blocks[""] = [row for rows in blocks.values() for row in rows]
    for suffix, rows in blocks.items():
        for name in ("flagged", "attempted", "kept", "reverted", "unanswered"):
            yield Metric(f"revise{suffix}/{name}", sum(row[name] for row in rows))
        tried = [row for row in rows if row["attempted"]]
        attempts = sum(row["attempted"] for row in tried)
        if attempts:
            gone = sum(row["editor_success"]["rate"] * row["attempted"] for row in tried)
            yield Metric(f"revise{suffix}/success_rate", gone / attempts)


def _cost(folder: Path, source: str) -> Iterator[Metric]:
    """Yields what the requests of a source's stages come to, each and together.

    Nothing where no model was asked. Money and tokens are of the last run, those that the cache
    saved beside them.
    """
    stages = {name: f"{name}-{source}" for name in ("revise", "predict", "judge")}
    if source == TEACHER:
        stages |= {name: name for name in ("teach", "audit", "trial")}
    files = {name: folder / stage / "usage.json" for name, stage in stages.items()}
    roles = {
        name: found
        for name, path in files.items()
        if path.exists() and (found := list(read_json(path).values()))
    }
    if roles:
        yield from _requests("cost", list(chain.from_iterable(roles.values())))
    for name, found in roles.items():
        yield from _requests(f"cost.{name}", found)


def _requests(group: str, roles: Sequence[Mapping[str, Any]]) -> Iterator[Metric]:
    """Yields the sums over roles; money where all of them know theirs."""
    for name in COUNTS:
        yield Metric(f"{group}/{name}", sum(role[name] for role in roles))
    yield Metric(f"{group}/failed", sum(sum(role["failed"].values()) for role in roles))
    if all(role["money"] is not None for role in roles):
        yield Metric(f"{group}/money", sum(role["money"] for role in roles))
        yield Metric(f"{group}/saved_money", sum(role["saved_money"] or 0.0 for role in roles))


def _trained(folder: Path, student: str) -> Iterator[Metric]:
    for name, value in read_json(folder / f"{student}.json").items():
        if name != "loss" and isinstance(value, int | float):
            yield Metric(f"train/{name}", value)
    _require(folder / f"{student}.csv")
    with (folder / f"{student}.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["loss"]:
                yield Metric("train/loss", float(row["loss"]), int(row["step"]))


def _table(root: Path, source: str, judged: list[str], channels: list[str]) -> dict[str, list[Any]]:
    """Returns a sample of the source's test outputs beside case and teacher.

    What the judge called an identifier in the output of any source is masked in all of them.
    """
    columns = ("id", "channel", "case", "teacher", "output", "rating", "errors")
    table: dict[str, list[Any]] = {column: [] for column in columns}
    for channel in channels:
        shown = {name: root / outputs(name, channel) for name in {TEACHER, source}}
        drawn = side_by_side(
            read_records(root / cases(channel), Case),
            {name: read_records(path, Output) for name, path in shown.items()},
            {
                name: read_records(path, Annotation)
                for name in judged
                if (path := root / annotations("judge", name, channel)).exists()
            },
            TABLE_ROWS,
        )
        for example in drawn:
            answers = {answer.source: answer for answer in example.answers}
            if source not in answers:
                continue
            teacher, own = answers.get(TEACHER), answers[source]
            row = (
                example.id,
                channel,
                example.case,
                teacher.text if teacher else None,
                own.text,
                own.rating,
                ", ".join(own.codes),
            )
            for column, value in zip(columns, row, strict=True):
                table[column].append(value)
    return table


def _git_commit(root: Path) -> str | None:
    try:
        found = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=root, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return found.stdout.strip() if found.returncode == 0 else None
