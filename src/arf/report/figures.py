"""Charts of estimates with their intervals, drawn the same to the byte each time."""

import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import escape

from arf.compare import ALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ACCENT = "#3b82c4"
RATING_AXIS = (0.9, 5.1)
_INK = "#010203"
STYLE: dict[Any, Any] = {
    "text.parse_math": False,
    "svg.hashsalt": "arf",
    "svg.fonttype": "none",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
}


class Estimate(NamedTuple):
    """One row of a chart; `lo` and `hi` are null where the interval is unknown."""

    name: str
    value: float
    lo: float | None
    hi: float | None


def estimates(comparison: Mapping[str, Any], metric: str) -> list[Estimate]:
    """Returns `rating` or `errors_per_case` of each source over all channels, where known."""
    blocks = ((name, scopes[ALL][metric]) for name, scopes in comparison["sources"].items())
    return [
        Estimate(name, block["mean"], block["lo"], block["hi"])
        for name, block in blocks
        if block is not None
    ]


def code_estimates(comparison: Mapping[str, Any], code: str) -> list[Estimate]:
    """Returns a code's rate in each source over all channels, where it was assessed."""
    blocks = (
        (name, scopes[ALL]["error_rate"].get(code))
        for name, scopes in comparison["sources"].items()
    )
    return [
        Estimate(name, block["rate"], block["lo"], block["hi"])
        for name, block in blocks
        if block is not None
    ]


def _draw(axes: "Axes", rows: Sequence[Estimate], limits: tuple[float, float | None]) -> None:
    for place, row in enumerate(rows):
        if row.lo is not None and row.hi is not None:
            axes.plot([row.lo, row.hi], [place, place], color=ACCENT, linewidth=2, alpha=0.55)
        axes.plot([row.value], [place], "o", color=ACCENT, markersize=5)
        axes.annotate(
            f"{row.value:.2f}",
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8,
        )
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    axes.set_xlim(limits[0], limits[1])
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", alpha=0.25)


def _top(rows: Sequence[Estimate]) -> float:
    return 1.05 * max((row.hi if row.hi is not None else row.value for row in rows), default=1) or 1


def chart(
    rows: Sequence[Estimate], label: str, limits: tuple[float, float | None] | None = None
) -> str:
    """Returns an inline SVG of estimates, one a line, that takes its ink from the page.

    Args:
        rows: what to show, top down.
        label: said to those who cannot see it.
        limits: of the axis; from 0 to the largest upper bound if null.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ink: dict[Any, Any] = dict.fromkeys(
        ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), _INK
    )
    with rc_context({**STYLE, **ink}):
        figure = Figure(figsize=(3.8, 0.5 + 0.22 * max(len(rows), 1)), layout="constrained")
        _draw(figure.subplots(), rows, limits or (0, _top(rows)))
        svg = _save(figure, "svg", transparent=True).decode("utf-8")
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' id="[^"]*_\d+"', "", svg)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1).strip()


def picture(comparison: Mapping[str, Any], path: Path) -> None:
    """Draws rating and errors per case of all sources to a PNG or SVG file, whole or not at all."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ratings, errors = estimates(comparison, "rating"), estimates(comparison, "errors_per_case")
    with rc_context(STYLE):
        height = 1.1 + 0.3 * max(len(ratings), len(errors), 1)
        figure = Figure(figsize=(9, height), layout="constrained")
        left, right = figure.subplots(1, 2)
        _draw(left, ratings, RATING_AXIS)
        left.set_title("rating, 1 to 5 (higher is better)", fontsize=10)
        _draw(right, errors, (0, _top(errors)))
        right.set_title("errors per case (fewer is better)", fontsize=10)
        kind = "SYNTHETIC data" if comparison["synthetic"] else "test cases"
        figure.suptitle(f"Judged on {kind}, with 95 % intervals", fontsize=10)
        write_figure(figure, path)


def write_figure(figure: "Figure", path: Path) -> None:
    """Writes a figure to a PNG or SVG file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(_save(figure, path.suffix.lstrip(".")))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _save(figure: "Figure", kind: str, *, transparent: bool = False) -> bytes:
    """Saves a figure without its date and the name of the program."""
    nameless = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}
    buffer = io.BytesIO()
    figure.savefig(buffer, format=kind, dpi=150, transparent=transparent, metadata=nameless[kind])
    return buffer.getvalue()
