import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest
from fake_project import CODES, UNSEEN, make_project

from arf.errors import ArfError
from arf.files import read_json, read_records, write_json, write_records
from arf.llm.account.usage import Usage
from arf.records import Annotation, Case, Finding, Output
from arf.track.runs import SourceRun, flat, source_run, without_credentials


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_project(tmp_path_factory.mktemp("project"), page="<p>report</p>")


def values(run: SourceRun) -> dict[str, float]:
    return {metric.name: metric.value for metric in run.metrics}


@pytest.mark.parametrize(
    ("source", "round_name", "own"),
    [
        ("r0", "r0", {"prevalence.botchat/n", "prevalence.webform/inferred_sentiment"}),
        ("r1", "r1", {"revise/success_rate", "revise/kept", "revise.botchat/reverted"}),
        ("student-r2", "r2", {"train/loss", "train/heldout_loss", "train/tokens", "train/steps"}),
        ("base-default", "none", set()),
    ],
)
def test_run(project: Path, source: str, round_name: str, own: set[str]) -> None:
    run = source_run(project, source, "key")
    assert run.tags["source"] == source
    assert run.tags["round"] == round_name
    assert run.tags["pipeline_key"] == "key"
    assert run.tags["synthetic"] == "true"
    assert own <= set(values(run))
    shared = {"judge/rating_mean", "judge.botchat/errors_per_case", "judge/n", "judge/unscored"}
    assert shared <= set(values(run))
    assert {name.split("/")[1] for name in values(run) if name.startswith("errors.webform/")} == {
        code for code in CODES if code not in UNSEEN
    }
    assert all(name.count("/") == 1 for name in values(run))


def test_metrics_are_those_of_the_files(project: Path) -> None:
    block = read_json(project / "metrics/comparison.json")["sources"]["r1"]["all"]
    found = values(source_run(project, "r1", "key"))
    assert found["judge/rating_mean"] == block["rating"]["mean"]
    assert found["errors/inferred_sentiment"] == block["error_rate"]["inferred_sentiment"]["rate"]
    assert found["revise/success_rate"] == pytest.approx(0.95)
    assert (found["revise/kept"], found["revise.webform/kept"]) == (72, 36)


def test_the_audit_goes_with_the_teacher(project: Path) -> None:
    run = source_run(project, "r0", "key")
    found = values(run)
    block = read_json(project / "metrics/audit.json")["botchat"]
    share = block["prevalence"]["inferred_sentiment"]
    name = "prevalence.botchat/inferred_sentiment"
    assert [found[name + end] for end in ("", "_lo", "_hi")] == [
        share[part] for part in ("rate", "lo", "hi")
    ]
    ac1 = block["agreement"]["inferred_sentiment"]["A_vs_B"]["ac1"]
    name = "reliability.botchat/inferred_sentiment_ac1"
    assert [found[name], found[f"{name}_lo"]] == [ac1["value"], ac1["lo"]]
    assert found["reliability.botchat/wrong_outcome_ac1"] == 1
    assert "reliability.botchat/wrong_outcome_ac1_lo" not in found  # which nobody knows
    assert found["reliability.rules/botchat_unsupported_detail_sensitivity"] == 0
    assert found["reliability.rules/botchat_inferred_sentiment_specificity"] == 1
    assert run.tags["audit_warnings"] == "2"
    note = run.tags["mlflow.note.content"]
    assert "SYNTHETIC" in note
    assert "botchat: rules is below audit.least at unsupported_detail" in note
    assert not {"prevalence", "agreement", "calibration"} & {
        name.split(".")[0] for name in values(source_run(project, "r1", "key"))
    }


def test_loss_by_step(project: Path) -> None:
    run = source_run(project, "student-r1", "key")
    steps = [(metric.step, metric.value) for metric in run.metrics if metric.name == "train/loss"]
    assert steps[0] == (1, 2.4)
    assert len(steps) == 12


def test_the_table_is_masked_and_beside_the_teacher(project: Path) -> None:
    table = source_run(project, "student-r1", "key").table
    assert list(table) == ["id", "channel", "case", "teacher", "output", "rating", "errors"]
    assert {len(column) for column in table.values()} == {12}
    assert set(table["channel"]) == {"botchat", "webform"}
    text = str(table)
    assert "parcel XXXXXXXX came late" in text
    assert "12345678" not in text
    assert "7946" not in text
    assert "ann@" not in text


