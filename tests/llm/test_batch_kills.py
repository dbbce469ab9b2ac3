"""A batch is paid once, whoever kills the process, wherever, or runs beside it."""

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asking import question, replies
from kills import texts
from mock_endpoint import Behaviour, MockEndpoint

from arf.llm.cache import Answers
from arf.llm.deferred import batch, batch_api, jobs
from arf.llm.deferred.batch_api import BatchApi
from arf.llm.deferred.jobs import Job

PROGRAM = Path(__file__).with_name("ask_batch.py")


class Killed(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def _fast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DVC_ROOT", str(tmp_path))
    monkeypatch.setattr(batch, "FIRST_POLL", 0.02)
    monkeypatch.setattr(batch, "LONGEST_POLL", 0.05)
    monkeypatch.setattr(batch_api, "SETTLE", 0.5)
    monkeypatch.setattr(jobs, "MOST_ROWS", 10)


@pytest.fixture
def server() -> Iterator[MockEndpoint]:
    with MockEndpoint(Behaviour(batch_seconds=0.1)) as running:
        yield running


def kill_in(
    monkeypatch: pytest.MonkeyPatch, where: type, name: str, after: bool, call: int
) -> None:
    """Ends the process before or after so manieth call of a method."""
    real: Callable[..., Any] = getattr(where, name)
    calls = 0

    def method(*args: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls != call:
            return real(*args, **named)
        if after:
            real(*args, **named)
        raise Killed

    monkeypatch.setattr(where, name, method)


STEPS = [
    *[(Job, "save", call) for call in range(1, 7)],
    *[(BatchApi, "upload", call) for call in (1, 2)],
    *[(BatchApi, "create", call) for call in (1, 2)],
    *[(BatchApi, "look", call) for call in (1, 2)],
    *[(BatchApi, "download", call) for call in (1, 2)],
    *[(Answers, "put_many", call) for call in (1, 2)],
    *[(Job, "remove", call) for call in (1, 2)],
]


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("where", "name", "call"), STEPS, ids=[f"{n}{c}" for _, n, c in STEPS])
def test_a_kill_at_any_step_makes_no_second_batch(
    server: MockEndpoint, tmp_path: Path, where: type, name: str, call: int, after: bool
) -> None:
    questions = [question(i) for i in range(20)]
    with pytest.MonkeyPatch.context() as killing, pytest.raises(Killed):
        kill_in(killing, where, name, after, call)
        replies(server.url, tmp_path, questions, mode="batch")
    found = replies(server.url, tmp_path, questions, mode="batch")
    assert len({reply.text for reply in found} - {None}) == 20
    assert (server.stats.batches, server.stats.rows, server.stats.row_repeats) == (2, 20, 0)
    replies(server.url, tmp_path, [question(20)], mode="batch")
    assert not list((tmp_path / ".arf" / "batches").glob("*/*/record.json"))


def test_a_kill_after_a_creation_whose_answer_was_lost(
    server: MockEndpoint, tmp_path: Path
) -> None:
    server.behaviour.batch_faults = {"lose_create": True}
    with pytest.MonkeyPatch.context() as killing, pytest.raises(Killed):
        kill_in(killing, BatchApi, "find", False, 1)
        replies(server.url, tmp_path, [question(0)], mode="batch")
    assert replies(server.url, tmp_path, [question(0)], mode="batch")[0].text
    assert server.stats.batches == 1


def test_a_creation_that_is_carried_out_after_the_kill(
    server: MockEndpoint, tmp_path: Path
) -> None:
    real = BatchApi.create
    late: list[threading.Timer] = []

    def create(api: BatchApi, file: str, job: str, before: Callable[[], None]) -> str:
        before()

        def do() -> None:
            with BatchApi(api._endpoint, api._role) as other:
                real(other, file, job, lambda: None)

        late.append(threading.Timer(0.2, do))
        late[0].start()
        raise Killed

    with pytest.MonkeyPatch.context() as killing, pytest.raises(Killed):
        killing.setattr(BatchApi, "create", create)
        replies(server.url, tmp_path, [question(0)], mode="batch")
    assert replies(server.url, tmp_path, [question(0)], mode="batch")[0].text
    late[0].join()
    assert server.stats.batches == 1


def test_what_another_run_finished_meanwhile_is_not_submitted(
    server: MockEndpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [question(i) for i in range(5)]
    real = batch.Round.run

    def run(this: batch.Round) -> None:
        monkeypatch.setattr(batch.Round, "run", real)
        replies(server.url, tmp_path / "other", questions, mode="batch")
        real(this)

    monkeypatch.setattr(batch.Round, "run", run)
    assert all(reply.text for reply in replies(server.url, tmp_path, questions, mode="batch"))
    assert (server.stats.batches, server.stats.rows) == (1, 5)


def begin(url: str, count: int, rows: int, folder: Path) -> "subprocess.Popen[bytes]":
    """Starts the program and waits until it begins to ask."""
    folder.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), url, str(count), str(rows), str(folder)],
        env=os.environ | {"DVC_ROOT": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    process.stdout.readline()
    return process


def end(process: "subprocess.Popen[bytes]") -> int:
    assert process.stdout is not None
    process.stdout.close()
    return process.wait(timeout=120)


def run_and_kill(server: MockEndpoint, kills: int, folder: Path, seed: int) -> dict[str, str]:
    """Kills the program so many times at random moments, then lets it end."""
    chance = random.Random(seed)
    for _ in range(kills):
        process = begin(server.url, 200, 40, folder)
        time.sleep(chance.uniform(0, 1.2) ** 2)
        process.kill()
        end(process)
    assert end(begin(server.url, 200, 40, folder)) == 0
    return texts(folder)


def test_ten_kills_at_random_moments(tmp_path: Path) -> None:
    with MockEndpoint(Behaviour(batch_seconds=6)) as server:
        found = run_and_kill(server, 10, tmp_path, seed=4)
        assert (server.stats.batches, server.stats.rows, server.stats.row_repeats) == (5, 200, 0)
    assert len(set(found.values()) - {"None"}) == 200


def test_two_runs_at_once_share_their_batches(tmp_path: Path) -> None:
    with MockEndpoint(Behaviour(batch_seconds=1)) as server:
        both = [begin(server.url, 100, 40, tmp_path) for _ in range(2)]
        assert [end(process) for process in both] == [0, 0]
        assert (server.stats.batches, server.stats.rows) == (3, 100)
    assert len(set(texts(tmp_path).values())) == 100
