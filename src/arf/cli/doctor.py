"""`arf doctor`: is everything here that a run needs, and what to do where it is not."""

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer

from arf.annotate.asking import ModelAnnotator
from arf.annotate.providers import RulesRole
from arf.annotate.rules import RulesAnnotator
from arf.audit.params import AuditParams
from arf.bases.prepare import Base
from arf.channels import Channels
from arf.cli.endpoints import endpoints_findings
from arf.cli.findings import Finding, State, caught, show
from arf.cli.rendering import blank_pair, render_edit, unfenced_findings
from arf.cli.roles import Roles
from arf.cli.unasked import Unasked
from arf.compare import CompareParams
from arf.ingest.convert import DataParams
from arf.judge import JudgeParams
from arf.layout import untuned
from arf.llm.endpoint import Endpoint, LlmParams, LocalModel
from arf.monitor.params import MonitorParams
from arf.params import did_you_mean, load_section
from arf.predict import PredictParams, Sampled
from arf.prompts import PROMPTS, load_prompt
from arf.rounds import TEACHER, Round, check, ordered
from arf.sample import SampleParams
from arf.targets import TargetsParams
from arf.taxonomy import Taxonomy, load_taxonomy
from arf.track.mirror import TrackParams
from arf.track.runs import without_credentials
from arf.train.params import Student, TrainParams
from arf.trial import TrialParams
from arf.write.providers import RecordedRole

SAMPLE = Path("data/sample")
GIGABYTES_NEEDED = 3
PACKAGES = ("dvc", "mlflow", "torch", "transformers", "trl", "peft", "openai")


SECTIONS: dict[str, Any] = {
    "data": DataParams,
    "channels": Channels,
    "sample": SampleParams,
    "roles": Roles,
    "llm": LlmParams,
    "audit": AuditParams,
    "trial": TrialParams,
    "targets": TargetsParams,
    "rounds": dict[str, Round],
    "bases": dict[str, Base],
    "train": TrainParams,
    "students": dict[str, Student],
    "predict": PredictParams,
    "sampled": dict[str, Sampled],
    "judge": JudgeParams,
    "compare": CompareParams,
    "monitor": MonitorParams,
    "track": TrackParams,
}


def doctor(
    endpoints: Annotated[
        bool, typer.Option("--endpoints", help="Ask each role's endpoint for a token, too.")
    ] = False,
) -> None:
    """Check the environment, the parameters, the prompts, the data and the disk.

    Every line that is not fine says what to do. Exits with 1 if a run would fail.
    """
    checks = {**CHECKS, "endpoints": endpoints_findings} if endpoints else CHECKS
    if show("check", {name: caught(examine) for name, examine in checks.items()}):
        raise typer.Exit(1)


def _environment() -> Iterator[Finding]:
    yield Finding("ok", f"Python {sys.version.split()[0]}")
    for package in PACKAGES:
        try:
            yield Finding("ok", f"{package} {version(package)}")
        except PackageNotFoundError:
            yield Finding("fail", f"{package} is not installed: make setup")


def _repository() -> Iterator[Finding]:
    for folder, command in ((".git", "git init"), (".dvc", "dvc init")):
        if not Path(folder).exists():
            yield Finding("fail", f"no {folder} here: go to the project's root, or run {command}")
    if Path("dvc.lock").exists():
        yield Finding("ok", "dvc.lock is there: dvc status tells what is out of date")
    else:
        yield Finding("note", "no dvc.lock yet: make repro runs the pipeline for the first time")


def _parameters() -> Iterator[Finding]:
    for name, model in SECTIONS.items():
        load_section(name, model)
    yield Finding("ok", f"params.yaml: {len(SECTIONS)} sections are valid")
    yield from _references()


def _references() -> Iterator[Finding]:
    """Checks the names that one section takes from another."""
    rounds = load_section("rounds", dict[str, Round])
    students = load_section("students", dict[str, Student])
    bases = load_section("bases", dict[str, Base])
    sampled = load_section("sampled", dict[str, Sampled])
    judged = load_section("judge", JudgeParams).sources
    written = [TEACHER, *ordered(rounds), *map(untuned, bases), *students, *sampled]
    references = [
        *((f"students.{name}.data", entry.data, [TEACHER, *rounds])
          for name, entry in students.items()),
        *((f"students.{name}.base", entry.base, [*bases]) for name, entry in students.items()),
        *((f"sampled.{name}.student", entry.student, [*students])
          for name, entry in sampled.items()),
        *((f"sampled.{name}.base", entry.base, [students[entry.student].base])
          for name, entry in sampled.items() if entry.student in students),
        *((f"judge.sources.{name}", name, written) for name in judged),
        *(("compare.contrasts", name, [*judged])
          for pair in load_section("compare", CompareParams).contrasts for name in pair),
    ]  # fmt: skip
    for name in (*rounds, *students, *sampled, *bases):
        if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
            yield Finding("fail", f"params.yaml: {name}: use letters, digits, _ and - in names")
    if not students:
        yield Finding("fail", "params.yaml: students is empty; name at least one to compare")
    for where, name, known in references:
        if name not in known:
            guess = did_you_mean(name, known) or f" (there are: {', '.join(known)})"
            yield Finding("fail", f"params.yaml: {where}: unknown {name}{guess}")


