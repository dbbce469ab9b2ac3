"""`arf.robustness`: how much the choice of targets depends on who looked."""

from functools import partial
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from arf.annotate.providers import AnnotatorRole
from arf.audit.collect import Looked, everybody
from arf.audit.params import AuditParams
from arf.channels import Channels
from arf.cli.audit.downstream import downstream as carry_out
from arf.errors import ArfError
from arf.files import read_json, write_json
from arf.labels import GOLD
from arf.layout import METRICS, targets
from arf.params import load_section
from arf.progress import say
from arf.robustness import RESAMPLES, verdict
from arf.robustness import robustness as measure
from arf.robustness import told as in_lines
from arf.rounds import Round
from arf.targets import TargetsParams, choose, chosen
from arf.taxonomy import load_taxonomy

FIGURES = METRICS / "robustness.json"
WIDTH = 150  # of the tables, whatever the terminal


def robustness(
    resamples: Annotated[int, typer.Option(min=50, help="Of the outputs.")] = RESAMPLES,
    downstream: Annotated[
        bool,
        typer.Option(
            "--downstream",
            help="Then revise, train and judge by each person's labels alone, as DVC experiments.",
        ),
    ] = False,
) -> None:
    """Choose the targets again from other labels, and say how firm the choice is.

    From resampled outputs, without each person, by each person alone, and by the annotator alone.
    Needs the stages audit and trial (dvc repro targets).
    """
    params = load_section("audit", AuditParams)
    roles = params.roles(load_section("roles.annotator", AnnotatorRole))
    channels = load_section("channels", Channels).root
    taxonomy = load_taxonomy()
    labels = everybody(channels, params)
    weigh = _weigher()
    found = {}
    for name in channels:
        channel = Looked.at(name, labels[name], params).load([*roles], taxonomy)
        codes = channel.codes(taxonomy)
        found[name] = measure(channel, codes, partial(weigh, name), params.seed, resamples)
    told = verdict(found)
    write_json(FIGURES, {"verdict": told, "channels": found})
    console = Console(width=WIDTH, markup=False)
    for name, block in found.items():
        for table in _tables(name, block):
            console.print(table, "")
    say(told)
    for name, block in found.items():
        if (path := targets(name)).exists() and in_lines(read_json(path)) != block["targets"]:
            say(
                f"{name}: {path} has other targets: there the annotator helped people's figures, "
                "or something has changed since (dvc repro targets)"
            )
    say(f"figures: {FIGURES}")
    if downstream:
        people = sorted({label.annotator for own in labels.values() for label in own} - {GOLD})
        carry_out(people, console)


def _weigher() -> Any:
    """Returns what chooses a channel's targets from a prevalence, as the stage `targets` does."""
    params = load_section("targets", TargetsParams)
    rounds = load_section("rounds", dict[str, Round])
    editor = load_section("roles.editor.provider", str)
    taxonomy = load_taxonomy()
    trials = read_json(METRICS / "trial.json")
    if editor not in trials:
        raise ArfError(f"{METRICS / 'trial.json'}: of another editor; run dvc repro trial")

    def weigh(channel: str, prevalence: dict[str, Any]) -> dict[str, list[str]]:
        weighed = choose(params, rounds, channel, prevalence, trials[editor][channel], taxonomy)
        return chosen(weighed)

    return weigh


def _tables(channel: str, block: dict[str, Any]) -> list[Table]:
    people = Table(channel, "n", "round", "targets", "Jaccard", "rank correlation", box=None)
    for key, codes in block["targets"].items():
        people.add_row(
            f"as it stands, by {block['by']}", str(block["n"]), key, codes or "none", "", ""
        )
    for name, other in block["scenarios"].items():
        for key, codes in other["targets"].items():
            rank = other["rank_correlation"]
            people.add_row(
                name, str(other["n"]), key, codes or "none", f"{other['jaccard'][key]:.2f}",
                "-" if rank is None else f"{rank:.2f}",
            )  # fmt: skip
    drawn = Table("resampled", "round", "mean Jaccard", "chosen in", box=None)
    for key, found in (block["bootstrap"] or {}).items():
        shares = ", ".join(f"{code} {share:.0%}" for code, share in found["chosen"].items())
        drawn.add_row(channel, key, f"{found['jaccard']:.2f}", shares or "nothing")
    return [people, drawn]
