import json
from pathlib import Path

import pytest
from fake_project import RATES, make_lock

from arf.track.lineage import pipeline_key, read_stages, upstream


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("r0", {"judge@r0", "teach", "ingest"}),
        ("r1", {"judge@r1", "revise@r1", "teach", "ingest"}),
        ("base-default", {"judge@base-default", "predict@base-default", "base@default"}),
        (
            "student-r1",
            {
                "judge@student-r1",
                "predict@student-r1",
                "train@student-r1",
                "base@default",
                "revise@r1",
                "teach",
                "ingest",
            },
        ),
    ],
)
def test_upstream(source: str, expected: set[str]) -> None:
    assert set(upstream(make_lock()["stages"], f"judge@{source}")) == expected


def test_a_dependency_on_a_folder_of_outputs() -> None:
    stages = {
        "a": {"outs": [{"path": "data/x/one"}]},
        "b": {"deps": [{"path": "data/x"}], "outs": [{"path": "b"}]},
        "c": {"deps": [{"path": "data/xyz"}, {"path": "c"}], "outs": [{"path": "c"}]},
    }
    assert set(upstream(stages, "b")) == {"a", "b"}
    assert set(upstream(stages, "c")) == {"c"}


def test_a_change_reaches_what_lies_downstream_of_it(tmp_path: Path) -> None:
    before, after = make_lock()["stages"], make_lock()["stages"]
    after["revise@r1"]["outs"][0]["md5"] = "other"
    changed = {
        source
        for source in RATES
        if pipeline_key(tmp_path, before, source) != pipeline_key(tmp_path, after, source)
    }
    assert changed == {"r1", "r2", "student-r1", "student-r2"}


def test_without_a_lock_the_files_are_the_state(tmp_path: Path) -> None:
    output = tmp_path / "data/outputs/r0/botchat.jsonl"
    output.parent.mkdir(parents=True)
    output.write_text("one\n")
    first = pipeline_key(tmp_path, {}, "r0")
    assert first == pipeline_key(tmp_path, {}, "r0")
    assert first != pipeline_key(tmp_path, {}, "r1")
    output.write_text("two\n")
    assert first != pipeline_key(tmp_path, {}, "r0")


def test_read_stages(tmp_path: Path) -> None:
    assert read_stages(tmp_path) == {}
    (tmp_path / "dvc.lock").write_text(json.dumps(make_lock()))
    assert read_stages(tmp_path) == make_lock()["stages"]
    (tmp_path / "dvc.lock").write_text("")
    assert read_stages(tmp_path) == {}


def test_timings_do_not_count(tmp_path: Path) -> None:
    before, after = make_lock()["stages"], make_lock()["stages"]
    for stages, md5 in ((before, "fast"), (after, "slow")):
        timing = {"path": "metrics/timing/train/student-r1.json", "md5": md5}
        stages["train@student-r1"]["outs"].append(timing)
    keys = [pipeline_key(tmp_path, stages, "student-r1") for stages in (before, after)]
    assert keys[0] == keys[1]
