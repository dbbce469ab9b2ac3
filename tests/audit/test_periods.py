"""Errors over time, and the dates that put outputs into periods."""

import random
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from arf.audit.periods import over_time, period_of
from arf.audit_stats.trend import trend
from arf.stats import rate
from arf.timestamps import day_of


@pytest.mark.parametrize(
    ("stamp", "day"),
    [
        ("2031-03-09", "2031-03-09"),
        (" 20310309 ", "2031-03-09"),
        ("2031-W10-7", "2031-03-09"),
        ("2031-03-09T08:15:00Z", "2031-03-09"),
        ("2031-03-09 23:59:59.123456", "2031-03-09"),
        ("2031-01-01T00:30:00+02:00", "2031-01-01"),  # the day of its own clock, not of UTC
        ("1700000000", "2023-11-14"),
        ("1700000000.5", "2023-11-14"),
        ("1710121012345", "2024-03-11"),  # milliseconds, though it reads as a day of 1710, too
    ],
)
def test_what_is_a_date(stamp: str, day: str) -> None:
    assert day_of(stamp) == date.fromisoformat(day)


@pytest.mark.parametrize("stamp", ["", "soon", "2031-02-30", "03/09/2031", "2031", "17", "1" * 20])
def test_what_is_no_date(stamp: str) -> None:
    assert day_of(stamp) is None


@given(st.text())
def test_any_text_is_a_date_or_none(stamp: str) -> None:
    assert day_of(stamp) is None or isinstance(day_of(stamp), date)


@pytest.mark.parametrize(
    ("period", "name"),
    [("week", "2026-W53"), ("month", "2027-01"), ("quarter", "2027-Q1"), ("year", "2027")],
)
def test_names_of_periods(period, name: str) -> None:
    assert period_of(date(2027, 1, 1), period) == name  # a Friday: the week began in 2026


@given(st.dates(), st.dates(), st.sampled_from(["week", "month", "quarter", "year"]))
def test_names_sort_by_time(one: date, other: date, period) -> None:
    earlier, later = sorted((one, other))
    assert period_of(earlier, period) <= period_of(later, period)


def follow(by_code: dict[str, dict[str, bool]], received, codes: list[str], period):
    """`over_time` of what is told code by code."""
    items = {item for found in by_code.values() for item in found}
    verdicts = {
        item: {code: found[item] for code, found in by_code.items() if item in found}
        for item in items
    }
    return over_time(verdicts, received, codes, period)


def days(counts: list[tuple[str, int, int]]) -> tuple[dict[str, bool], dict[str, str | None]]:
    """Outputs with an error and in all, each with the day on which its case came."""
    found, received = {}, {}
    for day, k, n in counts:
        for i in range(n):
            item = f"{day}-{i}"
            found[item], received[item] = i < k, day
    return found, received


def test_prevalence_by_period() -> None:
    found, received = days([("2031-01-09", 1, 10), ("2031-03-30", 1, 10), ("2031-10-01", 6, 8)])
    found |= {"never": True, "later": True}
    received |= {"never": None, "later": "soon"}
    figures = follow({"x": found}, received, ["x", "y"], "quarter")
    assert figures["undated"] == 2
    assert figures["periods"] == {
        "2031-Q1": {"n": 20, "prevalence": {"x": rate(2, 20), "y": None}},
        "2031-Q4": {"n": 8, "prevalence": {"x": rate(6, 8), "y": None}},
    }
    assert figures["trend"]["y"] == {"p": None, "p_holm": None, "direction": None}
    assert figures["trend"]["x"]["direction"] == "rising"


def test_empty_periods_count_as_time_passed() -> None:
    near = follow(
        {"x": (one := days([("2031-01-01", 1, 9), ("2031-02-01", 2, 9), ("2031-03-01", 8, 9)]))[0]},
        one[1], ["x"], "month",
    )  # fmt: skip
    far = follow(
        {"x": (two := days([("2031-01-01", 1, 9), ("2031-02-01", 2, 9), ("2031-11-01", 8, 9)]))[0]},
        two[1], ["x"], "month",
    )  # fmt: skip
    months = [(1, 9), (2, 9), *[(0, 0)] * 8, (8, 9)]
    assert near["trend"]["x"]["p"] == pytest.approx(trend([(1, 9), (2, 9), (8, 9)]), rel=1e-5)
    assert far["trend"]["x"]["p"] == pytest.approx(trend(months), rel=1e-5)
    assert len(far["periods"]) == 3


def test_a_mistyped_date_costs_no_endless_list() -> None:
    found, received = days([("0201-01-01", 0, 1), ("2031-02-01", 2, 9), ("2031-02-09", 8, 9)])
    figures = follow({"x": found}, received, ["x"], "week")
    assert list(figures["periods"]) == ["0201-W01", "2031-W05", "2031-W06"]
    assert figures["trend"]["x"]["direction"] == "rising"


def test_trends_are_adjusted_over_codes() -> None:
    rising, received = days([(f"2031-0{m}-01", m, 12) for m in range(1, 9)])
    falling, _ = days([(f"2031-0{m}-01", 9 - m, 12) for m in range(1, 9)])
    even, _ = days([(f"2031-0{m}-01", 6, 12) for m in range(1, 9)])
    found = {"up": rising, "down": falling, "flat": even, "none": dict.fromkeys(rising, False)}
    trends = follow(found, received, [*found], "month")["trend"]
    assert [trends[code]["direction"] for code in found] == ["rising", "falling", None, None]
    assert trends["none"]["p"] is None
    assert trends["up"]["p_holm"] == pytest.approx(3 * trends["up"]["p"], rel=1e-4)
    assert trends["flat"]["p_holm"] == pytest.approx(1)


def test_one_period_and_no_dates_tell_no_trend() -> None:
    found, received = days([("2031-01-01", 3, 9)])
    unknown = {"p": None, "p_holm": None, "direction": None}
    assert follow({"x": found}, received, ["x"], "year")["trend"] == {"x": unknown}
    assert follow({"x": found}, {}, ["x"], "year") == {
        "undated": 9, "periods": {}, "trend": {"x": unknown},
    }  # fmt: skip


@given(st.integers(0, 400), st.sampled_from(["week", "month", "quarter", "year"]))
def test_no_period_is_skipped(length: int, period) -> None:
    """Each day between the first and the last is in a period that the trend counts."""
    from arf.audit.periods import _span

    first = date(2030, 11, 3) + timedelta(days=random.Random(length).randrange(60))
    last = first + timedelta(days=length)
    between = {period_of(first + timedelta(days=i), period) for i in range(length + 1)}
    assert _span([last, first], period) == sorted(between)
