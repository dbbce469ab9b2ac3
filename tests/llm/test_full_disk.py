"""A full disk: what was paid for is kept, nothing more is asked, and freeing space is enough."""

import asyncio
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from asking import question, replies
from keeping import META, fill, holding, kept, sql, stored
from mock_endpoint import Behaviour, MockEndpoint

from arf.errors import ArfError
from arf.llm.cache import Answers

PAGE = 4096


@contextmanager
def mounted(disk: Path, megabytes: int) -> Iterator[Path]:
    """A disk of its own; only root may make one."""
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)]
    try:
        made = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    except OSError:
        made = False
    if not made:
        pytest.skip("no disk can be mounted here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    with mounted(tmp_path / "disk", 1) as disk:
        yield disk


def test_what_is_under_way_when_the_disk_gets_full_is_kept_and_no_more_is_asked(
    tmp_path: Path,
) -> None:
    async def put(answers: Answers, name: str, count: int) -> None:
        puts = (answers.put(f"{name}{i}", stored("x" * 5000), META) for i in range(count))
        await asyncio.gather(*puts)

    with mounted(tmp_path / "disk", 12) as disk:
        path, told = disk / "answers.db", 0
        with holding(path) as answers:
            answers.make_room()
            (disk / "ballast").write_bytes(bytes(2_000_000))
            with pytest.raises(ArfError, match=r"disk is full.*what was answered is kept"):
                for told in range(1000):
                    answers.check_room()
                    asyncio.run(put(answers, f"before{told}-", 1))
            assert 10 < told < 900
            asyncio.run(put(answers, "late", 500))
        with holding(path) as answers:
            assert sum(bool(answers.get(f"before{i}-0")) for i in range(told)) == told
            assert sum(bool(answers.get(f"late{i}")) for i in range(500)) == 500
            (disk / "ballast").write_bytes(bytes(4_000_000))
            with pytest.raises(ArfError, match="the disk is full; free space"):
                answers.make_room()
            (disk / "ballast").unlink()
            answers.make_room()
            answers.check_room()


def test_a_really_full_disk_keeps_what_was_put(small_disk: Path) -> None:
    path, told = small_disk / "answers.db", 0

    async def fill_up(answers: Answers) -> None:
        nonlocal told
        async with asyncio.timeout(20):
            while True:
                await answers.put(f"k{told}", stored("x" * 5000), META)
                told += 1

    (small_disk / "ballast").write_bytes(bytes(200_000))
    with holding(path) as answers:
        for _ in range(2):
            with pytest.raises(ArfError, match="the disk is full"):
                asyncio.run(fill_up(answers))
        assert 10 < told < 200
        assert kept(answers, told) == told
    with holding(path) as answers:
        assert kept(answers, told) == told
        (small_disk / "ballast").unlink()
        asyncio.run(answers.put("more", stored(), META))
        assert kept(answers, told) == told


def test_a_disk_too_full_to_open_the_file_says_so(small_disk: Path) -> None:
    with pytest.raises(OSError, match="No space"), (small_disk / "ballast").open("wb") as ballast:
        while True:
            ballast.write(bytes(PAGE))
            ballast.flush()
    with pytest.raises(ArfError, match="the disk is full"):
        Answers(small_disk / "answers.db")


def test_a_disk_that_fills_up_during_a_salvage_loses_nothing(small_disk: Path) -> None:
    path = small_disk / "answers.db"
    fill(path, 1000)
    path.write_bytes(path.read_bytes()[: -PAGE * 2])
    (small_disk / "ballast").write_bytes(bytes(250_000))
    with pytest.raises(ArfError, match="the disk is full"):
        Answers(path)
    (small_disk / "ballast").unlink()
    with holding(path) as answers:
        assert kept(answers, 1000) > 500


def test_a_run_on_a_disk_that_gets_full_pays_for_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [question(i) for i in range(600)]
    behaviour = Behaviour(latency=0.2, answer=lambda _: "x" * 9000)
    with mounted(tmp_path / "disk", 34) as disk, MockEndpoint(behaviour) as server:
        monkeypatch.setenv("DVC_ROOT", str(disk))
        (disk / "ballast").write_bytes(bytes(25_000_000))
        for _ in range(2):
            with pytest.raises(ArfError, match="disk is full; free space"):
                replies(server.url, tmp_path, questions, limits={"concurrency": 64})
            asked = server.stats.total
            ((there,),) = sql(disk / ".arf/answers/answers.db", "SELECT COUNT(*) FROM answers")
            assert 0 < there == asked < 600
        (disk / "ballast").unlink()
        assert all(reply.text for reply in replies(server.url, tmp_path, questions))
        assert server.stats.total == 600
