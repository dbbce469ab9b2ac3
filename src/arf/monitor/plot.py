"""A forest plot: each error's rate in a batch beside its rate in the baseline."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from arf.pages.charts import STYLE, write_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Told apart by colour (Okabe and Ito's, safe for colour-blind eyes), by shape and by place.
_BASELINE: dict[str, Any] = {"color": "#0072B2", "marker": "o", "markerfacecolor": "white"}
_BATCH: dict[str, Any] = {"color": "#D55E00", "marker": "D", "markerfacecolor": "#D55E00"}
_APART = 0.16
_MARK = {"up": "▲", "down": "▼", None: ""}


def draw_forest(channels: Mapping[str, Any], names: tuple[str, str], path: Path) -> None:
    """Draws the rates of all codes with 95 % intervals to a PNG or SVG file.

    Args:
        channels: as `arf.monitor.compare.compare` returns them.
        names: of the batch and of the baseline.
        path: the file.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    rows = {
        channel: {code: row for code, row in block["codes"].items() if row is not None}
        for channel, block in channels.items()
    }
    sizes = [max(len(codes), 1) for codes in rows.values()]
    with rc_context(STYLE):
        height = 1.3 + sum(0.42 * size + 0.6 for size in sizes)
        figure = Figure(figsize=(9, height), layout="constrained")
        grid = figure.subplots(
            len(rows), 1, squeeze=False, sharex=True, gridspec_kw={"height_ratios": sizes}
        )
        for axes, (channel, codes) in zip(grid[:, 0], rows.items(), strict=True):
            block = channels[channel]
            _draw(axes, codes)
            few = "" if block["tested"] else ", too few to test"
            axes.set_title(
                f"{channel}: {block['n']} against {block['baseline_n']} outputs{few}",
                fontsize=10, loc="left",
            )  # fmt: skip
        grid[-1, 0].set_xlabel(
            "outputs that have the error, with 95 % intervals; right: the difference in points"
        )
        for name, style in zip(names, (_BATCH, _BASELINE), strict=True):
            grid[0, 0].plot([], [], linewidth=2, label=name, **style)
        figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside upper right", ncols=2,
                      frameon=False)  # fmt: skip
        write_figure(figure, path)


def _draw(axes: "Axes", codes: Mapping[str, Any]) -> None:
    for place, row in enumerate(codes.values()):
        for which, shift, style in (
            ("baseline", -_APART, _BASELINE),
            ("batch", _APART, _BATCH),
        ):
            estimate, height = row[which], place + shift
            bounds = [estimate["lo"], estimate["hi"]]
            axes.plot(bounds, [height, height], color=style["color"], linewidth=2)
            axes.plot([estimate["rate"]], [height], markersize=6, **style)
        lo, hi = round(100 * row["lo"]), round(100 * row["hi"])
        axes.annotate(
            f"{round(100 * row['diff']):+} ({lo} to {hi}) {_MARK[row['moved']]}",
            (1.01, place),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8,
            fontweight="bold" if row["over"] else "normal",
        )
    axes.set_yticks(range(len(codes)), list(codes))
    axes.set_ylim(max(len(codes), 1) - 0.5, -0.5)
    axes.set_xlim(-0.01, 1.01)
    axes.xaxis.set_major_formatter(lambda share, _: f"{share * 100:.0f} %")
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="x", alpha=0.25)
