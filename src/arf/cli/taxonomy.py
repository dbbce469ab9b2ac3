"""`arf taxonomy`: is every code sound, and which codes do people's notes ask for."""

from collections import Counter
from collections.abc import Iterator
from functools import partial

import typer

from arf.channels import Channels
from arf.cli.findings import Finding, caught, show
from arf.cli.rendering import render_edit, unfenced_findings
from arf.params import did_you_mean, load_section
from arf.prompts import PROMPTS
from arf.revise.rules import RulesEditor
from arf.rounds import Round
from arf.rounds import check as check_rounds
from arf.taxonomy import TAXONOMY, Taxonomy, load_taxonomy
from arf.upkeep.holding import hold

taxonomy = typer.Typer(no_args_is_help=True)


@taxonomy.callback()
def about() -> None:
    """The error taxonomy: whether its codes are sound, and which are missing."""


@taxonomy.command()
def check() -> None:
    """Check each code: prompt, detector, fixer, and that its examples are detected.

    Exits with 1 if anything fails. An example that no rule can tell without its case is a note.
    """
    codes = load_taxonomy()
    channels = load_section("channels", Channels).root
    checks = {
        "rounds": caught(partial(_rounds, codes, channels)),
        **{name: _code(name, codes, channels) for name in codes.codes},
    }
    failed = show("code", checks)
    if failed:
        typer.echo(f"{TAXONOMY}: {failed} {'thing fails' if failed == 1 else 'things fail'}")
        raise typer.Exit(1)


def _rounds(taxonomy: Taxonomy, channels: tuple[str, ...]) -> Iterator[Finding]:
    rounds = load_section("rounds", dict[str, Round])
    check_rounds(rounds, channels, taxonomy)
    yield Finding("ok", ", ".join(rounds))


def _code(name: str, taxonomy: Taxonomy, channels: tuple[str, ...]) -> Iterator[Finding]:
    for examine in (_channels, _examples, _fixer, _prompt):
        yield from caught(partial(examine, name, taxonomy, channels))


def _channels(name: str, taxonomy: Taxonomy, channels: tuple[str, ...]) -> Iterator[Finding]:
    for channel in taxonomy.codes[name].channels or ():
        if channel not in channels:
            guess = did_you_mean(channel, [*channels])
            yield Finding("fail", f"channels: {channel} is none of params.yaml{guess}")


def _examples(name: str, taxonomy: Taxonomy, channels: tuple[str, ...]) -> Iterator[Finding]:
    detector = taxonomy.codes[name].detector
    if detector is None:
        yield Finding("ok", "no detector: its examples are for people and models")
        return
    held = list(hold(name, taxonomy))
    counts = Counter(one.state for one in held)
    if counts["right"]:
        yield Finding("ok", f"detector {detector.name}: {counts['right']} of {len(held)} examples")
    for one in held:
        where = f"examples.{one.where} {one.example.text!r}"
        if one.state == "wrong":
            yield Finding("fail", f"{where} {one.told}")
        elif one.state == "unknown":
            yield Finding("note", f"{where} is not checked: {one.told}")


def _fixer(name: str, taxonomy: Taxonomy, channels: tuple[str, ...]) -> Iterator[Finding]:
    fixer = taxonomy.codes[name].fixer
    RulesEditor(taxonomy.model_copy(update={"codes": {name: taxonomy.codes[name]}}))
    if fixer is not None:
        yield Finding("ok", f"fixer {fixer}")


def _prompt(name: str, taxonomy: Taxonomy, channels: tuple[str, ...]) -> Iterator[Finding]:
    code = taxonomy.codes[name]
    if code.prompt is None:
        return
    yield from unfenced_findings(PROMPTS / code.prompt)
    for channel in channels:
        render_edit(name, channel, taxonomy)
    yield Finding("ok", f"prompt {code.prompt} renders for {', '.join(channels)}")
