"""Which errors have moved from the baseline to the batch."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from arf.audit_stats.differences import mean_difference, rate_difference
from arf.monitor.params import MonitorParams
from arf.monitor.tally import Tally
from arf.stats import holm, mean_interval, rate, rounded

Figures = dict[str, Any]


def compare(
    batch: Mapping[str, Tally], baseline: Mapping[str, Tally], params: MonitorParams
) -> dict[str, Figures]:
    """Holds the labels of a batch against those of a baseline.

    An error has moved where p, adjusted by Holm's method over all codes and channels that are
    tested, is below `alpha`. A rise is over the threshold where it has moved and the lower bound
    of the difference is above `max_rise`: an alarm says that the rise is surely larger, so that
    chance rings it seldom, and a rise that is only probably larger is told without one.

    Args:
        batch: by channel.
        baseline: of the same channels, at least.
        params: the `monitor` section.

    Returns:
        By channel `n`, `unscored`, `baseline_n`, `baseline_unscored` and `tested`, whether both
        have at least `least` scored outputs; `codes` by code, null where it was not assessed in
        both: `batch` and `baseline` with `n`, `rate`, `lo` and `hi`, their difference as `diff`,
        `lo` and `hi`, `p`, `p_holm`, `moved` (`up`, `down` or null) and `over`; and
        `errors_per_case` and `rating` with mean, interval, difference and an unadjusted p, which
        raise no alarm. What is not tested has neither p nor `moved`.
    """
    figures = {name: _channel(tally, baseline[name], params) for name, tally in batch.items()}
    tested = [
        row
        for block in figures.values()
        for row in block["codes"].values()
        if row and row["p"] is not None
    ]
    for row, adjusted in zip(tested, holm([row["p"] for row in tested]), strict=True):
        row["p_holm"] = adjusted
        if adjusted < params.alpha:
            row["moved"] = "up" if row["diff"] > 0 else "down"
            row["over"] = row["lo"] > params.max_rise
    for block in figures.values():
        for row in filter(None, block["codes"].values()):
            row |= {name: rounded(row[name]) for name in ("diff", "lo", "hi", "p", "p_holm")}
    return figures


def _channel(new: Tally, old: Tally, params: MonitorParams) -> Figures:
    tested = min(new.n, old.n) >= params.least
    return {
        "n": new.n,
        "unscored": new.unscored,
        "baseline_n": old.n,
        "baseline_unscored": old.unscored,
        "tested": tested,
        "codes": {
            code: _code(code, new, old, tested=tested)
            for code in dict.fromkeys((*new.assessed, *old.assessed))
        },
        "errors_per_case": _means(new.errors, old.errors),
        "rating": _means(new.ratings, old.ratings),
    }


def _code(code: str, new: Tally, old: Tally, *, tested: bool) -> Figures | None:
    if not new.assessed[code] or not old.assessed[code]:
        return None
    counts = [(tally.found[code], tally.assessed[code]) for tally in (new, old)]
    batch, baseline = ({"n": n, **rate(k, n)} for k, n in counts)
    found: Figures = {"batch": batch, "baseline": baseline, **rate_difference(*counts)}
    return found | {"p": found["p"] if tested else None, "p_holm": None, "moved": None,
                    "over": False}  # fmt: skip


def _means(new: Counter[int], old: Counter[int]) -> Figures:
    difference = mean_difference(new, old) or dict.fromkeys(("diff", "lo", "hi", "p"))
    return {"batch": _mean(new), "baseline": _mean(old), **difference}


def _mean(counts: Counter[int]) -> Figures | None:
    if not counts:
        return None
    lo, hi = mean_interval(counts)
    mean = sum(value * count for value, count in counts.items()) / counts.total()
    return {"mean": rounded(mean), "lo": rounded(lo), "hi": rounded(hi)}