def test_the_table_masks_what_was_exposed_by_a_source_that_it_does_not_show(
    project: Path, tmp_path: Path
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(project, root)
    path = root / "data/cases/webform.jsonl"
    cases = [
        case.model_copy(update={"text": f"{case.text} My code is KX7PQ2."})
        for case in read_records(path, Case)
    ]
    write_records(path, cases)
    path = root / "data/outputs/student-r1/webform.jsonl"
    outputs = [
        output.model_copy(update={"text": f"{output.text} Her code: kx7pq2."})
        for output in read_records(path, Output)
    ]
    write_records(path, outputs)
    path = root / "data/annotations/judge/student-r2/webform.jsonl"
    exposed = Finding(code="exposed_identifier", span="KX7PQ2", start=0)
    labels = [
        label.model_copy(update={"errors": (*label.errors, exposed)})
        for label in read_records(path, Annotation)
    ]
    write_records(path, labels)
    text = str(source_run(root, "student-r1", "key").table)
    assert "My code is XXXXXX." in text
    assert "Her code: XXXXXX." in text
    assert "kx7pq2" not in text.lower()


@pytest.mark.parametrize("text", ["rounds:\nstudents:\n", "students: {student-r1: }\n", ""])
def test_empty_sections(project: Path, tmp_path: Path, text: str) -> None:
    root = tmp_path / "copy"
    shutil.copytree(project, root)
    (root / "params.yaml").write_text(text)
    assert source_run(root, "student-r1", "key").tags["round"] == "none"
    assert source_run(root, "r0", "key").tags["round"] == "r0"


def test_params_are_flat_and_without_credentials(project: Path) -> None:
    params = source_run(project, "r0", "key").params
    assert params["rounds.r1.parent"] == "r0"
    assert params["compare.contrasts"] == '[["r1", "r0"], ["r2", "r1"]]'
    assert params["roles.teacher.base_url"] == "https://***@llm.example/v1"
    assert dict(flat({"a": {}, "b": None, "c": True})) == {"a": "{}", "b": "null", "c": "true"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://me:pw@host:1/x?a=b@c", "http://***@host:1/x?a=b@c"),
        ("postgresql://me:p.w@host/db and http://host", "postgresql://***@host/db and http://host"),
        ("at http://host, mail a@b.c", "at http://host, mail a@b.c"),
    ],
)
def test_without_credentials(text: str, shown: str) -> None:
    assert without_credentials(text) == shown


@pytest.mark.parametrize(
    "missing",
    [
        "metrics/report.html",
        "metrics/audit.html",
        "metrics/train/student-r1.json",
        "metrics/train/student-r1.csv",
        "data/outputs/student-r1/botchat.jsonl",
        "params.yaml",
        "prompts",
    ],
)
def test_a_missing_file_is_named(project: Path, tmp_path: Path, missing: str) -> None:
    root = tmp_path / "copy"
    shutil.copytree(project, root)
    path = root / missing
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    with pytest.raises(ArfError, match=f"{Path(missing).name}: no such file"):
        source_run(root, "student-r1", "key")


def test_the_experiment_of_dvc_is_a_tag(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "dvc_experiment" not in source_run(project, "r0", "key").tags
    monkeypatch.setenv("DVC_EXP_NAME", "higher-rate")
    assert source_run(project, "r0", "key").tags["dvc_experiment"] == "higher-rate"


def test_what_requests_come_to_goes_with_the_source_that_they_are_for(
    project: Path, tmp_path: Path
) -> None:
    root = tmp_path / "copy"
    shutil.copytree(project, root)
    assert not any(name.startswith("cost") for name in values(source_run(root, "r1", "key")))
    used = Usage("openai", "m", asked=9, hits=1, retries=2, money=0.25, prompt_tokens=100)
    role = asdict(replace(used, failed={"length": 3, "empty": 1}, completion_tokens=10))
    folder = root / "metrics" / "requests"
    write_json(folder / "teach" / "usage.json", {"teacher": role})
    write_json(folder / "judge-r0" / "usage.json", {"judge": role})
    write_json(folder / "audit" / "usage.json", {})
    write_json(folder / "revise-r1" / "usage.json", {"editor": role, "annotator": role})
    write_json(folder / "predict-student-r1" / "usage.json", {"student": {**role, "money": None}})

    def named(group: str, values: dict[str, float]) -> dict[str, float]:
        return {f"{group}/{name}": value for name, value in values.items()}

    def cost(source: str) -> dict[str, float]:
        found = values(source_run(root, source, "key"))
        return {name: value for name, value in found.items() if name.startswith("cost")}

    both = {
        "asked": 18, "money": 0.5, "prompt_tokens": 200, "completion_tokens": 20, "hits": 2,
        "retries": 4, "failed": 8, "throttled": 0, "repaid": 0, "saved_money": 0,
        "saved_prompt_tokens": 0, "saved_completion_tokens": 0,
    }  # fmt: skip
    assert {name: value for name, value in cost("r0").items() if name in named("cost", both)} == (
        named("cost", both)
    )
    assert cost("r1") == named("cost", both) | named("cost.revise", both)
    assert cost("r0")["cost.teach/money"] == cost("r0")["cost.judge/money"] == 0.25
    assert "cost.audit/money" not in cost("r0")
    assert cost("r2") == {}
    assert cost("student-r1")["cost/prompt_tokens"] == 100
    assert "cost/money" not in cost("student-r1")
