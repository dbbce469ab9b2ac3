"""`arf taxonomy`: is every code sound, and which codes do people's notes ask for."""

from collections import Counter
from collections.abc import Iterator
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from arf.annotate.providers import AnnotatorRole, RulesRole
from arf.audit.collect import everybody
from arf.audit.params import AuditParams
from arf.channels import Channels
from arf.cli.findings import Finding, caught, show
from arf.cli.rendering import render_edit, unfenced_findings
from arf.errors import ArfError
from arf.files import replacing
from arf.layout import METRICS
from arf.llm.account import account
from arf.llm.endpoint import LlmParams
from arf.params import did_you_mean, load_section
from arf.prompts import PROMPTS, load_prompt
from arf.records import UNLISTED
from arf.revise.rules import RulesEditor
from arf.rounds import Round
from arf.rounds import check as check_rounds
from arf.taxonomy import TAXONOMY, Taxonomy, load_taxonomy
from arf.upkeep.clusters import LEAST, Cluster, cluster
from arf.upkeep.drafts import SHOWN, looks_like, named, to_yaml
from arf.upkeep.holding import hold
from arf.upkeep.naming import PROMPT, propose
from arf.upkeep.remarks import remarks

SUGGESTIONS = METRICS / "taxonomy" / "suggestions.yaml"
WIDTH = 150  # of the table, whatever the terminal

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


@taxonomy.command()
def suggest(
    llm: Annotated[
        bool, typer.Option("--llm", help="Let the model of roles.annotator word the drafts.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Where the drafts go.")] = SUGGESTIONS,
) -> None:
    """Cluster people's remarks into drafts of codes that the taxonomy lacks.

    Read are the words that people marked as `unlisted`, their notes on whole outputs, and of their
    notes on findings with a code those that say more than the code does: these may be sub-types.
    """
    codes = load_taxonomy()
    params = load_section("audit", AuditParams)
    labels = everybody(load_section("channels", Channels).root, params)
    found = list(remarks(chain.from_iterable(labels.values()), codes))
    clusters = named(cluster(found, codes, params.seed))
    lacking = sum(remark.code is None for remark in found)
    if lacking < LEAST:
        typer.echo(
            f"{lacking} remarks without a code, of {LEAST} that candidates need: label more "
            f"outputs, mark what fits no code as {UNLISTED}, and note why it is wrong"
        )
    if not clusters:
        typer.echo(f"{len(found)} remarks in all, and no cluster among them: nothing is written")
        return
    with replacing(out) as file:
        file.write(to_yaml(clusters, codes))
    if llm:
        _word(clusters, codes, out)
    _show(clusters)
    rest = len(found) - sum(len(each.remarks) for each in clusters.values())
    typer.echo(f"{rest} of {len(found)} remarks are in no cluster; drafts: {out}")


def _word(clusters: dict[str, Cluster], taxonomy: Taxonomy, out: Path) -> None:
    """Writes the drafts anew, as a model words them."""
    role = load_section("roles.annotator", AnnotatorRole).root
    if isinstance(role, RulesRole):
        raise ArfError(
            "--llm: roles.annotator is rules, which word nothing; set a model (docs/endpoints.md, "
            f"docs/models.md), or fill in the drafts in {out} yourself"
        )
    from arf.llm.open import open_asker

    with account("taxonomy-suggest", load_section("llm", LlmParams)) as spending:
        asker = open_asker(role, "annotator", spending)
        said = propose(clusters, asker, load_prompt(PROMPT), taxonomy)
        proposals = dict(zip(clusters, said, strict=True))
        with replacing(out) as file:
            file.write(to_yaml(clusters, taxonomy, proposals))


def _show(clusters: dict[str, Cluster]) -> None:
    table = Table("draft", "remarks", "words", "", "most central", box=None, padding=(0, 2, 1, 0))
    for name, each in clusters.items():
        channels = "\n".join(f"{channel} {n}" for channel, n in each.channels.items())
        table.add_row(
            name,
            f"{len(each.remarks)}\n{channels}",
            "\n".join(each.terms),
            looks_like(each),
            "\n".join(map(str, each.examples(SHOWN))),
        )
    Console(width=WIDTH, soft_wrap=True, markup=False).print(table)
