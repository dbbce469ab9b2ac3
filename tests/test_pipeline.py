"""The whole graph on the tiny model, as its user would run it."""

import json
import shutil
from pathlib import Path

import pytest
from project import Project, copy_project

from arf.files import read_records
from arf.records import Annotation, Output

STUDENTS = ["student-r0", "student-r1", "student-r2"]
SOURCES = ["r0", "r1", "r2", "base-default", *STUDENTS, *(f"{name}-sampled" for name in STUDENTS)]
CHANNELS = ["botchat", "webform"]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = copy_project(tmp_path_factory.mktemp("pipeline") / "project")
    project.ok("dvc repro")
    project.commit()
    return project


def metrics(project: Project, name: str) -> dict:
    return json.loads((project.root / "metrics" / name).read_text("utf-8"))


def outputs(project: Project, source: str, channel: str) -> list[Output]:
    path = project.root / "data" / "outputs" / source / f"{channel}.jsonl"
    return list(read_records(path, Output))


def test_every_source_is_judged_on_the_same_cases(project: Project) -> None:
    comparison = metrics(project, "comparison.json")
    assert comparison["synthetic"] is True
    assert list(comparison["sources"]) == SOURCES
    blocks = [scopes["all"] for scopes in comparison["sources"].values()]
    (size,) = {block["n"] + block["unscored"] for block in blocks}
    assert size > 10
    rates = comparison["sources"]["r0"]["all"]["error_rate"]
    assert rates["wrong_outcome"] is None
    assert rates["inferred_sentiment"]["rate"] > 0.5


def test_revising_lowers_the_errors_that_it_targets(project: Project) -> None:
    sources = metrics(project, "comparison.json")["sources"]
    sentiment = [
        sources[r]["all"]["error_rate"]["inferred_sentiment"]["rate"] for r in ("r0", "r1")
    ]
    assert sentiment[1] < sentiment[0] / 2
    for name in ("r1", "r2"):
        edits = [code for rows in metrics(project, f"revise/{name}.json").values()
                 for code in rows.values()]  # fmt: skip
        assert sum(code["kept"] for code in edits) > 0
        assert sum(code["untouched_changed"] for code in edits) == 0


@pytest.mark.parametrize("channel", CHANNELS)
def test_rounds_share_ids_and_differ_in_flagged_rows_alone(project: Project, channel: str) -> None:
    r0, r1, r2 = (outputs(project, source, channel) for source in ("r0", "r1", "r2"))
    assert [o.id for o in r0] == [o.id for o in r1] == [o.id for o in r2]
    for before, after in ((r0, r1), (r1, r2)):
        for old, new in zip(before, after, strict=True):
            kept = [e for e in new.edits[len(old.edits) :] if e.verdict == "kept"]
            assert (old.text != new.text) == bool(kept)
    assert [o.original() for o in r2] == [o.text for o in r0]
    assert any(old.text != new.text for old, new in zip(r0, r1, strict=True))


def test_students_train_alike(project: Project) -> None:
    steps = {metrics(project, f"train/{s}.json")["steps"] for s in STUDENTS}
    assert len(steps) == 1


def test_metrics_hold_no_list_and_no_nan(project: Project) -> None:
    def walk(value: object, path: str) -> None:
        assert not isinstance(value, list), path
        if isinstance(value, dict):
            for key, item in value.items():
                walk(item, f"{path}.{key}")

    for path in (project.root / "metrics").rglob("*.json"):
        text = path.read_text("utf-8")
        assert "NaN" not in text
        walk(json.loads(text), path.name)


def test_a_student_is_merged_into_a_model_of_its_own(project: Project, tmp_path: Path) -> None:
    project.ok(f"arf merge student-r1 {tmp_path / 'merged'}")
    names = {path.name for path in (tmp_path / "merged").iterdir()}
    assert {"config.json", "model.safetensors", "tokenizer.json", "chat_template.jinja"} <= names
    for words, told in (
        (f"student-r9 {tmp_path / 'other'}", "there is no student-r9"),
        (f"student-r1 {tmp_path}", "is there already"),
    ):
        done = project.type(f"arf merge {words}")
        assert done.returncode == 1
        assert told in done.stdout
        assert "Traceback" not in done.stdout


def test_a_second_repro_runs_nothing(project: Project) -> None:
    assert project.ran("dvc repro") == set()
    assert "up to date" in project.ok("dvc status")


def test_forced_again_every_byte_is_the_same(project: Project) -> None:
    lock = (project.root / "dvc.lock").read_text("utf-8")
    ran = project.ran("dvc repro -f")
    assert {"train@student-r1", "predict@student-r1", "compare"} <= ran
    again = (project.root / "dvc.lock").read_text("utf-8")
    assert without_timings(again) == without_timings(lock)
    project.ok("git checkout -q dvc.lock && dvc checkout -q")


def without_timings(lock: str) -> list[str]:
    """The lock's lines but for the hashes of timing files, which differ from run to run."""
    lines = lock.splitlines()
    return [
        line
        for i, line in enumerate(lines)
        if not any("metrics/timing" in earlier for earlier in lines[max(0, i - 3) : i])
    ]


