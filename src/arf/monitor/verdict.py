"""What a comparison comes to, in plain sentences."""

from collections.abc import Iterator, Mapping
from typing import Any

from arf.monitor.params import MonitorParams


def alarmed(figures: Mapping[str, Any]) -> bool:
    """Says whether any rise is over the threshold."""
    return any(row["over"] for _, _, row in _rows(figures))


def verdict(figures: Mapping[str, Any], params: MonitorParams) -> list[str]:
    """Returns what has moved, the rises over the threshold first, and what could not be told.

    Args:
        figures: as `arf.monitor.compare.compare` returns them.
        params: the `monitor` section.
    """
    moved = [entry for entry in _rows(figures) if entry[2]["moved"]]
    moved.sort(key=lambda entry: (not entry[2]["over"], -entry[2]["diff"]))
    lines = [_sentence(*entry, params) for entry in moved]
    tested = [name for name, block in figures.items() if block["tested"]]
    if tested and not moved:
        lines.append(f"nothing has moved on {' and '.join(tested)}")
    for name, block in figures.items():
        if not block["tested"]:
            few = "n" if block["n"] < params.least else "baseline_n"
            where = "" if few == "n" else " in the baseline"
            lines.append(
                f"too few outputs to tell on {name}: {block[few]}{where}, "
                f"monitor.least {params.least}"
            )
    for name, block in figures.items():
        if block["unscored"]:
            whole = block["n"] + block["unscored"]
            lines.append(f"{block['unscored']} of {whole} outputs on {name} could not be scored")
    return lines


def _rows(figures: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for name, block in figures.items():
        for code, row in block["codes"].items():
            if row is not None:
                yield name, code, row


def _sentence(channel: str, code: str, row: Mapping[str, Any], params: MonitorParams) -> str:
    old, new = (f"{row[which]['rate']:.0%}".replace("%", " %") for which in ("baseline", "batch"))
    verb = "rose" if row["moved"] == "up" else "fell"
    line = f"{code} {verb} on {channel} from {old} to {new} ({told(row)})"
    if row["over"]:
        return f"{line}: over monitor.max_rise"
    if row["moved"] == "up":
        return (
            f"{line}: not surely by more than monitor.max_rise ({params.max_rise * 100:g} points)"
        )
    return line


def told(row: Mapping[str, Any]) -> str:
    """Returns a difference of rates as `+19 points, 8 to 30`."""
    diff, lo, hi = (round(100 * row[name]) for name in ("diff", "lo", "hi"))
    return f"{diff:+} points, {lo} to {hi}"
