"""`arf audit`: planning, adjudication and robustness as they are typed."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from project import Project, copy_project

from arf.files import read_records, write_records
from arf.records import Annotation, Finding


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project whose audit and trial are done, by the rules alone."""
    project = copy_project(tmp_path_factory.mktemp("audit"))
    for stage in ("sample", "ingest", "teach", "audit", "trial", "targets"):
        project.ok(f"python -m arf.stages.{stage}")
    return project


def labels_of(project: Project, channel: str) -> list[Annotation]:
    path = project.root / f"data/annotations/audit/r0/{channel}.jsonl"
    return list(read_records(path, Annotation))


def let_label(project: Project, who: str, blind_to: str | None = None) -> None:
    """Lets somebody label as the rules do, but for one code."""
    for channel in ("botchat", "webform"):
        labels = [
            one.model_copy(
                update={
                    "annotator": who,
                    "errors": tuple(error for error in one.errors if error.code != blind_to),
                }
            )
            for one in labels_of(project, channel)
        ]
        write_records(project.root / f"data/labels/{who}/{channel}.jsonl", labels)


def test_a_plan_from_the_last_audit_and_from_a_guess(project: Project) -> None:
    told = project.ok("arf audit plan --half-width 0.05 --rate missing_reason=0.2")
    assert "20 training outputs" in told
    assert "missing_reason          20.0%     given" in told
    assert "wrong_outcome           50.0%     guess" in told
    assert "inferred_sentiment" in told
    assert "audit.per_channel: 23 holds every interval to ±5%; it is 100 now" in told


def test_a_plan_is_written_and_nothing_else_changes(project: Project) -> None:
    before = (project.root / "params.yaml").read_text()
    told = project.ok("arf audit plan --half-width 0.3 --by fields.product --write")
    after = (project.root / "params.yaml").read_text()
    assert "strata: fields.product" in after
    changed = [b for b, a in zip(before.splitlines(), after.splitlines(), strict=True) if a != b]
    assert [line.split(":")[0].strip() for line in changed] == ["per_channel", "strata"]
    assert "weight" in told
    (project.root / "params.yaml").write_text(before)


@pytest.mark.parametrize(
    ("options", "line"),
    [
        ("--rate missing_raison=0.2", "no code 'missing_raison' (did you mean missing_reason?)"),
        ("--rate missing_reason=often", "write CODE=RATE, such as missing_reason=0.2"),
        ("--rate missing_reason=2", "a rate lies between 0 and 1"),
        ("--by product", "name a field of the cases"),
    ],
)
def test_a_mistaken_plan_is_one_line(project: Project, options: str, line: str) -> None:
    done = project.type(f"arf audit plan {options}")
    assert done.returncode == 1
    assert line in done.stdout
    assert "Traceback" not in done.stdout