def test_a_change_of_r2_leaves_the_students_of_r0_and_r1_alone(
    project: Project, tmp_path: Path
) -> None:
    changed = Project(shutil.copytree(project.root, tmp_path / "changed", symlinks=True))
    cascade = changed.root / "src/arf/revise/cascade.py"
    source = cascade.read_text("utf-8")
    written = "yield from (row.output for row in rows)"
    assert written in source
    cascade.write_text(
        source.replace(
            written,
            "yield from (row.output if round_name != 'r2' else "
            "row.output.model_copy(update={'text': row.output.text + ' Changed.'}) "
            "for row in rows)",
        ),
        "utf-8",
    )
    ran = changed.ran("dvc repro")
    assert {"revise@r2", "train@student-r2", "judge@student-r2", "judge@r2"} <= ran
    others = {
        f"{stage}@{student}"
        for stage in ("train", "predict", "judge")
        for student in ("student-r0", "student-r1")
    }
    assert ran & (others | {"predict-base@default", "judge@r0", "judge@r1"}) == set()


def test_a_change_of_the_report_runs_no_model(project: Project, tmp_path: Path) -> None:
    changed = Project(shutil.copytree(project.root, tmp_path / "changed", symlinks=True))
    pages = ("src/arf/report/page.py", "src/arf/audit_page/page.py")
    for name in (*pages, "docs/models.md", "README.md"):
        with (changed.root / name).open("a", encoding="utf-8") as file:
            file.write("\n# changed\n")
    assert changed.ran("dvc repro") <= {"audit-report", "compare", "track"}


def test_push_clone_pull(project: Project, tmp_path: Path) -> None:
    project.ok(f"dvc remote modify --local shared url {tmp_path / 'remote'} && dvc push -q")
    project.ok(f"git clone -q . {tmp_path / 'clone'}")
    clone = Project(tmp_path / "clone")
    clone.ok(f"dvc remote modify --local shared url {tmp_path / 'remote'}")
    clone.ok("dvc pull -q --allow-missing")
    for name in ("data/outputs/r2/botchat.jsonl", "models/students/student-r1/adapter_config.json",
                 "metrics/judge/student-r1.json"):  # fmt: skip
        assert (clone.root / name).read_bytes() == (project.root / name).read_bytes()
    assert not (clone.root / "models/base/default").exists()
    assert clone.ran("dvc repro --allow-missing") == set()
    assert "rating" in clone.ok("dvc metrics show metrics/summary/student-r1.json")
    clone.ok("python -m arf.stages.track")
    assert (clone.root / ".arf/mlflow/mlflow.db").exists()
    one = tmp_path / "one"
    clone.ok(f"dvc get -q {project.root} data/outputs/r1 -o {one}")
    assert (one / "botchat.jsonl").read_bytes() == (
        project.root / "data/outputs/r1/botchat.jsonl"
    ).read_bytes()


def test_dvc_tells_the_story(project: Project, tmp_path: Path) -> None:
    table = project.ok("dvc metrics show")
    assert "metrics/summary/student-r1.json" in table
    assert "errors_per_case" in table.splitlines()[0]
    assert "file://" in project.ok(f"dvc plots show -o {tmp_path / 'plots'}")
    project.ok("dvc exp run -q -S compare.resamples=300 --name wider")
    experiments = project.ok("dvc exp show --md")
    assert "wider" in experiments
    assert "metrics/summary/student-r1.json:rating" in experiments
    assert "compare.resamples" in experiments
    assert "params.yaml" in project.ok("dvc params diff wider main")
    project.ok("git checkout -q . && dvc checkout -q")


@pytest.mark.parametrize(
    ("name", "parent", "line"),
    [
        ("r2", "r9", "error: params.yaml: rounds.r2.parent: no round r9"),
        ("r1", "r2", "both a dependency and an output in stages: revise@"),
    ],
)
def test_a_broken_chain_of_rounds_is_named(
    project: Project, tmp_path: Path, name: str, parent: str, line: str
) -> None:
    broken = Project(shutil.copytree(project.root, tmp_path / "broken", symlinks=True))
    broken.set(**{f"rounds__{name}__parent": parent})
    done = broken.type("dvc repro")
    assert done.returncode != 0
    assert line in done.stdout
    assert "Traceback" not in done.stdout


def test_judgements_name_the_definitions_that_they_used(project: Project) -> None:
    path = project.root / "data/annotations/judge/student-r1/botchat.jsonl"
    label = next(read_records(path, Annotation))
    assert label.annotator == "rules"
    assert "inferred_sentiment" in label.taxonomy
    assert "wrong_outcome" not in label.taxonomy


def test_two_runs_at_once(project: Project, tmp_path: Path) -> None:
    copy = Project(shutil.copytree(project.root, tmp_path / "copy", symlinks=True))
    graph = copy.root / "dvc.yaml"
    slow = graph.read_text("utf-8").replace("cmd: python -m arf.stages.teach", "cmd: sleep 8")
    graph.write_text(slow, "utf-8")
    first = copy.start("dvc repro teach")
    try:
        assert first.stdout is not None
        while "Running stage 'teach'" not in first.stdout.readline():
            assert first.poll() is None
        second = copy.type("dvc repro teach")
    finally:
        first.kill()
        first.communicate()
    assert second.returncode != 0
    assert "is busy, it is being blocked by" in second.stdout
    assert "Traceback" not in second.stdout


def test_real_data_by_parameters_alone(
    real_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    project = copy_project(tmp_path_factory.mktemp("real") / "project")
    project.set(data__dir=str(real_data), roles__editor__provider="recorded")
    project.ok("dvc repro")
    comparison = metrics(project, "comparison.json")
    assert comparison["synthetic"] is False
    assert comparison["sources"]["r1"]["all"]["n"] == 72
    assert comparison["contrasts"]["r1_vs_r0"]["all"]["errors_per_case"]["hi"] < 0
    for channel in metrics(project, "revise/r1.json").values():
        assert channel["inferred_sentiment"]["editor_success"]["lo"] > 0.8
        assert channel["inferred_sentiment"]["untouched_changed"] == 0
