"""People's labels steer the pipeline, and how far is carried to its end."""

import json
from pathlib import Path

import pytest
from project import Project, copy_project

from arf.annotate.rules import RulesAnnotator
from arf.cli.audit.downstream import verdict
from arf.files import read_records, write_records
from arf.records import Annotation, Case, Output, pair
from arf.taxonomy import load_taxonomy

CHANNELS = ("botchat", "webform")


def let_label(project: Project, who: str, finds: bool) -> None:
    """Lets somebody label all training outputs: as the rules do, or without finding anything."""
    taxonomy = load_taxonomy(project.root / "prompts/taxonomy.yaml")
    for channel in CHANNELS:
        cases = read_records(project.root / f"data/cases/{channel}.jsonl", Case)
        outputs = read_records(project.root / f"data/outputs/r0/{channel}.jsonl", Output)
        training = (both for both in pair(cases, outputs) if both[0].split == "train")
        labels = [
            label.model_copy(update={"annotator": who} | ({} if finds else {"errors": ()}))
            for label in RulesAnnotator(taxonomy).annotate(training)
        ]
        write_records(project.root / f"data/labels/{who}/{channel}.jsonl", labels)
        assert list(read_records(project.root / f"data/labels/{who}/{channel}.jsonl", Annotation))


@pytest.mark.slow
def test_the_comparison_by_each_persons_labels(tmp_path: Path) -> None:
    project = copy_project(tmp_path)
    project.set(
        students={
            "student-r0": {"data": "r0", "base": "default"},
            "student-r1": {"data": "r1", "base": "default"},
        },
        sampled={},
        judge__sources={"r0": {}, "r1": {}, "student-r0": {}, "student-r1": {}},
        compare__contrasts=[["r1", "r0"], ["student-r1", "student-r0"]],
        sample__per_channel=24,
    )
    project.ok("dvc repro -q teach")
    let_label(project, "anna", finds=True)
    let_label(project, "Ben O", finds=False)
    project.ok("dvc repro -q")
    project.commit()
    before = (project.root / "metrics/comparison.json").read_bytes()

    told = project.ok("arf audit robustness --downstream --resamples 50")

    assert "The targets depend on who looked" in told
    assert "differences move by" in told
    moved = json.loads((project.root / "metrics/downstream.json").read_text())["r1_vs_r0"]
    errors = moved["errors_per_case"]
    assert errors["Ben O"] == 0  # nobody found anything, so nothing was fixed
    assert errors["anna"] < 0
    assert (project.root / "metrics/comparison.json").read_bytes() == before
    assert project.ok("git status --porcelain --untracked-files=no") == ""


@pytest.mark.parametrize(
    ("errors", "line"),
    [
        ({"everybody": -1.0, "A": -1.0}, "Whoever audits, the comparison comes out the same."),
        ({"everybody": -1.0, "A": -0.4}, "move by 0.60 at most, in r1 − r0 (errors per case); no"),
        ({"everybody": -1.0, "A": 0.2}, "the sign turns in r1 − r0 (errors per case)"),
        ({"everybody": None, "A": None}, "the comparison comes out the same"),
    ],
)
def test_how_far_it_moves_is_told(errors: dict[str, float | None], line: str) -> None:
    unchanged = dict.fromkeys(errors, 0.5)
    moved = {"r1_vs_r0": {"errors_per_case": errors, "rating": unchanged}}
    assert line in verdict(moved)


def test_one_person_alone_is_held_against_nobody(tmp_path: Path) -> None:
    from rich.console import Console

    from arf.cli.audit.downstream import downstream
    from arf.errors import ArfError

    with pytest.raises(ArfError, match=r"labels of at least two people are wanted, .* of anna"):
        downstream(["anna"], Console())
