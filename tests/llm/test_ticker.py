"""What people see while many questions are asked."""

import itertools

import pytest

from arf.llm.account.ticker import Ticker
from arf.llm.account.usage import Usage


def ticks(monkeypatch: pytest.MonkeyPatch, seconds: float, total: int | None) -> None:
    now = itertools.count(0.0, seconds)
    clock = lambda: next(now)  # noqa: E731
    monkeypatch.setattr("arf.llm.account.ticker.monotonic", clock)
    monkeypatch.setattr("arf.progress.monotonic", clock)
    usage = Usage("openai", "m", hits=3, money=0.5, failed={"length": 2})
    ticker = Ticker("teach teacher", usage, total)
    for _ in range(10):
        ticker.tick()
    ticker.close()


def test_short_work_is_not_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ticks(monkeypatch, 0.01, 10)
    assert capsys.readouterr().err == ""


def test_long_work_tells_rate_cache_money_failures_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ticks(monkeypatch, 20.0, 10)
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "teach teacher: 1/10"
    assert "left" in told[2]
    assert "/s, 3 from the cache, 0.50 USD, 2 failed" in told[-1]
    assert "10/10" in told[-1]


def test_a_stream_of_unknown_length_is_counted(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ticks(monkeypatch, 20.0, None)
    told = capsys.readouterr().err
    assert "10/" not in told
    assert "teach teacher: 10" in told or "teach teacher: 9" in told
