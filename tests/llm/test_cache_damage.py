"""A kill, a broken file, a full disk: what was put and can be read is still there."""

import asyncio
import os
import random
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from keeping import META, fill, holding, kept, sql, stored

from arf.errors import ArfError
from arf.llm import cache
from arf.llm.cache import Answers
from arf.llm.cache.salvage import salvage

ROWS = 2000
PAGE = 4096
WRITER = """
import asyncio, sys; from pathlib import Path
from keeping import META, stored; from arf.llm.cache import Answers
async def one(answers, key):
    await answers.put(key, stored(key), META); print(key, flush=True)
async def main():
    answers = Answers(Path(sys.argv[1])); n = 0
    while True:
        await asyncio.gather(*(one(answers, f"{sys.argv[2]}-{n + i}") for i in range(20))); n += 20
asyncio.run(main())
"""
OPENER = """
import sys; from pathlib import Path
from keeping import fill, holding, kept
sys.stdin.readline()
with holding(Path(sys.argv[1])) as answers: print(kept(answers, int(sys.argv[2])))
"""


def start(program: str, *args: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, args)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, cwd=Path(__file__).parent,
    )  # fmt: skip


def overwrite(path: Path, first: int, pages: int) -> None:
    """Puts noise over pages of a file."""
    with path.open("r+b") as file:
        file.seek(first * PAGE)
        file.write(random.Random(first).randbytes(pages * PAGE))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    fill(tmp_path / "answers.db", ROWS)
    return tmp_path / "answers.db"


