"""The comparison's figures, for the report's charts and as a picture."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from arf.compare import ALL
from arf.pages.charts import RATING_AXIS, STYLE, Estimate, draw, write_figure


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


def picture(comparison: Mapping[str, Any], path: Path) -> None:
    """Draws rating and errors per case of all sources to a PNG or SVG file, whole or not at all."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    ratings, errors = estimates(comparison, "rating"), estimates(comparison, "errors_per_case")
    with rc_context(STYLE):
        height = 1.1 + 0.3 * max(len(ratings), len(errors), 1)
        figure = Figure(figsize=(9, height), layout="constrained")
        left, right = figure.subplots(1, 2)
        draw(left, ratings, RATING_AXIS)
        left.set_title("rating, 1 to 5 (higher is better)", fontsize=10)
        draw(right, errors)
        right.set_title("errors per case (fewer is better)", fontsize=10)
        kind = "SYNTHETIC data" if comparison["synthetic"] else "test cases"
        figure.suptitle(f"Judged on {kind}, with 95 % intervals", fontsize=10)
        write_figure(figure, path)
