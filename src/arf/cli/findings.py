"""What a check of `arf doctor` or `arf taxonomy check` finds, and how it is shown."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from arf.errors import ArfError

State = Literal["ok", "note", "fail"]
_MARKS = {"ok": "[green]ok[/]", "note": "[yellow]note[/]", "fail": "[red]FAIL[/]"}


@dataclass(frozen=True)
class Finding:
    """What a check found; a `fail` says what to do."""

    state: State
    text: str


def caught(check: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """Yields what a check finds; an error that ends it is its last finding."""
    try:
        yield from check()
    except ArfError as error:
        yield Finding("fail", str(error))


def show(head: str, findings: Mapping[str, Iterable[Finding]]) -> int:
    """Prints findings as a table, by what they are of, and returns how many are a `fail`."""
    table = Table(head, "", "finding", box=None)
    failed = 0
    for name, found in findings.items():
        for finding in found:
            failed += finding.state == "fail"
            table.add_row(name, _MARKS[finding.state], escape(finding.text))
    Console(soft_wrap=True).print(table)
    return failed
