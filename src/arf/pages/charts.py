"""Charts of estimates with their intervals, drawn the same to the byte each time."""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from markupsafe import Markup, escape

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
# What a figure on a page is drawn with: it takes its ink from the page.
INKED: dict[Any, Any] = STYLE | dict.fromkeys(
    ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"), _INK
)


class Estimate(NamedTuple):
    """One row of a chart; `lo` and `hi` are null where the interval is unknown."""

    name: str
    value: float
    lo: float | None
    hi: float | None


def draw(
    axes: "Axes",
    rows: Sequence[Estimate],
    limits: tuple[float, float | None] | None = None,
    *,
    percent: bool = False,
) -> None:
    """Draws estimates, one a line, top down.

    Args:
        axes: to draw on.
        rows: what to show.
        limits: of the axis; from 0 to the largest upper bound if null.
        percent: whether shares are told in percent.
    """
    for place, row in enumerate(rows):
        if row.lo is not None and row.hi is not None:
            axes.plot([row.lo, row.hi], [place, place], color=ACCENT, linewidth=2, alpha=0.55)
        axes.plot([row.value], [place], "o", color=ACCENT, markersize=5, clip_on=False)
        axes.annotate(
            f"{100 * row.value:.0f} %" if percent else f"{row.value:.2f}",
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8,
        )
    axes.set_yticks(range(len(rows)), [row.name for row in rows])
    axes.set_ylim(max(len(rows), 1) - 0.5, -0.5)
    axes.set_xlim(*(limits or (0, _top(rows))))
    if percent:
        axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", alpha=0.25)


def _top(rows: Sequence[Estimate]) -> float:
    return 1.05 * max((row.hi if row.hi is not None else row.value for row in rows), default=1) or 1


def chart(
    rows: Sequence[Estimate],
    label: str,
    limits: tuple[float, float | None] | None = None,
    *,
    percent: bool = False,
    width: float = 3.8,
) -> Markup:
    """Returns an inline SVG of what `draw` draws.

    Args:
        rows: what to show, top down.
        label: said to those who cannot see it.
        limits: of the axis; from 0 to the largest upper bound if null.
        percent: whether shares are told in percent.
        width: in inches, at which its letters have the size that they are to have.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(INKED):
        figure = Figure(figsize=(width, 0.5 + 0.22 * max(len(rows), 1)), layout="constrained")
        draw(figure.subplots(), rows, limits, percent=percent)
        return inline(figure, label)


def inline(figure: "Figure", label: str) -> Markup:
    """Returns a figure drawn with `INKED` as an inline SVG that takes its ink from the page."""
    svg = _save(figure, "svg", transparent=True).decode("utf-8")
    svg = svg[svg.index("<svg") :].replace(_INK, "currentColor")
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' id="[^"]*_\d+"', "", svg)
    svg = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", svg)
    svg = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", svg)
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)
    return Markup(svg.strip())


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
