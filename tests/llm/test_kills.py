"""Nothing accepted is lost and nothing paid twice, whoever kills the process or runs beside it."""

from pathlib import Path

from kills import begin, run_and_kill, texts
from mock_endpoint import Behaviour, MockEndpoint


def test_ten_kills_cost_no_more_than_what_was_under_way(tmp_path: Path) -> None:
    rows, concurrency, kills = 2000, 32, 10
    with MockEndpoint(Behaviour(latency=0.05)) as server:
        found = run_and_kill(server, rows, concurrency, kills, tmp_path, seed=4)
    assert len(found.texts) == rows
    assert len(set(found.texts.values())) == rows
    assert "None" not in found.texts.values()
    assert found.seen - rows <= kills * concurrency
    assert len(found.in_flight) == kills


def test_two_runs_that_share_a_cache_pay_once(tmp_path: Path) -> None:
    rows = 400
    with MockEndpoint(Behaviour(latency=0.05)) as server:
        both = [begin(server.url, rows, 16, tmp_path) for _ in range(2)]
        assert [process.wait(timeout=60) for process in both] == [0, 0]
        assert server.stats.total == rows
    assert len(texts(tmp_path)) == rows
