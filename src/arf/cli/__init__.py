"""`arf`: what people type beside dvc."""

import sys

import typer

from arf.cli.annotate import annotate
from arf.cli.audit import audit
from arf.cli.cache import cache
from arf.cli.doctor import doctor
from arf.cli.estimate import estimate
from arf.cli.merge import merge
from arf.cli.monitor import monitor
from arf.cli.profile import profile
from arf.cli.prompts import prompts
from arf.cli.rules import rules
from arf.cli.sample import sample
from arf.cli.taxonomy import taxonomy
from arf.cli.ui import ui
from arf.disk import refusal_of_disk
from arf.errors import ArfError

app = typer.Typer(
    help="Analyze-Revise-Finetune distillation. `dvc repro` runs the pipeline; these commands "
    "help around it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)
app.command()(doctor)
app.command()(annotate)
app.command()(ui)
app.command()(sample)
app.command()(estimate)
app.command()(merge)
app.command()(monitor)
app.add_typer(audit, name="audit")
app.add_typer(cache, name="cache")
app.add_typer(profile, name="profile")
app.add_typer(prompts, name="prompts")
app.add_typer(rules, name="rules")
app.add_typer(taxonomy, name="taxonomy")


def main() -> None:
    """Runs the command line; a user's mistake ends in one line."""
    try:
        app()
    except ArfError as error:
        sys.exit(f"error: {error}")
    except OSError as error:
        line = refusal_of_disk(error)
        if line is None:
            raise
        sys.exit(f"error: {line}")
