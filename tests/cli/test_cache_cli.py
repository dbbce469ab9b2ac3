"""`arf cache`: answers counted, carried and thrown away."""

import errno
import gzip
import hashlib
import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from arf.cli.cache import cache
from arf.errors import ArfError
from arf.llm.cache import Answers, Meta, Stored, database
from arf.state import state_dir

META = Meta("http://localhost/v1", "m", "teacher", "teach", "run", 10, 5, 0.5, 1.0)
NOW = META._replace(model="n", role="editor", money=None, created=time.time())
KEYS = [hashlib.sha256(bytes([n])).hexdigest() for n in range(3)]
ITEMS = [
    (KEYS[0], Stored(0, {"text": "a"}, False, "length"), META),
    (KEYS[0], Stored(1, {"text": "ä \ud83d", "usage": {"x": 1}}, True, None), META),
    (KEYS[1], Stored(0, {"text": "c"}, True, None), NOW),
]


def invoke(*args: str, typed: str = "") -> Result:
    return CliRunner().invoke(cache, list(args), input=typed)


def run(*args: str, typed: str = "") -> str:
    result = invoke(*args, typed=typed)
    if result.exception:
        raise result.exception
    return result.output


def path() -> Path:
    return state_dir("answers") / "answers.db"


def rows() -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path())) as db:
        return db.execute("SELECT * FROM answers ORDER BY key, idx").fetchall()


def go_to(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(folder))


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    go_to(tmp_path / "one", monkeypatch)
    with closing(Answers(path())) as answers:
        answers.put_many(ITEMS)


@pytest.fixture
def broken() -> int:
    """Noise over a page of answers; returns how many there had been."""
    with closing(Answers(path())) as answers:
        many = (
            (
                hashlib.sha256(b"x%d" % n).hexdigest(),
                Stored(0, {"text": "x" * 500}, True, None),
                META,
            )
            for n in range(1000)
        )
        answers.put_many(many)
    with path().open("r+b") as file:
        file.seek(path().stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096 * 4)
    return 1003


def test_stats_count() -> None:
    first, second = [line.split()[:7] for line in run("stats").splitlines()[1:]]
    assert first == ["m", "teacher", "2", "1", "1", "30", "1.0000"]
    assert second == ["n", "editor", "1", "1", "0", "15", "0.0000"]


def test_export_and_import_into_an_empty_cache_give_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = str(tmp_path / "out.jsonl.gz")
    assert "3 answers" in run("export", file)
    before = [row[1:] for row in rows()]
    go_to(tmp_path / "two", monkeypatch)
    assert "3 new" in run("import", file)
    assert [row[1:] for row in rows()] == before
    assert "0 new" in run("import", file)
    assert [row[1:] for row in rows()] == before


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (["--model", "m"], 2),
        (["--model", "none"], 0),
        (["--since", "2020-01-01"], 1),
        (["--since", "1970-01-01"], 3),
        (["--since", "2020-01-01", "--model", "m"], 0),
    ],
)
def test_export_picks(tmp_path: Path, filters: list[str], count: int) -> None:
    file = tmp_path / "out.jsonl.gz"
    assert f"{count} answers" in run("export", str(file), *filters)
    assert len(gzip.decompress(file.read_bytes()).splitlines()) == count


def test_a_failed_export_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "folder"
    (folder / "out.jsonl.gz").mkdir(parents=True)
    with pytest.raises(ArfError, match=r"out\.jsonl\.gz: cannot be written"):
        run("export", str(folder / "out.jsonl.gz"))

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(gzip.GzipFile, "write", full)
    with pytest.raises(ArfError, match=r"another\.gz: cannot be written \(No space"):
        run("export", str(folder / "another.gz"))
    assert [entry.name for entry in folder.iterdir()] == ["out.jsonl.gz"]


GOOD = {
    "key": KEYS[2], "index": 0, "answer": {"text": "fine"}, "accepted": True, "reason": None,
    **META._asdict(),
}  # fmt: skip