def _prompts() -> Iterator[Finding]:
    taxonomy = load_taxonomy()
    channels = load_section("channels", Channels).root
    check(load_section("rounds", dict[str, Round]), channels, taxonomy)
    RulesAnnotator(taxonomy)
    roles = load_section("roles", Roles)
    own = [code.prompt for code in taxonomy.codes.values() if code.prompt is not None]
    asked = {PROMPTS / prompt for prompt in own}
    asked |= {role.prompt for name in Roles.model_fields
              if hasattr(role := getattr(roles, name).root, "prompt")}  # fmt: skip
    for path in sorted(asked):
        yield from unfenced_findings(path)
    for channel in channels:
        _render(roles, channel, taxonomy)
    yield Finding("ok", f"{len(taxonomy.codes)} codes, prompts render for {', '.join(channels)}")


def _render(roles: Roles, channel: str, taxonomy: Taxonomy) -> None:
    """Renders the prompts of all roles that ask a model."""
    case, output = blank_pair(channel)
    for writer in (roles.teacher.root, roles.student.root):
        if not isinstance(writer, RecordedRole):
            load_prompt(writer.prompt).messages(case)
    for annotator in (roles.annotator.root, roles.judge.root):
        if not isinstance(annotator, RulesRole):
            prompt = load_prompt(annotator.prompt)
            ModelAnnotator(Unasked(), prompt, taxonomy).question(case, output)
    if isinstance(roles.editor.root, Endpoint | LocalModel):
        for name, code in taxonomy.codes.items():
            if code.prompt is not None:
                render_edit(name, channel, taxonomy)


def _data() -> Iterator[Finding]:
    folder = load_section("data", DataParams).dir
    roles = load_section("roles", Roles)
    needed = [folder]
    if roles.teacher.root.provider == "recorded":
        needed.append(folder / "teacher")
    if roles.editor.root.provider == "recorded":
        needed.append(folder / "edits")
    channels = load_section("channels", Channels).root
    for path in (where / f"{channel}.jsonl" for where in needed for channel in channels):
        if path.is_file():
            yield Finding("ok", f"{path}: {path.stat().st_size / 1e6:.1f} MB")
        elif folder == SAMPLE and "edits" not in path.parts:
            yield Finding("note", f"{path} is not there yet: dvc repro writes it")
        else:
            yield Finding("fail", f"data.dir: {path} is missing; see docs/your-data.md")


def _disk() -> Iterator[Finding]:
    free = shutil.disk_usage(".").free / 1e9
    state: State = "ok" if free > GIGABYTES_NEEDED else "fail"
    yield Finding(state, f"{free:.0f} GB free, a run wants {GIGABYTES_NEEDED}")


def _device() -> Iterator[Finding]:
    from arf.models.load import pick_device

    device, precision = pick_device()
    yield Finding("ok", f"students run on {device} in {str(precision).removeprefix('torch.')}")


def _sharing() -> Iterator[Finding]:
    from dvc.config import Config

    config = Config(dvc_dir=".dvc", validate=False)
    url = config.get("remote", {}).get(config.get("core", {}).get("remote"), {}).get("url")
    if url is None:
        yield Finding("note", "no default DVC remote: see docs/sharing.md")
    else:
        yield Finding("ok", f"dvc push and dvc pull use {without_credentials(str(url))}")
    uri = os.environ.get("MLFLOW_TRACKING_URI")
    yield Finding(
        "ok", f"MLflow: {'the server in MLFLOW_TRACKING_URI' if uri else 'a local store'}"
    )


CHECKS: dict[str, Callable[[], Iterator[Finding]]] = {
    "environment": _environment,
    "repository": _repository,
    "parameters": _parameters,
    "prompts": _prompts,
    "data": _data,
    "disk": _disk,
    "device": _device,
    "sharing": _sharing,
}
