"""`arf audit`: from how many outputs to look at, to how firm the choice of targets is."""

import typer

from arf.cli.audit.adjudicate import adjudicate, disagreements
from arf.cli.audit.exchange import export_items, import_labels
from arf.cli.audit.plan import plan
from arf.cli.audit.robustness import robustness

audit = typer.Typer(no_args_is_help=True)


@audit.callback()
def about() -> None:
    """Plan an audit, put it before people, and see how far it holds."""


audit.command()(plan)
audit.command()(disagreements)
audit.command()(adjudicate)
audit.command("export")(export_items)
audit.command("import")(import_labels)
audit.command()(robustness)