@pytest.mark.parametrize(
    "line",
    [
        b"{",
        b"[]",
        b"\xff",
        b"[" * 100_000,
        json.dumps({"key": 1}).encode(),
        json.dumps(GOOD | {"key": "short"}).encode(),
        json.dumps(GOOD | {"index": -1}).encode(),
        json.dumps(GOOD | {"index": 2**70}).encode(),
        json.dumps(GOOD | {"api_key": "x"}).encode(),
        json.dumps(GOOD | {"money": float("nan")}).encode(),
        json.dumps(GOOD | {"answer": {"text": 5}}).encode(),
        json.dumps(GOOD | {"answer": {}}).encode(),
        json.dumps(GOOD | {"created": 1.8e12}).encode(),
        json.dumps(GOOD | {"prompt_tokens": 2**62}).encode(),
    ],
    ids=range(14),
)
def test_a_broken_line_imports_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: bytes
) -> None:
    file = tmp_path / "out.jsonl.gz"
    run("export", str(file))
    good = gzip.decompress(file.read_bytes())
    file.write_bytes(gzip.compress(good + line + b"\n" + good))
    go_to(tmp_path / "two", monkeypatch)
    with pytest.raises(ArfError, match=r"out\.jsonl\.gz:4: .*nothing was imported"):
        run("import", str(file))
    assert len(run("stats").splitlines()) == 1


@pytest.mark.parametrize("cut", ["half", "text", "absent"])
def test_a_file_that_is_no_export_imports_nothing(tmp_path: Path, cut: str) -> None:
    file = tmp_path / "out.jsonl.gz"
    run("export", str(file))
    match cut:
        case "half":
            file.write_bytes(file.read_bytes()[:-20])
        case "text":
            file.write_text("{}")
        case "absent":
            file.unlink()
    before = rows()
    with pytest.raises(ArfError, match=r"out\.jsonl\.gz:"):
        run("import", str(file))
    assert rows() == before


def test_prune_wants_a_filter() -> None:
    with pytest.raises(ArfError, match="--older-than"):
        run("prune", "--yes")
    assert len(rows()) == 3


@pytest.mark.parametrize(
    ("filters", "told", "left"),
    [
        (["--not-accepted"], "1 answers that cost 0.5000", 2),
        (["--older-than", "1"], "2 answers that cost 1.0000", 1),
        (["--model", "n"], "1 answers that cost 0.0000", 2),
        (["--model", "n", "--older-than", "1"], "0 answers", 3),
    ],
)
def test_prune_throws_away_what_meets_all_filters(filters: list[str], told: str, left: int) -> None:
    assert told in run("prune", *filters, "--yes")
    assert len(rows()) == left


def test_prune_asks() -> None:
    with pytest.raises(ArfError, match="nothing was thrown away"):
        run("prune", "--model", "m", typed="n\n")
    assert invoke("prune", "--model", "m").exit_code == 1
    assert len(rows()) == 3
    told = run("prune", "--model", "m", typed="y\n")
    assert "Throw away 2 answers that cost 1.0000?" in told
    assert len(rows()) == 1


def test_prune_of_damaged_rows_leaves_the_sound() -> None:
    with closing(sqlite3.connect(path())) as db, db:
        db.execute("UPDATE answers SET body = '{}' WHERE model = 'n'")
    with closing(Answers(path())) as answers:
        assert answers.get(KEYS[1]) == []
    assert "1 answers" in run("prune", "--damaged", "--yes")
    assert "0 answers" in run("prune", "--damaged", "--yes")
    assert len(rows()) == 2


@pytest.mark.parametrize(
    "args", [["stats"], ["export", "FILE"], ["prune", "--model", "m", "--yes"]]
)
def test_a_damaged_file_is_salvaged(tmp_path: Path, broken: int, args: list[str]) -> None:
    file = str(tmp_path / "out.gz")
    told = run(*(file if arg == "FILE" else arg for arg in args))
    assert told
    assert path().with_name("answers.db.damaged-1").exists()
    left = len(rows())
    assert 900 < left < broken if args[0] != "prune" else left == 1
    if args[0] == "export":
        assert f"{left} answers" in told
        assert len(gzip.decompress(Path(file).read_bytes()).splitlines()) == left


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(database, "BUSY", 0.1)
    with closing(sqlite3.connect(path(), isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.usefixtures("busy")
def test_a_busy_file_is_read_and_not_pruned(tmp_path: Path) -> None:
    file = str(tmp_path / "out.gz")
    assert "3 answers" in run("export", file)
    for args in (["prune", "--model", "m", "--yes"], ["import", file]):
        with pytest.raises(ArfError, match=r"answers\.db: busy for 0\.1 s"):
            run(*args)
    assert len(rows()) == 3
