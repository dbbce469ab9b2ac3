from pathlib import Path

from arf.files import write_records
from arf.records import RecordedText
from arf.write.recorded import RecordedWriter


def test_each_case_gets_its_text_or_none(tmp_path: Path, make_case) -> None:
    texts = {"botchat": ["a", "c"], "webform": ["a", "b"]}
    for channel, ids in texts.items():
        rows = [RecordedText(id=i, text=f"{channel} {i}.") for i in ids]
        write_records(tmp_path / f"{channel}.jsonl", rows)
    writer = RecordedWriter("r0", lambda channel: tmp_path / f"{channel}.jsonl")
    cases = [make_case(i, channel=channel) for channel in texts for i in "abcd"]
    outputs = list(writer.write(cases))
    assert [(o.id, o.text) for o in outputs] == [
        ("a", "botchat a."), ("c", "botchat c."), ("a", "webform a."), ("b", "webform b."),
    ]  # fmt: skip
    assert {(o.source, o.provider) for o in outputs} == {("r0", "recorded")}
