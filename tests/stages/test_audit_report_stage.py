import csv
import shutil
from pathlib import Path

import pytest
from fake_audit import CHANNELS, make_audit, make_pairs, make_targets, people_labels, rules_labels

from arf.errors import ArfError
from arf.files import write_json, write_records
from arf.labels import rewrite
from arf.layout import annotations, cases, outputs, people
from arf.stages import audit_report

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    shutil.copytree(ROOT / "prompts", "prompts")
    own = []
    for channel in CHANNELS:
        pairs = make_pairs(channel)
        labels = people_labels(pairs[:30], ["A", "B", "C"])
        write_records(cases(channel), [case for case, _ in pairs])
        write_records(outputs("r0", channel), [output for _, output in pairs])
        write_records(people(channel), [label for label in labels if label.annotator == "A"])
        write_records(annotations("audit", "r0", channel), rules_labels(pairs))
        own += [label for label in labels if label.annotator != "A"]
    for who in "BC":
        rewrite(Path("data/labels"), who, [label for label in own if label.annotator == who])
    write_json(Path("metrics/audit.json"), make_audit())
    write_json(Path("metrics/targets.json"), make_targets())
    return tmp_path


def rows(name: str) -> list[dict[str, str]]:
    with Path(f"metrics/audit-plots/{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_page_and_plots(project: Path) -> None:
    audit_report.main()
    page = Path("metrics/audit.html").read_text("utf-8")
    assert "SYNTHETIC" not in page
    assert "labelled by A" in page
    assert "labelled by B" in page
    assert "labelled by C" not in page  # whose labels do not count in metrics/audit.json
    block = make_audit()["webform"]
    found = next(
        row
        for row in rows("prevalence")
        if (row["channel"], row["code"]) == ("webform", "inferred_sentiment")
    )
    assert float(found["lo"]) == block["prevalence"]["inferred_sentiment"]["lo"]
    assert found["bar"].startswith("webform · inferred_sentiment (")
    pairs = {row["pair"] for row in rows("agreement")}
    assert pairs == {"A_vs_B", "A_vs_rules", "B_vs_rules"}
    periods = {row["period"] for row in rows("periods")}
    assert periods == set(block["time"]["periods"])


def test_made_up_cases_say_so(project: Path) -> None:
    for channel in CHANNELS:
        made_up = [
            case.model_copy(update={"extra": {"synthetic": True}})
            for case, _ in make_pairs(channel)
        ]
        write_records(cases(channel), made_up)
    audit_report.main()
    assert "SYNTHETIC DATA" in Path("metrics/audit.html").read_text("utf-8")


def test_without_anybody_the_plots_are_empty_and_the_page_stands(project: Path) -> None:
    audit = {
        channel: block | {"agreement": {code: {} for code in block["agreement"]}, "calibration": {}}
        for channel, block in make_audit().items()
    }
    write_json(Path("metrics/audit.json"), audit)
    audit_report.main()
    assert rows("agreement") == []


def test_a_missing_file_is_one_line(project: Path) -> None:
    Path("metrics/targets.json").unlink()
    with pytest.raises(ArfError, match=r"metrics/targets.json: no such file"):
        audit_report.main()
    assert not Path("metrics/audit.html").exists()
