"""The corpus as it is made and written."""

import json
from collections import Counter
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import pytest
from corpora import (
    CHANNELS,
    CORPORA,
    RATES,
    corpus,
    params,
)
from memory import peak

from arf.sample import SampleParams, make_rows, write_sample


def write(folder: Path, wanted: SampleParams) -> dict[str, bytes]:
    write_sample(wanted, folder / "sample", folder / "truth")
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_writes_the_layout_and_nothing_else(tmp_path: Path) -> None:
    files = write(tmp_path, params(3))
    assert set(files) == {
        f"{folder}/{channel}.jsonl"
        for folder in ("sample", "sample/teacher", "truth")
        for channel in CHANNELS
    }
    first = {name: json.loads(content.splitlines()[0]) for name, content in files.items()}
    assert first["sample/botchat.jsonl"]["id"] == "bot-000001"
    assert first["sample/webform.jsonl"]["id"] == "web-000001"
    assert set(first["sample/botchat.jsonl"]) == {"id", "channel", "turns", "facts", "synthetic"}
    assert set(first["sample/webform.jsonl"]) == {
        "id", "channel", "text", "fields", "facts", "synthetic",
    }  # fmt: skip
    assert {"product", "issue", "date_received"} == set(first["sample/webform.jsonl"]["fields"])
    assert set(first["sample/teacher/webform.jsonl"]) == {"id", "channel", "text"}
    assert set(first["truth/webform.jsonl"]) == {"id", "family", "errors", "facts", "traps"}


@pytest.mark.parametrize(("family", "channel"), CORPORA)
def test_every_case_is_marked_as_synthetic(family: str, channel: str) -> None:
    assert all(rows.case["synthetic"] is True for rows in corpus(family, channel))
    assert all(rows.truth["family"] == family for rows in corpus(family, channel))


def test_repeats_byte_by_byte(tmp_path: Path) -> None:
    both = params(40, families=["a", "b"])
    assert write(tmp_path / "a", both) == write(tmp_path / "b", both)


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one(tmp_path: Path) -> None:
    small = write(tmp_path / "a", params(25, families=["a", "b"]))
    large = write(tmp_path / "b", params(60, families=["b", "a"]))
    for name, content in small.items():
        assert content.count(b"\n") == 25
        assert large[name].startswith(content)


def test_channels_do_not_depend_on_each_other(tmp_path: Path) -> None:
    both = write(tmp_path / "a", params(20))
    one = write(tmp_path / "b", params(20, rates={"webform": RATES["webform"]}))
    assert one == {name: content for name, content in both.items() if "webform" in name}


def test_another_seed_gives_another_corpus() -> None:
    first = next(make_rows(params(1), "botchat"))
    other = next(make_rows(params(1, seed=1), "botchat"))
    assert first.case["turns"] != other.case["turns"]


@pytest.mark.parametrize("channel", CHANNELS)
def test_families_take_turns_by_chance_and_else_change_nothing(channel: str) -> None:
    mixed = list(islice(make_rows(params(families=["b", "a"]), channel), 400))
    found = Counter(rows.truth["family"] for rows in mixed)
    assert min(found["a"], found["b"]) > 150
    for number, rows in enumerate(mixed):
        assert rows == corpus(rows.truth["family"], channel)[number]


@pytest.mark.parametrize("channel", CHANNELS)
def test_making_rows_streams(channel: str) -> None:
    rows = make_rows(params(10**9), channel)
    assert len({next(rows).case["id"] for _ in range(3)}) == 3


def test_memory_does_not_grow_with_the_corpus(tmp_path: Path) -> None:
    def written(count: int) -> Callable[[], object]:
        wanted = params(count, rates={"webform": RATES["webform"]})
        return lambda: write_sample(wanted, tmp_path / "sample", tmp_path / "truth")

    assert peak(written(600)) - peak(written(60)) < 200_000
