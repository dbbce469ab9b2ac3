"""A paid answer is kept: what is put, by whom, and what it costs."""

import asyncio
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from filelock import FileLock
from keeping import META, fill, holding, sql, stored

from arf.errors import ArfError
from arf.llm.cache import Answers, database

PUTTER = """
import sys; from pathlib import Path
from keeping import META, stored; from arf.llm.cache import Answers
answers = Answers(Path(sys.argv[1]))
print("open", flush=True); sys.stdin.readline()
for n in range(100):
    answers.put_many([(f"k{n}", stored(sys.argv[2]), META), (f"same{n}", stored("same"), META)])
answers.close()
"""


def test_what_was_put_is_there_for_another(tmp_path: Path) -> None:
    answers, other = Answers(tmp_path / "a.db"), Answers(tmp_path / "a.db")
    asyncio.run(answers.put("k", stored(), META))
    assert other.get("k") == [stored()]
    assert other.get("l") == []
    assert other.spent("run") == {"teacher": 0.5}
    assert other.spent("another run") == {}
    answers.close()
    other.close()


def test_a_second_answer_of_one_index_goes_under_the_next(tmp_path: Path) -> None:
    with holding(tmp_path / "a.db") as answers:
        assert answers.put_many([("k", stored("a"), META), ("k", stored("b"), META)]) == 2
        assert answers.put_many([("k", stored("a"), META)]) == 0
        assert answers.get("k") == [stored("a"), stored("b", 1)]


def test_many_come_from_a_generator_in_several_transactions(tmp_path: Path) -> None:
    with holding(tmp_path / "a.db") as answers:
        assert answers.put_many((f"k{n}", stored(), META) for n in range(2500)) == 2500
        assert all(answers.get(f"k{n}") for n in range(2500))


def test_odd_answers_are_kept(tmp_path: Path) -> None:
    odd = stored("half a pair: \ud83d, a null: \0, ümläut")._replace(reason="said \ud83d")
    much = META._replace(completion_tokens=10**30)
    with holding(tmp_path / "a.db") as answers:
        asyncio.run(answers.put("k", odd, much))
        (found,) = answers.get("k")
        assert found == odd._replace(reason="said \\ud83d", took=(10, 2**63 - 1, 0.5))


def test_askers_in_several_loops_and_threads_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.db"

    async def put_all(answers: Answers, role: str) -> None:
        await asyncio.gather(*(answers.put(f"{role}{n}", stored(), META) for n in range(200)))

    def ask(role: str) -> None:
        with holding(path) as answers:
            asyncio.run(put_all(answers, role))

    threads = [threading.Thread(target=ask, args=(role,)) for role in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with holding(path) as answers:
        assert all(answers.get(f"{role}{n}") for role in "abc" for n in range(200))
        assert answers.spent("run") == {"teacher": 300.0}


def test_two_processes_that_answer_the_same_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    both = [
        subprocess.Popen(
            [sys.executable, "-c", PUTTER, str(path), text],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parent,
        )
        for text in ("a", "b")
    ]  # fmt: skip
    for process in both:
        assert process.stdout and process.stdout.readline() == "open\n"
    for process in both:
        process.communicate("go\n", timeout=60)
    assert [process.returncode for process in both] == [0, 0]
    with holding(path) as answers:
        for n in range(100):
            found = answers.get(f"k{n}")
            assert [kept.index for kept in found] == [0, 1]
            assert {kept.answer["text"] for kept in found} == {"a", "b"}
            assert answers.get(f"same{n}") == [stored("same")]


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    sql(tmp_path / "a.db", "PRAGMA user_version = 99")
    with pytest.raises(ArfError, match="newer arf"):
        Answers(tmp_path / "a.db")


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ArfError, match=r"file/a\.db: "):
        Answers(tmp_path / "file" / "a.db")


def test_a_file_that_allows_no_writing_reaches_who_waits(tmp_path: Path) -> None:
    with holding(tmp_path / "a.db") as answers:
        asyncio.run(answers.put("k", stored(), META))
        answers._writes.write(lambda db: db.execute("PRAGMA query_only = 1"))
        with pytest.raises(ArfError, match="cannot be written"):
            asyncio.run(answers.put("l", stored(), META))
        assert answers.get("k") == [stored()]


def test_a_busy_file_is_waited_for_and_then_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.db"
    fill(path, 1)
    monkeypatch.setattr(database, "BUSY", 0.2)
    holder = sqlite3.connect(path, isolation_level=None)
    with holding(path) as answers:
        holder.execute("BEGIN IMMEDIATE")
        with pytest.raises(ArfError, match=r"a\.db: busy for 0\.2 s"):
            asyncio.run(answers.put("l", stored(), META))
        assert answers.get("k0")
        holder.execute("ROLLBACK")
        asyncio.run(answers.put("l", stored(), META))
        with FileLock(f"{path}.lock"), pytest.raises(ArfError, match="busy for"):
            asyncio.run(answers.put("m", stored(), META))
    holder.close()


def test_after_closing_nothing_is_put(tmp_path: Path) -> None:
    answers = Answers(tmp_path / "a.db")
    answers.close()
    answers.close()
    with pytest.raises(ArfError, match="closed"):
        asyncio.run(answers.put("k", stored(), META))


def test_who_no_longer_waits_loses_no_answer(tmp_path: Path) -> None:
    async def put_and_leave(answers: Answers) -> None:
        task = asyncio.create_task(answers.put("k", stored(), META))
        await asyncio.sleep(0)
        task.cancel()

    with holding(tmp_path / "a.db") as answers:
        asyncio.run(put_and_leave(answers))
    with holding(tmp_path / "a.db") as answers:
        assert answers.get("k") == [stored()]
