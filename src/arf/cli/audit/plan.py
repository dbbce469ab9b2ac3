"""`arf audit plan`: how many outputs to look at."""

from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.table import Table

from arf.audit.params import AuditParams
from arf.audit.sample import Strata, allocate, check_field, stratify
from arf.audit_plan import Need, needs
from arf.channels import Channels, read_pairs
from arf.errors import ArfError
from arf.files import describe, read_json, replacing
from arf.layout import METRICS
from arf.params import PARAMS, did_you_mean, load_section
from arf.patch import patch
from arf.progress import say
from arf.rounds import TEACHER
from arf.taxonomy import load_taxonomy

WIDTH = 120  # of the tables, whatever the terminal


def plan(
    half_width: Annotated[
        float, typer.Option(min=0.01, max=0.5, help="Half of the widest 95 % interval wanted.")
    ] = 0.1,
    rate: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE=RATE", help="How often a code is expected; may be repeated."),
    ] = None,
    by: Annotated[
        str | None, typer.Option(help="Spread the draw over a field, such as fields.product.")
    ] = None,
    write: Annotated[
        bool, typer.Option("--write", help="Set audit.per_channel, and audit.strata by --by.")
    ] = False,
) -> None:
    """Tell how many outputs people should look at, for each code and channel.

    Rates come from --rate, else from the last audit, else 50 %, which needs most. The draw is
    seeded, and made by the stage `audit` and by whatever puts outputs before people.
    """
    params = load_section("audit", AuditParams)
    if by is not None:
        try:
            params = AuditParams.model_validate(params.model_dump() | {"strata": by})
        except ValidationError as error:
            raise ArfError(f"--by {by}: {describe(error).removeprefix('strata: ')}") from error
    taxonomy = load_taxonomy()
    given = _rates(rate or [], list(taxonomy.codes))
    console = Console(width=WIDTH, markup=False)
    wanted = 0
    every = {
        channel: stratify((case for case, _ in read_pairs(TEACHER, [channel])), params.strata)
        for channel in load_section("channels", Channels).root
    }
    check_field(every.values())
    for channel, strata in every.items():
        population = sum(strata.population.values())
        known = _audited(channel)
        codes = [name for name, code in taxonomy.codes.items() if code.applies_to(channel)]
        rows = needs(
            {code: known.get(code) for code in codes},
            given,
            params.per_channel,
            half_width,
            population,
        )
        wanted = max([wanted, *(row.needed for row in rows)])
        console.print(f"{channel}: {population} training outputs", style="bold")
        console.print(_table(rows, min(params.per_channel, population), half_width))
        if params.strata is not None:
            console.print(_spread(strata, params.per_channel))
    say(
        f"audit.per_channel: {wanted} holds every interval to ±{half_width:.0%}; it is "
        f"{params.per_channel} now (the paper looks at 50 to 100)"
    )
    if write:
        _set({"per_channel": wanted, "strata": params.strata})
        say("next: dvc repro audit, then arf annotate --as NAME")


def _rates(given: list[str], codes: list[str]) -> dict[str, float]:
    rates = {}
    for text in given:
        code, _, value = text.partition("=")
        if code not in codes:
            raise ArfError(f"--rate {text}: no code {code!r}{did_you_mean(code, codes)}")
        try:
            rates[code] = float(value)
        except ValueError as error:
            raise ArfError(f"--rate {text}: write CODE=RATE, such as {code}=0.2") from error
        if not 0 <= rates[code] <= 1:
            raise ArfError(f"--rate {text}: a rate lies between 0 and 1")
    return rates


def _audited(channel: str) -> dict[str, Any]:
    path = METRICS / "audit.json"
    found: dict[str, Any] = read_json(path).get(channel, {}) if path.exists() else {}
    prevalence: dict[str, Any] = found.get("prevalence", {})
    return prevalence


def _table(rows: list[Need], sampled: int, wanted: float) -> Table:
    table = Table(
        "code", "expected", "from", f"± with {sampled}", f"needed for ±{wanted:.0%}", box=None
    )
    for row in rows:
        table.add_row(row.code, f"{row.rate:.1%}", row.known, f"{row.reached:.1%}", str(row.needed))
    return table


def _spread(strata: Strata, size: int) -> Table:
    """Shows how a sample is spread, and how many outputs each of it stands for."""
    table = Table(strata.field or "", "outputs", "drawn", "weight", box=None)
    for name, drawn in allocate(strata.population, size).items():
        count = strata.population[name]
        table.add_row(name, str(count), str(drawn), f"{count / drawn:.1f}" if drawn else "-")
    return table


def _set(values: dict[str, Any]) -> None:
    text = patch(Path(PARAMS).read_bytes().decode("utf-8"), {"audit": values})
    with replacing(PARAMS) as file:
        file.write(text)
    for name, value in values.items():
        say(f"{PARAMS}: audit.{name}: {'null' if value is None else value}")
