"""Errors over time: how often each occurs from period to period, and whether that moves."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from arf.audit.params import Period
from arf.audit.rates import Verdicts
from arf.audit_stats.trend import trend
from arf.stats import holm, rate, rounded
from arf.timestamps import day_of

_LONGEST = 2000  # periods from the first to the last; beyond it, gaps between them are left out


def period_of(day: date, period: Period) -> str:
    """Returns the name of the period that a day is in, of names that sort by time.

    `2031-W10` (ISO 8601 weeks), `2031-03`, `2031-Q1` or `2031`.
    """
    match period:
        case "week":
            year, week, _ = day.isocalendar()
            return f"{year:04}-W{week:02}"
        case "month":
            return f"{day.year:04}-{day.month:02}"
        case "quarter":
            return f"{day.year:04}-Q{(day.month + 2) // 3}"
        case "year":
            return f"{day.year:04}"


def over_time(
    found: Verdicts,
    received: Mapping[str, str | None],
    codes: Sequence[str],
    period: Period,
) -> dict[str, Any]:
    """Estimates how often each error of one channel occurs in each period, and tests its trend.

    The trend is the Cochran-Armitage test's over all periods from the first to the last, adjusted
    over the channel's codes by Holm's method. It asks for a steady rise or fall; a step, or a rise
    and fall, can pass unseen. Labels count as a simple random sample.

    Args:
        found: what labels say together of one channel's outputs.
        received: `received_at` of the labelled cases by id. Those without a date that can be read
            are in no period.
        codes: those to follow, in order.
        period: the length of a period.

    Returns:
        `periods`: by period, in order of time, `n` outputs and `prevalence` by code with 95 %
        Wilson intervals, null where none could be assessed. `trend`: by code `p`, `p_holm` and
        `direction` (`rising`, `falling`, or null where neither shows), all null where fewer than
        two periods have outputs or all outputs are alike. `undated`: how many labelled outputs
        are in no period.
    """
    days = {item: day for item in found if (day := day_of(received.get(item) or ""))}
    members: dict[str, list[str]] = defaultdict(list)
    for item, day in days.items():
        members[period_of(day, period)].append(item)
    counts = {
        name: {code: _count(found, members[name], code) for code in codes}
        for name in _span(list(days.values()), period)
    }
    return {
        "undated": len(found) - len(days),
        "periods": {
            name: {
                "n": len(members[name]),
                "prevalence": {code: rate(k, n) if n else None for code, (k, n) in row.items()},
            }
            for name, row in counts.items()
            if members[name]
        },
        "trend": _trends({code: [row[code] for row in counts.values()] for code in codes}),
    }


def _count(found: Verdicts, items: Iterable[str], code: str) -> tuple[int, int]:
    assessed = [found[item][code] for item in items if code in found[item]]
    return sum(assessed), len(assessed)


def _span(days: Sequence[date], period: Period) -> list[str]:
    """Returns all periods from the first day to the last; the test counts them as equally apart.

    Where one mistyped date makes that very many, it returns those alone that have a day.
    """
    if not days:
        return []
    occupied = sorted({period_of(day, period) for day in days})
    day, last = min(days), max(days)
    names = [occupied[0]]
    while names[-1] < occupied[-1] and len(names) <= _LONGEST:
        day = min(day + timedelta(days=7), last)
        if (name := period_of(day, period)) != names[-1]:
            names.append(name)
    return names if names[-1] == occupied[-1] else occupied


def _trends(counts: Mapping[str, Sequence[tuple[int, int]]]) -> dict[str, dict[str, Any]]:
    p_values = {code: trend(by_period) for code, by_period in counts.items()}
    known = {code: p for code, p in p_values.items() if p is not None}
    adjusted = dict(zip(known, holm(list(known.values())), strict=True))
    return {
        code: {
            "p": rounded(p),
            "p_holm": rounded(adjusted.get(code)),
            "direction": None if p is None else _direction(counts[code]),
        }
        for code, p in p_values.items()
    }


def _direction(by_period: Sequence[tuple[int, int]]) -> str | None:
    """Returns where the line of Cochran and Armitage leads: the sign of their statistic."""
    k, n = sum(k for k, _ in by_period), sum(n for _, n in by_period)
    slope = sum(place * (count * n - seen * k) for place, (count, seen) in enumerate(by_period))
    return "rising" if slope > 0 else "falling" if slope < 0 else None
