"""What rate-limit headers hold back."""

import pytest

from arf.llm.limiter.quota import LONGEST, Quota, seconds


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1s", 1), ("6m0s", 360), ("20ms", 0.02), ("1h2m3.5s", 3723.5), ("1.5", 1.5), ("7", 7),
        (" 2s ", 2), ("1d", 86400), ("1m30ms", 60.03),
        (None, None), ("", None), ("soon", None), ("1x", None), ("-1", None), ("nan", None),
        ("2026-01-01T00:00:00Z", None), ("inf", None), ("1s soon", None),
    ],
)  # fmt: skip
def test_durations(value: str | None, expected: float | None) -> None:
    assert seconds(value) == (expected if expected is None else pytest.approx(expected))


def told(*, now: float = 100, sent_at: float = 99, **headers: str) -> Quota:
    quota = Quota()
    quota.told({name.replace("_", "-"): value for name, value in headers.items()}, now, sent_at)
    return quota


def test_no_request_is_left() -> None:
    quota = told(x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="6s")
    assert quota.wait(100, 1) == 6
    assert quota.wait(106, 1) == 0
    assert told(ratelimit_remaining="0", ratelimit_reset="3").wait(101, 1) == 2


def test_some_are_left() -> None:
    quota = told(x_ratelimit_remaining_requests="1", x_ratelimit_reset_requests="6s")
    assert quota.wait(100, 1) == 0


def test_too_few_tokens_are_left_for_this_request() -> None:
    quota = told(x_ratelimit_remaining_tokens="500", x_ratelimit_reset_tokens="20ms")
    assert quota.wait(100, 500) == 0
    assert quota.wait(100, 501) == pytest.approx(0.02)
    assert quota.wait(101, 501) == 0


@pytest.mark.parametrize("reset", ["soon", "", "-3", "nan"])
def test_what_cannot_be_read_holds_nothing(reset: str) -> None:
    headers = {"x_ratelimit_remaining_requests": "0", "x_ratelimit_reset_requests": reset}
    assert told(**headers).wait(100, 1) == 0
    headers = {"x_ratelimit_remaining_tokens": "0", "x_ratelimit_reset_tokens": reset}
    assert told(**headers).wait(100, 1) == 0
    assert told(x_ratelimit_remaining_requests="few").wait(100, 1) == 0


def test_a_hold_has_an_end() -> None:
    quota = told(x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="24h")
    assert quota.wait(100, 1) == LONGEST


def test_the_answer_to_an_earlier_request_is_old_news() -> None:
    quota = told(x_ratelimit_remaining_requests="0", x_ratelimit_reset_requests="6s")
    quota.told({"x-ratelimit-remaining-requests": "9"}, now=101, sent_at=98)
    assert quota.wait(101, 1) == 5
    quota.told({}, now=101, sent_at=99.5)
    assert quota.wait(101, 1) == 5
    quota.told({"x-ratelimit-remaining-requests": "9"}, now=101, sent_at=99.5)
    assert quota.wait(101, 1) == 0
