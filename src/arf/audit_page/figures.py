"""The audit's charts, and its figures as rows for `dvc plots`."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from arf.audit_page.wording import by_rate
from arf.audit_words import pairs_of
from arf.pages.charts import ACCENT, INKED, Estimate, chart, inline
from arf.pages.html import bounds

if TYPE_CHECKING:
    from markupsafe import Markup

_ALL_OF_IT = (0, 1.02)
_WIDE = 4.8


def prevalence_chart(
    channel: str, block: Mapping[str, Any], titles: Mapping[str, str]
) -> "Markup | None":
    """Draws how often each error occurs, the most frequent on top; null where nothing is known."""
    rows = [
        Estimate(titles.get(code, code), row["rate"], row["lo"], row["hi"])
        for code, row in by_rate(block)
    ]
    label = f"share of outputs with each error on {channel}, with 95 % intervals"
    return chart(rows, label, _ALL_OF_IT, percent=True, width=_WIDE) if rows else None


def time_charts(
    channel: str, block: Mapping[str, Any], titles: Mapping[str, str]
) -> "dict[str, Markup]":
    """Draws how often each error that ever occurs does from period to period, by code.

    Nothing where there are fewer than two periods.
    """
    periods = block["time"]["periods"]
    charts = {}
    for code in block["prevalence"] if len(periods) > 1 else ():
        rows = [
            Estimate(f"{name}, n = {found['n']}", row["rate"], row["lo"], row["hi"])
            for name, found in periods.items()
            if (row := found["prevalence"].get(code)) and row["rate"] is not None
        ]
        if any(row.value for row in rows):
            label = f"{titles.get(code, code)} on {channel} by period, with 95 % intervals"
            charts[code] = chart(rows, label, _ALL_OF_IT, percent=True)
    return charts


def reliability_chart(who: str, channel: str, reliability: Mapping[str, Any]) -> "Markup":
    """Draws people's mean rating by an annotator's; on the line both are the same."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context(INKED):
        figure = Figure(figsize=(3.2, 3.0), layout="constrained")
        axes = figure.subplots()
        axes.plot([1, 5], [1, 5], color="grey", linewidth=1, linestyle="--")
        for given, row in reliability.items():
            if row["lo"] is not None:
                reach = [row["lo"], row["hi"]]
                axes.plot([int(given)] * 2, reach, color=ACCENT, linewidth=2, alpha=0.55)
            axes.plot([int(given)], [row["mean"]], "o", color=ACCENT, markersize=5)
            axes.annotate(
                f"{row['n']}", (int(given), row["mean"]), xytext=(6, -3),
                textcoords="offset points", fontsize=8,
            )  # fmt: skip
        axes.set(xlim=(0.7, 5.4), ylim=(0.7, 5.3), xticks=range(1, 6), yticks=range(1, 6))
        axes.set_xlabel(f"rating by {who}")
        axes.set_ylabel("people's mean rating")
        axes.grid(alpha=0.25)
        told = ", ".join(f"{given}: {row['mean']:.2f}" for given, row in reliability.items())
        label = f"people's mean rating by the rating of {who} on {channel}; {told}"
        return inline(figure, label)


def prevalence_rows(audit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns a plot's rows, one a channel and code; `bar` tells the interval, too."""
    return [
        {
            "bar": f"{channel} · {code} ({bounds(row, share=True)})",
            "channel": channel,
            "code": code,
            **{key: row[key] for key in ("rate", "lo", "hi", "n", "method", "basis")},
        }
        for channel, block in audit.items()
        for code, row in block["prevalence"].items()
        if row is not None
    ]


def agreement_rows(audit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns a plot's rows, one a channel, code and comparison whose AC1 is defined."""
    return list(_agreements(audit))


def _agreements(audit: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for channel, block in audit.items():
        for pair, who in pairs_of(block).items():
            for code, found in block["agreement"].items():
                row = found[pair]
                if row["ac1"]["value"] is not None:
                    yield {
                        "bar": f"{channel} · {' and '.join(who)} · {code}",
                        "channel": channel,
                        "pair": pair,
                        "code": code,
                        "n": row["n"],
                        "observed": row["observed"],
                        "ac1": row["ac1"]["value"],
                        "lo": row["ac1"]["lo"],
                        "hi": row["ac1"]["hi"],
                        "kappa": row.get("kappa", {}).get("value"),
                        "alpha": row["alpha"]["value"],
                    }


def period_rows(audit: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns a plot's rows, one a channel, code and period."""
    return [
        {
            "bar": f"{channel} · {code} · {name}",
            "channel": channel,
            "code": code,
            "period": name,
            "n": found["n"],
            **row,
        }
        for channel, block in audit.items()
        for code in block["prevalence"]
        for name, found in block["time"]["periods"].items()
        if (row := found["prevalence"].get(code)) and row["rate"] is not None
    ]
