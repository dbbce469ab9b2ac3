"""The engine against a real server that is overloaded, away for a while, or tells its limits."""

import itertools
from pathlib import Path
from typing import Any

import pytest
from asking import question, replies
from mock_endpoint import Behaviour, MockEndpoint


def asked(behaviour: Behaviour, folder: Path, rows: int, **changes: Any) -> MockEndpoint:
    """Gets so many rows answered, each once, and returns the server."""
    with MockEndpoint(behaviour) as server:
        found = replies(server.url, folder, map(question, range(rows)), **changes)
    assert [reply.question.subject for reply in found] == list(range(rows))
    assert all(reply.failure is None for reply in found)
    assert server.stats.by_status[200] == rows
    return server


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_burst_of_faults_costs_its_time_and_few_calls(status: int, tmp_path: Path) -> None:
    outage = {"start": 0.5, "end": 2.5, "status": status}
    behaviour = Behaviour(latency=0.05, outages=[outage])
    server = asked(behaviour, tmp_path, 600, limits={"concurrency": 16})
    assert server.stats.total - 600 <= 60
    back = server.stats.sends[0] + 2.5
    assert min(at for at in server.stats.sends if at >= back) - back < 2


@pytest.mark.parametrize("retry_after", [1, None])
def test_a_bucket_that_is_empty_is_waited_for(retry_after: int | None, tmp_path: Path) -> None:
    bucket = {"rate": 100, "capacity": 50, "retry_after": retry_after}
    server = asked(Behaviour(latency=0.05, bucket=bucket), tmp_path, 400)
    assert server.stats.by_status[429] <= 0.3 * 400
    assert server.stats.in_window <= 0.05 * 400


def test_what_the_headers_tell_of_the_quota_is_obeyed(tmp_path: Path) -> None:
    empty = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "400ms"}
    server = asked(Behaviour(headers=empty), tmp_path, 4, limits={"concurrency": 1})
    gaps = [later - sooner for sooner, later in itertools.pairwise(server.stats.sends)]
    assert all(gap >= 0.39 for gap in gaps), gaps


@pytest.mark.parametrize(("longest", "sends"), [(10, 2), (100, 1)])
def test_a_long_answer_may_take_longer(longest: int, sends: int, tmp_path: Path) -> None:
    """The slow answer takes 5 s; the time-out is 1 s, and 0.1 more for each token."""
    with MockEndpoint() as server:
        slow = [question(0, "first:slow")]
        limits = {"timeout": 1}
        (found,) = replies(
            server.url, tmp_path, slow, limits=limits, sampling={"max_tokens": longest}
        )
        assert found.failure is None
        assert server.stats.total == sends
