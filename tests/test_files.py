from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.errors import ArfError
from arf.files import listing, read_json, read_records, replacing, write_json, write_records
from arf.records import RecordedText

TEXT = st.text(st.characters(codec="utf-8"), min_size=1)


@given(st.lists(st.builds(RecordedText, id=TEXT, text=TEXT)))
def test_records_come_back_whatever_they_hold(tmp_path_factory, records: list) -> None:
    path = tmp_path_factory.mktemp("records") / "x.jsonl"
    assert write_records(path, records) == len(records)
    assert list(read_records(path, RecordedText)) == records


def test_a_broken_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"id": "a", "text": "b"}\n{"id": "a"}\n', encoding="utf-8")
    with pytest.raises(ArfError, match=r"x.jsonl:2: text: Field required"):
        list(read_records(path, RecordedText))


def test_bytes_that_are_no_text_are_named(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_bytes(b'{"id": "a", "text": "caf\xe9"}\n')
    with pytest.raises(ArfError, match=r"x.jsonl:1: Invalid JSON: invalid unicode"):
        list(read_records(path, RecordedText))


def test_a_listing_without_rows_is_no_file(tmp_path: Path) -> None:
    with listing(tmp_path / "x.jsonl"):
        pass
    assert list(tmp_path.iterdir()) == []
    with listing(tmp_path / "x.jsonl") as add:
        add({"a": "é"})
        add({"a": 2})
    assert (tmp_path / "x.jsonl").read_text("utf-8") == '{"a": "é"}\n{"a": 2}\n'


def test_a_listing_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyError), listing(tmp_path / "x.jsonl") as add:
        add({"a": 1})
        raise KeyError
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read", [lambda p: list(read_records(p, RecordedText)), read_json])
def test_a_missing_file_says_what_to_do(tmp_path: Path, read) -> None:
    with pytest.raises(ArfError, match="dvc repro"):
        read(tmp_path / "none")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    write_json(path, {"a": 1})
    with pytest.raises(KeyError), replacing(path) as file:
        file.write("half")
        raise KeyError
    assert read_json(path) == {"a": 1}
    assert [p.name for p in tmp_path.iterdir()] == ["x.json"]


def test_json_has_no_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="Out of range"):
        write_json(tmp_path / "x.json", {"a": float("nan")})
