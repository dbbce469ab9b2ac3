"""Which editor a role asks for."""

from pathlib import Path
from typing import Literal

from arf.errors import ArfError
from arf.params import Section
from arf.revise import Editor
from arf.revise.recorded import RecordedEditor
from arf.revise.rules import RulesEditor
from arf.taxonomy import Taxonomy


class EditorRole(Section):
    """`roles.editor`, or one of `trial.editors`: who corrects."""

    provider: Literal["rules", "recorded", "openai"]


def open_editor(role: EditorRole, taxonomy: Taxonomy, recorded: Path) -> Editor:
    """Returns the editor of one channel.

    Args:
        role: who edits.
        taxonomy: the codes and their fixers.
        recorded: the channel's recorded edits.

    Raises:
        ArfError: the provider is not available.
    """
    match role.provider:
        case "openai":
            raise ArfError(
                "roles.editor.provider: openai needs the request engine, which this version does "
                "not have yet; use rules, or recorded with answers under data.dir/edits"
            )
        case "recorded":
            return RecordedEditor(recorded)
        case "rules":
            return RulesEditor(taxonomy)