def test_from_labels_to_gold(project: Project) -> None:
    let_label(project, "anna")
    for command in ("adjudicate", "disagreements"):
        done = project.type(f"arf audit {command} list.csv")
        assert done.returncode == 1
        assert "no output has labels of two people yet" in done.stdout
    assert not (project.root / "list.csv").exists()
    let_label(project, "Ben", blind_to="inferred_sentiment")
    told = project.ok("arf audit disagreements list.csv")
    count = int(told.split(": ")[1].split()[0])
    assert count > 10
    done = project.type("arf audit disagreements list.csv")
    assert done.returncode == 1
    assert "list.csv: is there already, perhaps with verdicts" in done.stdout
    told = project.ok("arf audit adjudicate list.csv")
    assert f"0 outputs, {count} disagreements open" in told
    with (project.root / "list.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["verdict"] = "no"
    with (project.root / "filled.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert f"{count} outputs, 0 disagreements open" in project.ok("arf audit adjudicate filled.csv")
    gold = list(read_records(project.root / "data/labels/gold/botchat.jsonl", Annotation))
    assert {code for label in gold for code in label.taxonomy} == {"inferred_sentiment"}
    project.ok("python -m arf.stages.audit")
    audit = json.loads((project.root / "metrics/audit.json").read_text())["botchat"]
    assert audit["prevalence"]["inferred_sentiment"]["rate"] == 0
    broken = (project.root / "list.csv").read_text().replace("inferred_sentiment", "sentiment")
    (project.root / "broken.csv").write_text(broken)
    done = project.type("arf audit adjudicate broken.csv")
    assert done.returncode == 1
    assert "broken.csv:2: unknown code 'sentiment'" in done.stdout
    assert gold == list(read_records(project.root / "data/labels/gold/botchat.jsonl", Annotation))
    shutil.rmtree(project.root / "data/labels/gold")


def test_an_older_list_takes_no_verdict_back(project: Project) -> None:
    let_label(project, "anna")
    let_label(project, "Ben", blind_to="inferred_sentiment")
    older, decided = project.root / "older.csv", project.root / "decided.csv"
    project.ok("arf audit disagreements older.csv")
    with older.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[0]["verdict"] = "5" if rows[0]["code"] == "rating" else "yes"
    with decided.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    project.ok("arf audit adjudicate decided.csv")
    folder = project.root / "data/labels/gold"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = project.type("arf audit adjudicate older.csv")
    assert done.returncode == 1
    assert "older.csv: leaves open 1 disagreements that data/labels/gold has decided" in done.stdout
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}
    project.ok("arf audit disagreements newer.csv")
    project.ok("arf audit adjudicate newer.csv")
    assert before == {path.name: path.read_bytes() for path in folder.iterdir()}


def test_robustness_tells_who_turns_the_choice(project: Project) -> None:
    let_label(project, "anna")
    let_label(project, "Ben", blind_to="unn_content_redundant")
    told = project.ok("arf audit robustness --resamples 50")
    assert "r2 loses unn_content_redundant by Ben alone" in told
    assert (project.root / "metrics/robustness.json").exists()


def test_labels_that_cannot_be_read_stop_the_audit_in_one_line(project: Project) -> None:
    let_label(project, "anna")
    path = project.root / "data/labels/anna/botchat.jsonl"
    whole = path.read_text()
    path.write_text(whole + '{"id": "half')
    done = project.type("python -m arf.stages.audit")
    assert done.returncode == 1
    assert f"data/labels/anna/botchat.jsonl:{len(whole.splitlines()) + 1}: " in done.stdout
    assert "Traceback" not in done.stdout
    path.write_text(whole)


def test_whose_labels_count(project: Project) -> None:
    let_label(project, "anna")
    project.set(audit__people=["anne"])
    done = project.type("python -m arf.stages.audit")
    assert "audit.people: no labels by 'anne' (did you mean anna?)" in done.stdout
    project.set(audit__people=None)


def test_stale_labels_are_told(project: Project) -> None:
    let_label(project, "anna")
    path: Path = project.root / "data/labels/anna/botchat.jsonl"
    labels = [
        one.model_copy(update={"taxonomy": one.taxonomy | {"inferred_sentiment": "older"}})
        for one in read_records(path, Annotation)
    ]
    labels[0] = labels[0].model_copy(update={"text_sha256": "before"})
    write_records(path, labels)
    told = project.ok("python -m arf.stages.audit")
    assert "botchat: 1 labels by anna are outdated: the text has changed since" in told
    assert f"under an old definition: inferred_sentiment ({len(labels) - 1})" in told


def test_no_error_at_all_and_one_item(project: Project) -> None:
    """One person who labels one output, and finds a thing that no code fits."""
    for channel in ("botchat", "webform"):
        one = labels_of(project, channel)[0]
        odd = Finding(code="unlisted", note="reads like an advertisement")
        update = {"annotator": "zoe", "errors": (odd,), "rating": 4}
        write_records(
            project.root / f"data/labels/zoe/{channel}.jsonl", [one.model_copy(update=update)]
        )
    project.set(audit__people=["zoe"])
    project.ok("python -m arf.stages.audit")
    told = project.ok("arf audit robustness --resamples 50")
    assert "too few labels to tell" in told
    project.set(audit__people=None)
