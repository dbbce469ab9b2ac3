"""Prompts that are rendered to see whether they can be, and for nobody to answer."""

from collections.abc import Iterator
from pathlib import Path

from arf.cli.findings import Finding
from arf.cli.unasked import Unasked
from arf.prompts import load_prompt
from arf.records import Case, Output
from arf.revise import Request
from arf.revise.asking import ModelEditor
from arf.taxonomy import Taxonomy


def blank_pair(channel: str) -> tuple[Case, Output]:
    """Returns a case of a channel and an output of it that say nothing."""
    return (
        Case(id="probe", channel=channel, split="train", text="probe"),
        Output(id="probe", channel=channel, source="probe", text="probe", provider="probe"),
    )


def render_edit(code: str, channel: str, taxonomy: Taxonomy) -> None:
    """Renders a code's prompt for an editor model.

    Raises:
        ArfError: the prompt is absent, malformed, or cannot be rendered for the channel.
    """
    case, output = blank_pair(channel)
    ModelEditor(Unasked(), taxonomy).question(Request(case, output, "probe", code, ()))


def unfenced_findings(path: Path) -> Iterator[Finding]:
    """Yields where a prompt shows foreign text without a fence.

    Raises:
        ArfError: the prompt is absent or malformed.
    """
    for place in load_prompt(path).unfenced():
        yield Finding(
            "note",
            f'{path}: {place} stands there without | fence("tag"): a customer could write '
            "what reads as an instruction",
        )
