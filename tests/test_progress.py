import sys

import pytest

from arf.progress import clock, progress


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0:00"), (59.6, "1:00"), (61, "1:01"), (3723, "1:02:03")]
)
def test_clock(seconds: float, text: str) -> None:
    assert clock(seconds) == text


def test_plain_lines_where_there_is_no_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = iter([0.0, 10.0, 40.0, 50.0])
    monkeypatch.setattr("arf.progress.monotonic", lambda: next(now))
    with progress("train s", total=8, done=2) as advance:
        advance(1)
        advance(3, "loss 1.000")
        advance(2)
    assert capsys.readouterr().err.splitlines() == [
        "train s: 2/8",
        "train s: 6/8, loss 1.000, 0:20 left",  # 4 units in 40 s, what was done before not counted
        "train s: 8/8, 0:50 in all",
    ]


def test_a_bar_on_a_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    with progress("write s", total=2) as advance:
        advance(2, "loss 1.000")
    shown = capsys.readouterr().err
    assert "2/2" in shown
    assert "loss 1.000" in shown
