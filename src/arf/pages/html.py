"""Templates of pages, and how figures are told on them."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup


def listed(parts: Sequence[str]) -> str:
    """Returns `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def number(value: float | None, digits: int = 2) -> str:
    """Returns a number, `–` for null."""
    return "–" if value is None else f"{value:z.{digits}f}".replace("-", "−")


def percent(value: float | None) -> str:
    """Returns a share in percent, `–` for null."""
    return "–" if value is None else f"{100 * value:z.0f} %".replace("-", "−")


def chance(value: float | None) -> str:
    """Returns a p value, `–` for null."""
    if value is None:
        return "–"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def interval(block: Mapping[str, Any] | None, share: bool = False) -> Markup:
    """Returns an estimate with its interval in small print; `–` where nothing is known."""
    if block is None:
        return Markup('<span title="could not be assessed">–</span>')
    form = percent if share else number
    value = next((block[key] for key in ("mean", "rate", "diff", "value") if key in block), None)
    if block["lo"] is None:
        return Markup(form(value))
    return Markup("{} <small>{}</small>").format(form(value), bounds(block, share))


def bounds(block: Mapping[str, Any], share: bool = False) -> str:
    """Returns a known interval as `0.41 to 0.77`, or in percent."""
    lo, hi = (percent(block[key]) if share else number(block[key]) for key in ("lo", "hi"))
    return f"{lo.removesuffix(' %')} to {hi}"


@cache
def template(package: str, name: str) -> Template:
    """Returns a template of a package; it may extend and import those of `arf.pages`."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package, ""), PackageLoader("arf.pages", "")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {
        "listed": listed,
        "number": number,
        "percent": percent,
        "chance": chance,
        "interval": interval,
    }
    return environment.get_template(name)
