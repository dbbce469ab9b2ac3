from pathlib import Path

import pytest

from arf.errors import ArfError
from arf.files import write_records
from arf.records import RecordedText
from arf.write.providers import TeacherRole, open_teacher


def test_each_case_gets_its_text_or_none(tmp_path: Path, make_case) -> None:
    path = tmp_path / "botchat.jsonl"
    write_records(path, [RecordedText(id="a", text="A."), RecordedText(id="c", text="C.")])
    teacher = open_teacher(TeacherRole(provider="recorded"), path)
    outputs = list(teacher.write(make_case(i) for i in "abcd"))
    assert [(o.id, o.text, o.source, o.provider) for o in outputs] == [
        ("a", "A.", "r0", "recorded"),
        ("c", "C.", "r0", "recorded"),
    ]


def test_a_provider_that_is_not_there_yet_says_so(tmp_path: Path) -> None:
    with pytest.raises(ArfError, match=r"roles.teacher.provider: openai needs"):
        open_teacher(TeacherRole(provider="openai"), tmp_path)
