from pathlib import Path

import pytest

from arf.files import read_records, write_records
from arf.layout import cases, outputs
from arf.predict import predict
from arf.records import Output
from arf.write.mock import MockWriter


def test_test_cases_alone_are_answered_and_sorted_by_channel(
    make_case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    rows = {
        "botchat": [make_case("a", split="test"), make_case("b"), make_case("c", split="test")],
        "webform": [make_case("d", split="test", channel="webform")],
        "email": [],
    }
    for channel, of_channel in rows.items():
        write_records(cases(channel), of_channel)
    writer = MockWriter("student", ["one", None, "two"])
    predict(writer, "student", rows)
    assert writer.asked == ["a", "c", "d"]
    written = {
        channel: [output.text for output in read_records(outputs("student", channel), Output)]
        for channel in rows
    }
    assert written == {"botchat": ["one"], "webform": ["two"], "email": []}