def test_a_changed_row_is_set_aside(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sql(path, "UPDATE answers SET body = '{}' WHERE key = 'k0'")
    sql(path, "UPDATE answers SET body = x'00ff' WHERE key = 'k1'")
    with holding(path) as answers:
        before = answers.spent("run")
        assert [answers.get(f"k{n}") for n in range(3)] == [[], [], [stored("x" * 300)]]
        answers.put_many([("k0", stored("again"), META)])
        assert answers.get("k0") == [stored("again")]
        assert answers.spent("run")["teacher"] == before["teacher"] + 0.5
    assert capsys.readouterr().err.count("damaged answer") == 2
    assert sql(path, "SELECT key FROM damaged ORDER BY key") == [("k0",), ("k1",)]


@pytest.mark.parametrize(
    ("broken", "least"),
    [("zeros", 0), ("cut", 900), ("noise", 1900), ("holes", 1500), ("index", ROWS)],
)
def test_a_broken_file_is_salvaged(
    path: Path, capsys: pytest.CaptureFixture[str], broken: str, least: int
) -> None:
    size = path.stat().st_size
    match broken:
        case "zeros":
            path.write_bytes(bytes(size))
        case "cut":
            os.truncate(path, size // 2)
        case "noise":
            overwrite(path, size // PAGE // 2, 8)
        case "holes":
            for page in range(20, size // PAGE, 50):
                overwrite(path, page, 3)
        case "index":
            [(root,)] = sql(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'spending'")
            overwrite(path, root - 1, 1)
    if least == 0:  # all would be paid again: not before people have been told
        with (
            pytest.raises(ArfError, match=r"import an export.*or run again to pay anew"),
            holding(path),
        ):
            pass
    with holding(path) as answers:
        answers._reads.read(
            lambda db: db.execute("SELECT SUM(LENGTH(body)) FROM answers").fetchone()
        )
        answers.spent("run")
        found = kept(answers, ROWS)
        answers.put_many([("new", stored(), META)])
        assert answers.get("new") == [stored()]
    assert least <= found <= ROWS
    assert (path.parent / "answers.db.damaged-1").stat().st_size >= size // 2
    assert f"answers.db.damaged-1, {found} answers saved" in capsys.readouterr().err


def test_damage_while_running_is_salvaged(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size = path.stat().st_size
    with holding(path) as answers, holding(path) as other:
        assert answers.get("k0")
        for page in range(size // PAGE // 4, size // PAGE):
            overwrite(path, page, 1)
        found = kept(answers, ROWS)
        assert 100 < found < ROWS
        asyncio.run(answers.put("new", stored(), META))
        assert other.get("new") == [stored()]
        assert kept(other, ROWS) == found
    assert capsys.readouterr().err.count("damaged; set aside") == 1


def test_puts_that_meet_damage_are_kept(path: Path) -> None:
    with holding(path) as answers:
        overwrite(path, 1, path.stat().st_size // PAGE - 1)
        assert answers.put_many((f"new{n}", stored(), META) for n in range(1500)) == 1500
        asyncio.run(answers.put("new", stored(), META))
        assert all(answers.get(f"new{n}") for n in range(1500))
    assert (path.parent / "answers.db.damaged-1").exists()


def test_two_processes_salvage_once(path: Path) -> None:
    overwrite(path, path.stat().st_size // PAGE // 2, 8)
    os.truncate(path, path.stat().st_size - PAGE)
    both = [start(OPENER, path, ROWS) for _ in range(2)]
    told = [process.communicate("go\n", timeout=60) for process in both]
    counts, errors = zip(*told, strict=True)
    assert counts[0] == counts[1]
    assert int(counts[0]) > 1500
    assert "".join(errors).count("damaged; set aside") == 1
    assert not (path.parent / "answers.db.damaged-2").exists()


def test_a_salvage_that_was_killed_is_done_again(path: Path) -> None:
    path.rename(path.parent / "answers.db.damaged-1")
    (path.parent / "answers.db.part").write_bytes(b"half")
    with holding(path) as answers:
        assert kept(answers, ROWS) == ROWS
    assert not (path.parent / "answers.db.part").exists()


def test_a_second_damage_has_a_second_number(path: Path) -> None:
    path.write_bytes(b"no database " * 1000)
    assert "damaged-1, 0 answers" in salvage(path)[0]
    path.write_bytes(b"no database " * 1000)
    assert "damaged-2, 0 answers" in salvage(path)[0]


def test_rows_whose_checksum_fails_are_not_saved(path: Path) -> None:
    sql(path, "UPDATE answers SET body = '{}' WHERE id <= 500")
    assert f"{ROWS - 500} answers saved" in salvage(path)[0]


def test_a_salvage_of_many_holes_is_quick(tmp_path: Path) -> None:
    path = tmp_path / "answers.db"
    fill(path, 20_000)
    for page in range(20, path.stat().st_size // PAGE, 20):
        overwrite(path, page, 10)
    start = time.process_time()
    salvage(path)
    assert time.process_time() - start < 5


def test_ten_kills_lose_nothing_that_was_told(tmp_path: Path) -> None:
    path, chance, told = tmp_path / "a.db", random.Random(4), list[str]()
    for n in range(10):
        with start(WRITER, path, n) as writer:
            assert writer.stdout
            told.append(writer.stdout.readline().strip())
            time.sleep(chance.uniform(0, 0.1))
            writer.kill()
            told += [line.strip() for line in writer.stdout if line.endswith("\n")]
    assert len(told) > 100
    with holding(path) as answers:
        assert [key for key in told if answers.get(key) != [stored(key)]] == []
    assert not list(tmp_path.glob("*damaged*"))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_torn_log_costs_only_what_was_torn(path: Path, share: float) -> None:
    with start(WRITER, path, 0) as writer:
        assert writer.stdout
        told = [writer.stdout.readline().strip() for _ in range(100)]
        writer.kill()
    log = path.parent / "answers.db-wal"
    os.truncate(log, int(log.stat().st_size * share) + 7)
    with holding(path) as answers:
        assert kept(answers, ROWS) == ROWS
        there = [bool(answers.get(key)) for key in told]
        assert there == sorted(there, reverse=True)
        assert any(there) == (share > 0)


def test_a_full_disk_reaches_all_who_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> int:
        raise sqlite3.OperationalError("database or disk is full")

    async def put_all(answers: Answers) -> list[object]:
        puts = (answers.put(f"l{n}", stored(), META) for n in range(50))
        async with asyncio.timeout(20):
            return await asyncio.gather(*puts, return_exceptions=True)

    with holding(tmp_path / "a.db") as answers:
        asyncio.run(answers.put("k", stored(), META))
        with monkeypatch.context() as patch:
            patch.setattr(cache, "_insert", full)
            errors = asyncio.run(put_all(answers))
        assert all(isinstance(error, ArfError) for error in errors)
        assert "disk is full; free space" in str(errors[0])
        assert answers.get("k") == [stored()]
        assert asyncio.run(put_all(answers)) == [None] * 50
