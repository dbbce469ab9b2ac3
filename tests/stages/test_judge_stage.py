import json
import shutil
from pathlib import Path

import pytest

from arf.annotate.mock import MockAnnotator
from arf.files import read_records, write_records
from arf.layout import annotations, cases, outputs
from arf.records import Annotation
from arf.stages import judge

ROOT = Path(__file__).parents[2]


def test_test_cases_are_judged_by_channel_and_over_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_case, make_output
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "params.yaml", tmp_path)
    monkeypatch.setattr(
        judge, "open_annotator", lambda *_: MockAnnotator({"inferred_sentiment": "SAD"})
    )
    shutil.copytree(ROOT / "prompts", "prompts")
    for channel, count in (("botchat", 6), ("webform", 3)):
        rows = [
            make_case(str(i), channel=channel, split="test" if i % 3 else "train")
            for i in range(count)
        ]
        write_records(cases(channel), rows)
        write_records(
            outputs("r0", channel), [make_output(c.id, "SAD", channel=channel) for c in rows]
        )
    judge.main("r0")
    judged = [label.id for label in read_records(annotations("judge", "r0", "botchat"), Annotation)]
    assert judged == ["1", "2", "4", "5"]
    by_channel = json.loads(Path("metrics/judge/r0.json").read_text("utf-8"))
    assert [by_channel[channel]["n"] for channel in ("botchat", "webform")] == [4, 2]
    assert json.loads(Path("metrics/summary/r0.json").read_text("utf-8")) == {
        "n": 6, "unscored": 0, "rating": 4, "errors_per_case": 1,
    }  # fmt: skip
