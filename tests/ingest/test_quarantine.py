import json
from pathlib import Path

import pytest
from memory import peak

from arf.errors import ArfError
from arf.ingest.quarantine import Quarantine
from arf.ingest.raw import row_id

BROKEN = b'{"text": "%s"}\n' % (b"word " * 200)


def test_one_broken_row_among_many_stops_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"id": "a"}\n' * 5000 + BROKEN + b'{"id": "b"}\n' * 5000)
    quarantine = Quarantine(tmp_path / "out", 0.001)
    assert sum(1 for _ in quarantine.sift(path, "x", row_id)) == 10_000
    assert quarantine.count == 1
    (row,) = (tmp_path / "out" / "x.jsonl").read_text("utf-8").splitlines()
    assert json.loads(row).keys() == {"line", "reason", "raw"}
    assert json.loads(row)["line"] == 5001


def test_a_broken_row_where_none_may_be(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"id": "a"}\n' * 50 + BROKEN)
    with pytest.raises(ArfError, match=r"x.jsonl:51: missing id; 1 of 51 rows are broken") as told:
        list(Quarantine(tmp_path / "out", 0).sift(path, "x", row_id))
    assert "\n" not in str(told.value)
    assert (tmp_path / "out" / "x.jsonl").is_file()


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_an_empty_file_has_no_broken_row(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.jsonl").write_bytes(content)
    assert list(Quarantine(tmp_path / "out", 0).sift(tmp_path / "x.jsonl", "x", row_id)) == []


def test_memory_does_not_grow_with_the_broken_rows(tmp_path: Path) -> None:
    def sift(count: int) -> None:
        path = tmp_path / "x.jsonl"
        with path.open("wb") as file:
            file.writelines(BROKEN for _ in range(count))
        list(Quarantine(tmp_path / "out", 1).sift(path, "x", row_id))

    few, many = (peak(lambda n=n: sift(n)) for n in (50, 5000))
    assert many < few + 100_000
